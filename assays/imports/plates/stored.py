"""A planned plate beside what the study holds: equal, other values, or the same run under another name."""

from assays.imports.plates.planned import PlannedPlate
from assays.models import Measurement, PlateRun
from sentences import storable as _

TOLD = 5
COMPARED = ("value_text", "unit", "flag", "value", "mfi", "net_mfi", "bead_count", "dilution")


def differences(planned: PlannedPlate, stored: PlateRun) -> list[str]:
    """The first differences between a planned plate and a stored one, as people read them; [] if equal."""
    ours, theirs = _read_planned(planned), _read_stored(stored)
    symbols = {told.analyte_id: told.analyte.symbol for told in planned.plate_analytes.values()}
    told = []
    for place in sorted(ours.keys() | theirs.keys()):
        old, new = theirs.get(place), ours.get(place)
        if old == new:
            continue
        position, analyte = place
        where = f"{position} {symbols.get(analyte, analyte)}"
        if old is None or new is None:
            words = _("only in the file") if old is None else _("only in the study")
            told.append(f"{where}: {words}")
        else:
            at = next(i for i in range(len(COMPARED)) if old[i] != new[i])
            told.append(f"{where}: {COMPARED[at]} {old[at]} → {new[at]}")
        if len(told) == TOLD:
            break
    return told


def same_run_elsewhere(planned: PlannedPlate) -> PlateRun | None:
    """A plate of another name that the same instrument acquired at the same time, that is not superseded: one
    of the same values rather than one of others (then of the same wells)."""
    run = planned.run
    if not run.serial or not run.acquired_text:
        return None
    like = PlateRun.objects.filter(
        study=run.study, serial=run.serial, acquired_text=run.acquired_text, superseded_by=None
    ).order_by("pk")[:TOLD]
    equal = next((one for one in like if not differences(planned, one)), None)
    if equal is not None:
        return equal
    wells = {well.position for well in planned.wells.values()}
    return next((one for one in like if wells == _positions(one)), None)


def _positions(run: PlateRun) -> set[str]:
    return set(run.wells.values_list("position", flat=True))


def _read_planned(planned: PlannedPlate) -> dict:
    analytes = {name: told.analyte_id for name, told in planned.plate_analytes.items()}
    positions = {name: well.position for name, well in planned.wells.items()}
    return dict(planned.cells.rows(analytes, positions))


def _read_stored(run: PlateRun) -> dict:
    rows = Measurement.objects.filter(plate_run=run, well__isnull=False).order_by()
    return {
        (position, analyte): tuple(rest)
        for position, analyte, *rest in rows.values_list(
            "well__position", "analyte_id", *COMPARED
        ).iterator()
    }
