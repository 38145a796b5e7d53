"""Standards of an analyte on a plate and our own fit of them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from django.db.models import Exists, OuterRef, Q

from assays.formats.leaving import UNREAD
from assays.models import Exclusion, Measurement, PlateAnalyte, PlateRun
from assays.quality.curves import Curve, Fit, vendor_curve
from assays.quality.refit import Accepted, Refit, fluorescence_of, refit, resolve_factors
from assays.selectors.judged import DOUBTED
from assays.sentences import say
from sentences import Sentence


@dataclass(frozen=True)
class Curves:
    """Standards (expected, fluorescence less background where told), our fit with what is to be told of it (or
    why there is none), and the vendor's curve."""

    standards: pd.DataFrame
    fit: Fit
    refit: Refit | None
    vendor: Curve | None
    told: list[Sentence]
    reason: Sentence | None


def curves_of(
    plate_run: PlateRun, on_plate: PlateAnalyte, accepted: Accepted | None = None
) -> Curves:
    """Of one analyte on a plate; one query."""
    return _fit(_standards(plate_run, Q(analyte=on_plate.analyte_id)), on_plate, accepted)


def _standards(plate_run: PlateRun, which: Q) -> pd.DataFrame:
    """analyte, expected, net_mfi and mfi of the standards of a plate, without those that a person has
    excluded and those whose expected concentration the file itself contradicts."""
    excluded = Exclusion.objects.filter(
        Q(analyte=None) | Q(analyte=OuterRef("analyte")),
        well=OuterRef("well"),
        rule__in=Exclusion.DECISIONS,
        lifted_at=None,
    )
    rows = (
        Measurement.objects.filter(which, plate_run=plate_run, well__sample_type="standard")
        .exclude(remark__contains=DOUBTED)
        .filter(~Exists(excluded))
        .order_by("well_id")
        .values_list("analyte_id", "expected", "net_mfi", "mfi")
    )
    columns = ["analyte", "expected", "net_mfi", "mfi"]
    return pd.DataFrame.from_records(list(rows), columns=columns).astype(
        dict.fromkeys(columns[1:], "float64")
    )


def _fit(standards: pd.DataFrame, on_plate: PlateAnalyte, accepted: Accepted | None) -> Curves:
    found = refit(standards, on_plate.curve_kind, accepted)
    seen = standards[["expected", fluorescence_of(standards)]].dropna()
    seen = seen.set_axis(["expected", "fluorescence"], axis=1)
    reason = found.fit.reason
    return Curves(
        seen,
        found.fit,
        found.refit,
        vendor_curve(on_plate.curve),
        told=[say(one) for one in found.told],
        reason=None if reason is None else say(reason),
    )


def recompute(measurement: Measurement, ours: Refit | None) -> float | None:
    """The concentration by our own curve, times the dilution; None where it gives no number."""
    seen = getattr(measurement, ours.by) if ours else None
    if ours is None or seen is None:
        return None
    given = np.nan if measurement.dilution is None else measurement.dilution
    factor = resolve_factors(given, UNREAD in measurement.remark)
    found = float(ours.curve.concentration(seen) * factor)
    return found if np.isfinite(found) and found > 0 else None
