"""Standards of an analyte on a plate and our own fit of them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from django.db.models import Exists, OuterRef, Q

from assays.models import Measurement, PlateAnalyte, PlateRun, QualityBar
from assays.quality.curves import Curve, Fit, vendor_curve
from assays.quality.refit import FLUORESCENCE, Refit, refit

DOUBTED = "expected concentration as written"


@dataclass(frozen=True)
class Curves:
    """Standards (expected, fluorescence less background where told), our fit, and the vendor's curve."""

    standards: pd.DataFrame
    fit: Fit
    refit: Refit | None
    vendor: Curve | None


def curves_of_plate(plate_run: PlateRun) -> dict[int, Curves]:
    """Of each analyte of a plate that has standards, by its key; two queries."""
    on_plate = {told.analyte_id: told for told in plate_run.plate_analytes.all()}
    standards = _standards(plate_run, Q()).groupby("analyte")
    return {
        int(str(analyte)): _fitted(rows, on_plate[int(str(analyte))]) for analyte, rows in standards
    }


def refits_of_plate(plate_run: PlateRun) -> dict[int, tuple[dict[str, Any] | None, str]]:
    """Of each analyte of a plate, by its key: our own curve as plain values, or None and why there is none."""
    curves = curves_of_plate(plate_run)
    none = (None, "no standards")
    return {
        told.analyte_id: (found.refit.to_dict() if found.refit else None, found.fit.reason)
        if (found := curves.get(told.analyte_id))
        else none
        for told in plate_run.plate_analytes.all()
    }


def curves_of(plate_run: PlateRun, on_plate: PlateAnalyte) -> Curves:
    """Of one analyte on a plate; one query."""
    return _fitted(_standards(plate_run, Q(analyte=on_plate.analyte_id)), on_plate)


def _standards(plate_run: PlateRun, which: Q) -> pd.DataFrame:
    """analyte, expected, net_mfi and mfi of the standards of a plate, without those that a person has
    excluded and those whose expected concentration the file itself contradicts."""
    excluded = QualityBar.objects.filter(
        Q(analyte=None) | Q(analyte=OuterRef("analyte")),
        well=OuterRef("well"),
        rule=QualityBar.Rule.EXCLUDED,
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


def _fitted(standards: pd.DataFrame, on_plate: PlateAnalyte) -> Curves:
    kind = "4PL" if on_plate.curve_kind == "4PL" else "5PL"
    fit, ours = refit(standards, kind)
    by = ours.by if ours else FLUORESCENCE[int(standards["net_mfi"].isna().all())]
    seen = standards[["expected", by]].dropna().set_axis(["expected", "fluorescence"], axis=1)
    return Curves(seen, fit, ours, vendor_curve(on_plate.curve))


def recomputed(measurement: Measurement, ours: Refit | None) -> float | None:
    """The concentration by our own curve, times the dilution; None where it gives no number."""
    seen = getattr(measurement, ours.by) if ours else None
    if ours is None or seen is None:
        return None
    found = float(ours.curve.concentration(seen)) * (measurement.dilution or 1.0)
    return found if np.isfinite(found) and found > 0 else None
