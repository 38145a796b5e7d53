"""Standards of an analyte on a plate and our own fit of them; controls over plates."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from django.db.models import QuerySet

from assays.models import Measurement, PlateAnalyte, PlateRun
from assays.quality.control_chart import levey_jennings
from assays.quality.curves import Curve, Fit, fit_curve, vendor_curve

DOUBTED = "expected concentration as written"
CONTROLS = ("control",)


@dataclass(frozen=True)
class Curves:
    """Standards (expected, fluorescence less background where told), our fit, and the vendor's curve."""

    standards: pd.DataFrame
    fit: Fit
    vendor: Curve | None


def curves_of(plate_run: PlateRun, on_plate: PlateAnalyte) -> Curves:
    """Fit the standards of an analyte on a plate; those whose expected concentration the file itself
    contradicts are left out. One query."""
    rows = Measurement.objects.filter(
        plate_run=plate_run, analyte=on_plate.analyte_id, well__sample_type="standard"
    ).values_list("expected", "net_mfi", "mfi", "remark")
    frame = pd.DataFrame.from_records(
        list(rows.order_by("well_id")), columns=["expected", "net_mfi", "mfi", "remark"]
    )
    for column in ("expected", "net_mfi", "mfi"):
        frame[column] = pd.to_numeric(frame[column]).astype("float64")
    frame["fluorescence"] = frame["net_mfi" if frame["net_mfi"].notna().any() else "mfi"]
    frame = frame[~frame["remark"].str.contains(DOUBTED, regex=False)].dropna(
        subset=["expected", "fluorescence"]
    )
    kind = "4PL" if on_plate.curve_kind == "4PL" else "5PL"
    fit = fit_curve(frame["expected"], frame["fluorescence"], kind)
    return Curves(frame[["expected", "fluorescence"]], fit, vendor_curve(on_plate.curve))


def recomputed(measurement: Measurement, fit: Fit) -> float | None:
    """The concentration by our own curve, times the dilution; None where it gives no number."""
    seen = measurement.net_mfi if measurement.net_mfi is not None else measurement.mfi
    if fit.curve is None or seen is None:
        return None
    found = float(fit.curve.concentration(seen)) * (measurement.dilution or 1.0)
    return found if np.isfinite(found) and found > 0 else None


def control_runs(plate_run: PlateRun, analyte_id: int) -> pd.DataFrame:
    """The controls of an analyte over the plates of the same panel and lot, in the order of acquisition:
    control, plate, acquired, and the columns of `levey_jennings`. One query."""
    rows = _controls(plate_run, analyte_id).values_list(
        "well__sample", "plate_run__name", "plate_run__acquired_at", "plate_run_id", "value"
    )
    frame = pd.DataFrame.from_records(
        list(rows), columns=["control", "plate", "acquired", "key", "value"]
    )
    if frame.empty:
        return frame
    runs = frame.groupby(["control", "key", "plate"], as_index=False, sort=False).agg(
        acquired=("acquired", "first"), value=("value", "mean")
    )
    parts = []
    for _control, part in runs.groupby("control"):
        judged = levey_jennings(part["value"])
        parts.append(part.reset_index(drop=True).drop(columns="value").join(judged))
    return pd.concat(parts, ignore_index=True)


def _controls(plate_run: PlateRun, analyte_id: int) -> QuerySet[Measurement]:
    return Measurement.objects.filter(
        plate_run__study=plate_run.study_id,
        plate_run__panel=plate_run.panel_id,
        plate_run__lot=plate_run.lot,
        analyte=analyte_id,
        well__sample_type__in=CONTROLS,
        value__isnull=False,
    ).order_by("plate_run__acquired_at", "plate_run_id", "well_id")
