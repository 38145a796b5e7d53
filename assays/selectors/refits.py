"""Concentrations of our own curves in the place of the vendor's, where a plate was judged so."""

from typing import Any

import pandas as pd
import pyarrow as pa
from django.db.models import QuerySet

from assays.models import Measurement, PanelPolicy, PlateAnalyte
from assays.quality.refit import FLUORESCENCE, recomputed
from assays.selectors.copying import NUMBER, WHOLE, copied

REFIT = PanelPolicy.Concentration.REFIT.value
OF_CURVE = ["lower", "upper", "bend", "slope", "asymmetry"]
TYPES: dict[str, pa.DataType] = {
    "id": WHOLE, "plate": WHOLE, "analyte": WHOLE, "net_mfi": NUMBER, "mfi": NUMBER, "dilution": NUMBER,
}  # fmt: skip


def with_refits(found: pd.DataFrame, rows: QuerySet[Measurement]) -> pd.DataFrame:
    """`found` (id, value, flag, limit and others) with our concentrations in the wells of plates that were
    judged so; rows: the query that it came from. Two queries."""
    of_wells = rows.filter(plate_run__judged_as__startswith=REFIT, well__isnull=False)
    wells = copied(
        of_wells.values_list("id", "plate_run", "analyte", "net_mfi", "mfi", "dilution"), TYPES
    )
    curves = _curves(of_wells)
    wells = wells.merge(curves, on=["plate", "analyte"], how="left")
    wells["fluorescence"] = wells["mfi"].where(wells["by"] == FLUORESCENCE[1], wells["net_mfi"])
    ours = recomputed(wells.set_index("id"))
    found = found.set_index("id")
    found["flag"] = found["flag"].astype(object)
    found.loc[ours.index, ["value", "flag", "limit"]] = ours
    found["flag"] = found["flag"].astype("category")
    return found.reset_index()


def _curves(of_wells: QuerySet[Measurement]) -> pd.DataFrame:
    """plate, analyte, the parameters of the curve, lowest, highest, by; NaN where there is no curve."""
    plates = of_wells.values("plate_run")
    told = PlateAnalyte.objects.filter(plate_run__in=plates).values_list(
        "plate_run_id", "analyte_id", "refit"
    )
    columns = ["plate", "analyte", "by", *OF_CURVE, "lowest", "highest"]
    records = [{"plate": p, "analyte": a, **_flat(body)} for p, a, body in told]
    return pd.DataFrame(records, columns=columns).astype(dict.fromkeys(columns[3:], "float64"))


def _flat(body: dict[str, Any] | None) -> dict[str, Any]:
    return {} if body is None else {**body, **body["curve"]}
