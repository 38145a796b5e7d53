"""Concentrations of our own curves in the place of the vendor's, where a plate was judged so."""

from typing import Any

import numpy as np
import pandas as pd
from django.db.models import BooleanField, ExpressionWrapper, Q

from assays.formats.leaving import UNREAD
from assays.models import Measurement, PanelPolicy, PlateAnalyte
from assays.quality.refit import FLUORESCENCE, recompute, resolve_factors

REFIT = PanelPolicy.Concentration.REFIT.value
OF_CURVE = ["lower", "upper", "bend", "slope", "asymmetry"]
FROM_WELLS = ["id", "net_mfi", "mfi", "dilution", "is_unread"]
HAS_UNREAD_FACTOR = ExpressionWrapper(Q(remark__contains=UNREAD), BooleanField())
OF_SPECIMENS = Q(specimen__isnull=False)


def with_refits(found: pd.DataFrame, which: Q = OF_SPECIMENS) -> pd.DataFrame:
    """`found` (id, plate, analyte_id, judged_as, value, flag, limit and others) with our concentrations in
    the wells of the plates that were judged so. which: the measurements that `found` may hold. Two queries."""
    plates = found.loc[found["judged_as"].str.startswith(REFIT), "plate"].unique().tolist()
    measured = Measurement.objects.filter(which, plate_run__in=plates, well__isnull=False)
    rows = measured.annotate(is_unread=HAS_UNREAD_FACTOR).values_list(*FROM_WELLS)
    numbers = np.array(list(rows.iterator(chunk_size=20_000)), dtype=np.float64)
    wells = pd.DataFrame(numbers.reshape(-1, len(FROM_WELLS)), columns=FROM_WELLS)
    wells = wells.astype({"id": np.int64})
    wells["dilution"] = resolve_factors(wells["dilution"], wells["is_unread"])
    wells = wells.merge(found[["id", "plate", "analyte_id"]], on="id")
    wells = wells.merge(_curves(plates), on=["plate", "analyte_id"], how="left")
    wells["fluorescence"] = wells["mfi"].where(wells["by"] == FLUORESCENCE[1], wells["net_mfi"])
    ours = recompute(wells.set_index("id"))
    changed = found.set_index("id")
    changed["flag"] = changed["flag"].astype(object)
    changed.loc[ours.index, ["value", "flag", "limit"]] = ours
    changed["flag"] = changed["flag"].astype("category")
    return changed.reset_index()


def _curves(plates: list[int]) -> pd.DataFrame:
    """plate, analyte_id, the parameters of the curve, lowest, highest, by; NaN where there is no curve."""
    told = PlateAnalyte.objects.filter(plate_run__in=plates).values_list(
        "plate_run_id", "analyte_id", "refit"
    )
    columns = ["plate", "analyte_id", "by", *OF_CURVE, "lowest", "highest", "hook"]
    records = [{"plate": p, "analyte_id": a, **_flat(body)} for p, a, body in told]
    return pd.DataFrame(records, columns=columns).astype(dict.fromkeys(columns[3:], "float64"))


def _flat(body: dict[str, Any] | None) -> dict[str, Any]:
    return {} if body is None else {**body, **body["curve"]}
