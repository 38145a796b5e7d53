"""Controls of an analyte over plates, and bridge samples that plates have in common."""

from collections.abc import Collection

import numpy as np
import pandas as pd
from django.db.models import Q

from assays.models import Analyte, Exclusion, Measurement, PlateRun
from assays.quality.between_plates import FEWEST, distances, find_undecided
from assays.quality.control_chart import levey_jennings
from assays.quality.drift import bridge_drift
from assays.selectors.lots import controls_of, distances_in, lot_of
from assays.selectors.matrix import usable


def control_runs(plate_run: PlateRun, analyte_id: int) -> pd.DataFrame:
    """The controls of an analyte over the plates of the same panel and lot, in the order of acquisition:
    control, plate, key, acquired, chosen (into the guide set), distance (percent of the target, see
    `assays.quality.between_plates`), of_target, excluded (why an exclusion keeps the analyte of that plate from models;
    "": none does), and the columns of `levey_jennings`. What a person has excluded is not there; what a rule
    exclusions is, for a chart without the plate that is off would hide it. A few queries."""
    lot, is_log2 = lot_of(plate_run), plate_run.panel.scale == "npx"
    controls = controls_of(lot, analyte_id)
    plates = {one.pk: one for one in lot.plates()}
    guide = [pk for pk, one in plates.items() if one.in_guide_set]
    runs = distances(controls, guide, is_log2=is_log2).rename(columns={"plate": "key"})
    if runs.empty:
        return runs
    order = sorted(
        plates.values(), key=lambda one: (one.acquired_at is None, one.acquired_at, one.pk)
    )
    place = {one.pk: number for number, one in enumerate(order)}
    runs = runs.sort_values("key", key=lambda keys: keys.map(place), kind="stable")
    excluded = _find_excluded(plates, analyte_id)
    runs = runs.assign(
        plate=runs["key"].map(lambda key: plates[key].name),
        acquired=runs["key"].map(lambda key: plates[key].acquired_at),
        chosen=runs["key"].isin(guide),
        excluded=runs["key"].map(lambda key: excluded.get(key, "")),
    )
    if is_log2:
        runs["value"] = np.log2(runs["value"])
    parts = []
    for _control, part in runs.groupby("control"):
        chart = levey_jennings(part["value"], part["chosen"].to_numpy())
        kept = part.reset_index(drop=True).drop(columns=["value", "target"])
        parts.append(kept.join(chart))
    return pd.concat(parts, ignore_index=True)


def _find_excluded(plates: Collection[int], analyte_id: int) -> dict[int, str]:
    """Of each plate on which an exclusion covers the analyte as a whole, why."""
    exclusions = Exclusion.objects.filter(
        Q(analyte=analyte_id) | Q(analyte=None), plate_run__in=plates, well=None, lifted_at=None
    )
    found: dict[int, str] = {}
    for plate, reason in exclusions.order_by("-pk").values_list("plate_run", "reason"):
        found[plate] = reason
    return found


def find_undecided_controls(
    plate_run: PlateRun, runs: pd.DataFrame, limit: float
) -> list[tuple[str, float]]:
    """Analytes (symbol) of which plates differ by more than the limit and nobody can say which is off, so that none
    is excluded; with the percent by which.

    runs: `control_runs` of one of the analytes. Where that has two plates (or two in the guide set), all analytes are
    looked at, for each of them is so; of more plates that one alone, for their readings are many.
    """
    if runs.empty:
        return []
    found = runs.rename(columns={"plate": "name", "key": "plate"})
    if (runs["plates"] == FEWEST - 1).any():
        found = distances_in(lot_of(plate_run), is_log2=plate_run.panel.scale == "npx")
    here = find_undecided(found, limit).query("plate == @plate_run.pk")
    spread = here.groupby("analyte")["spread"].median()
    symbols = dict(Analyte.objects.filter(pk__in=list(spread.index)).values_list("pk", "symbol"))
    return sorted((symbols[int(str(pk))], float(value)) for pk, value in spread.items())


def bridges(plate_run: PlateRun, analyte_id: int) -> pd.DataFrame:
    """`bridge_drift` of an analyte against every plate of the panel with a common specimen, and the name of
    that plate (column name). Values as the instrument wrote them, none that is excluded. One query."""
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
