"""Reads of plates. A plate shows samples of all hospitals, so only who sees the whole study sees it."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from assays.formats.leaving import UNREAD
from assays.models import Exclusion, Measurement, PlateAnalyte, PlateRun, Well
from assays.quality.refit import Refit
from assays.selectors.curves import recompute
from studies.models import Study
from studies.permissions import Capability
from studies.selectors.access import memberships_with

ROWS = "ABCDEFGHIJKLMNOP"
SHADES = 7


def plates_visible_to(user: User, study: Study) -> QuerySet[PlateRun]:
    """The plates of a study, for people with the capability at all of its sites."""
    whole = memberships_with(user, Capability.VIEW_PLATES).filter(study=study, site__isnull=True)
    if not whole.exists():
        return PlateRun.objects.none()
    return PlateRun.objects.filter(study=study)


def with_exclusions(plates: QuerySet[PlateRun]) -> QuerySet[PlateRun]:
    """Annotated with well_count and standing (exclusions that hold), each counted for itself: a plate's wells
    joined with its exclusions would be thousands of rows for every plate."""
    wells, exclusions = Well.objects.all(), Exclusion.objects.filter(lifted_at__isnull=True)
    return plates.select_related("panel", "supersedes").annotate(
        well_count=_count_on_plate(wells), standing=_count_on_plate(exclusions)
    )


def _count_on_plate(rows: QuerySet[Any]) -> Coalesce:
    of_plate = rows.filter(plate_run=OuterRef("pk")).order_by().values("plate_run")
    return Coalesce(Subquery(of_plate.annotate(counted=Count("pk")).values("counted")), 0)


def excluded_plates(study: Study) -> QuerySet[Exclusion]:
    """Primary keys of the plates of a study with an exclusion that holds."""
    standing = Exclusion.objects.filter(plate_run__study=study, lifted_at__isnull=True)
    return standing.order_by().values("plate_run")  # type: ignore[return-value]


def exclusions_of(plate_run: PlateRun) -> QuerySet[Exclusion]:
    """Exclusions of a plate, those that hold first."""
    return (
        Exclusion.objects.filter(plate_run=plate_run)
        .select_related("well", "analyte", "raised_by", "lifted_by")
        .order_by("-lifted_at", "rule", "analyte__symbol", "well_id")
    )


def analytes_on(plate_run: PlateRun) -> QuerySet[PlateAnalyte]:
    return PlateAnalyte.objects.filter(plate_run=plate_run).select_related("analyte").order_by("pk")


@dataclass
class Cell:
    """A well of the map: the measurement in it, its shade (0 lowest), what excludes it, and the concentration
    by our own curve."""

    well: Well
    measurement: Measurement | None = None
    shade: int | None = None
    excluded: str = ""
    ours: float | None = None

    @property
    def lost_factor(self) -> bool:
        """Whether our own curve gives nothing because the dilution factor could not be read."""
        measured = self.measurement
        return measured is not None and measured.dilution is None and UNREAD in measured.remark


@dataclass
class PlateMap:
    """Rows of cells as they lie on the plate, and wells whose position the file does not tell."""

    columns: list[int] = field(default_factory=list)
    rows: list[tuple[str, list[Cell | None]]] = field(default_factory=list)
    elsewhere: list[Cell] = field(default_factory=list)
    wells: int = 0


def plate_map(
    plate_run: PlateRun, analyte_id: int, by: str, refit: Refit | None, standing: list[Exclusion]
) -> PlateMap:
    """One analyte over the wells of a plate, shaded by value or bead count; two queries.

    standing: the plate's exclusions that hold."""
    wells = list(plate_run.wells.select_related("specimen__patient").order_by("pk"))
    measured = {
        m.well_id: m for m in Measurement.objects.filter(plate_run=plate_run, analyte=analyte_id)
    }
    cells = [Cell(well, measured.get(well.pk)) for well in wells]
    for cell in cells:
        cell.ours = recompute(cell.measurement, refit) if cell.measurement else None
    for cell in cells:
        reasons = [
            str(exclusion.reason)
            for exclusion in standing
            if exclusion.well_id in (None, cell.well.pk)
            and exclusion.analyte_id in (None, analyte_id)
        ]
        cell.excluded = "; ".join(reasons)
    _shade(cells, by)
    return _lay_out(cells, plate_run.size or 96)


def _number(cell: Cell, by: str) -> float | None:
    if cell.measurement is None:
        return None
    if by == "refit":
        return cell.ours
    return cell.measurement.bead_count if by == "beads" else cell.measurement.value


def _shade(cells: list[Cell], by: str) -> None:
    """Shades by rank among the plate's numbers, so that one huge value does not flatten the others."""
    known = sorted({n for cell in cells if (n := _number(cell, by)) is not None})
    rank = {n: i for i, n in enumerate(known)}
    for cell in cells:
        n = _number(cell, by)
        if n is not None:
            cell.shade = rank[n] * SHADES // len(known)


def _lay_out(cells: list[Cell], size: int) -> PlateMap:
    rows, columns = (16, 24) if size == 384 else (8, 12)
    at: dict[tuple[str, int], Cell] = {}
    found = PlateMap(columns=list(range(1, columns + 1)), wells=len(cells))
    for cell in cells:
        places = [part for part in cell.well.position.split(",") if part]
        if all(p[:1] in ROWS[:rows] and p[1:].isdigit() and int(p[1:]) <= columns for p in places):
            at |= {(part[0], int(part[1:])): cell for part in places}
        else:
            found.elsewhere.append(cell)
    if at:
        found.rows = [(row, [at.get((row, c)) for c in found.columns]) for row in ROWS[:rows]]
    return found
