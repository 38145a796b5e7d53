"""Controls of an analyte over plates, and bridge samples that plates have in common."""

import pandas as pd
from django.db.models import QuerySet

from assays.models import Measurement, PlateRun
from assays.quality.control_chart import levey_jennings
from assays.quality.drift import bridge_drift
from assays.selectors.matrix import usable

COLUMNS = ["control", "plate", "key", "acquired", "chosen", "value"]


def control_runs(plate_run: PlateRun, analyte_id: int) -> pd.DataFrame:
    """The controls of an analyte over the plates of the same panel and lot, in the order of acquisition:
    control, plate, key, acquired, chosen (into the guide set), and the columns of `levey_jennings`. What is
    barred does not count. One query."""
    rows = _controls(plate_run, analyte_id).values_list(
        *("well__sample", "plate_run__name", "plate_run_id", "plate_run__acquired_at"),
        *("plate_run__in_guide_set", "value"),
    )
    frame = pd.DataFrame.from_records(list(rows), columns=COLUMNS)
    if frame.empty:
        return frame
    runs = frame.groupby(["control", "key", "plate"], as_index=False, sort=False).agg(
        acquired=("acquired", "first"), chosen=("chosen", "first"), value=("value", "mean")
    )
    parts = []
    for _control, part in runs.groupby("control"):
        judged = levey_jennings(part["value"], part["chosen"].to_numpy())
        parts.append(part.reset_index(drop=True).drop(columns="value").join(judged))
    return pd.concat(parts, ignore_index=True)


def _controls(plate_run: PlateRun, analyte_id: int) -> QuerySet[Measurement]:
    return usable(
        Measurement.objects.filter(
            plate_run__study=plate_run.study_id,
            plate_run__panel=plate_run.panel_id,
            plate_run__lot=plate_run.lot,
            analyte=analyte_id,
            well__sample_type="control",
            value__isnull=False,
        )
    ).order_by("plate_run__acquired_at", "plate_run_id", "well_id")


def bridges(plate_run: PlateRun, analyte_id: int) -> pd.DataFrame:
    """`bridge_drift` of an analyte against every plate of the panel with a common specimen, and the name of
    that plate (column name). Values as the instrument wrote them, none that is barred. One query."""
    here = Measurement.objects.filter(
        plate_run=plate_run, analyte=analyte_id, specimen__isnull=False
    ).values("specimen")
    rows = usable(
        Measurement.objects.filter(
            specimen__in=here,
            analyte=analyte_id,
            plate_run__panel=plate_run.panel_id,
            value__isnull=False,
        )
    ).values_list("plate_run_id", "plate_run__name", "specimen_id", "value")
    frame = pd.DataFrame.from_records(
        list(rows.order_by("plate_run__acquired_at", "plate_run_id")),
        columns=["plate", "name", "specimen", "value"],
    ).astype({"value": "float64"})
    found = bridge_drift(frame, plate_run.pk, is_log2=plate_run.panel.scale == "npx")
    return found.assign(
        name=found["plate"].map(dict(zip(frame["plate"], frame["name"], strict=True)))
    )
