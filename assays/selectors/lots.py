"""The plates of one panel and lot, whose controls are held against each other."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from django.db.models import Q, QuerySet

from assays.models import Measurement, PlateRun
from assays.quality.between_plates import distances
from assays.selectors.matrix import NEVER, not_excluded_by_people
from assays.selectors.refits import REFIT, with_refits

IS_CONTROL = Q(well__sample_type="control")
NEW = 0
COLUMNS = ["id", "plate", "control", "analyte_id", "judged_as", "value", "flag", "limit"]


@dataclass(frozen=True, order=True)
class Lot:
    """A panel's plates of one lot of the kit, in one study. panel: its key, or NEW of one that is about to come."""

    study: int
    panel: int
    lot: str

    def plates(self) -> QuerySet[PlateRun]:
        return plates_of_panel(study=self.study, panel=self.panel).filter(lot=self.lot)


def plates_of_panel(*, study: int, panel: int) -> QuerySet[PlateRun]:
    """The plates of a panel in a study, as they came, with what judging needs."""
    found = PlateRun.objects.filter(study=study, panel=panel)
    return found.select_related("panel").order_by("pk")


def lot_of(plate_run: PlateRun) -> Lot:
    return Lot(plate_run.study_id, plate_run.panel_id or NEW, plate_run.lot)


def controls_of(lot: Lot, analyte: int | None = None) -> pd.DataFrame:
    """plate, control, analyte and value of the controls on all plates of a lot (of one analyte), without what a
    person has excluded or the instrument has set aside; by the concentrations by which each plate was
    judged. One query, and two more where those are our own curves'."""
    measured = Measurement.objects.filter(
        IS_CONTROL, plate_run__in=lot.plates().order_by().values("pk")
    ).exclude(flag__in=NEVER)
    if analyte is not None:
        measured = measured.filter(analyte=analyte)
    rows = not_excluded_by_people(measured).values_list(
        "pk", "plate_run_id", "well__sample", "analyte_id", "plate_run__judged_as", "value", "flag",
        "limit",
    )  # fmt: skip
    found = pd.DataFrame.from_records(
        list(rows.order_by("plate_run", "well", "pk")), columns=COLUMNS
    )
    found = found.astype({"value": "float64", "limit": "float64"})
    if found["judged_as"].str.startswith(REFIT).any():
        found = with_refits(found, IS_CONTROL)
    known = found.rename(columns={"analyte_id": "analyte"}).dropna(subset=["value"])
    return known[["plate", "control", "analyte", "value"]]


def distances_in(
    lot: Lot, *, is_log2: bool, analyte: int | None = None, more: pd.DataFrame | None = None
) -> pd.DataFrame:
    """`assays.quality.between_plates.distances` over the plates of a lot. more: controls of plates that are
    about to come, with keys of their own."""
    controls = controls_of(lot, analyte)
    if more is not None:
        controls = pd.concat([controls, more], ignore_index=True)
    guide = list(lot.plates().filter(in_guide_set=True).values_list("pk", flat=True))
    return distances(controls, guide, is_log2=is_log2)
