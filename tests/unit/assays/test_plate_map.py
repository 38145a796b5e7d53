"""The heat map: every well where it lies, shaded by rank, with what excludes it and our own concentration."""

import pytest

from assays.models import Exclusion, PlateRun
from assays.quality.curves import Curve
from assays.quality.refit import Refit
from assays.selectors.plates import Cell, PlateMap, plate_map
from studies.models import Study
from tests.factories import make_patient
from tests.unit.assays.plates import make_plate

pytestmark = pytest.mark.django_db


def analyte_of(plate: PlateRun, symbol: str = "IL6") -> int:
    return plate.panel.analytes.get(symbol=symbol).pk


def cells(drawn: PlateMap) -> dict[str, Cell]:
    """Cells by position on the plate."""
    return {
        f"{row}{column}": cell
        for row, line in drawn.rows
        for column, cell in zip(drawn.columns, line, strict=True)
        if cell is not None
    }


def drawn(plate: PlateRun, by: str = "value", refit: Refit | None = None, *exclusions: Exclusion):
    return plate_map(plate, analyte_of(plate), by, refit, list(exclusions))


def test_each_well_lies_where_it_lay(study: Study, plate: PlateRun) -> None:
    make_plate(study, [make_patient(study)], "plate 2")
    found = drawn(plate)
    assert [row for row, _ in found.rows] == list("ABCDEFGH")
    assert found.columns == list(range(1, 13))
    assert (found.wells, found.elsewhere) == (11, [])
    positions = {well.position: well for well in plate.wells.all()}
    assert {place: cell.well for place, cell in cells(found).items()} == positions
    assert {cell.measurement.analyte.symbol for cell in cells(found).values()} == {"IL6"}


def test_shades_go_by_rank_and_one_huge_value_flattens_nothing(plate: PlateRun) -> None:
    """Seven numbers, seven shades: 10, 20, 30 of the samples, then the standards at 102 %."""
    shades = {place: cell.shade for place, cell in cells(drawn(plate)).items()}
    assert shades == {
        **{"D1": 1, "A2": 0, "A3": 0, "B2": 2, "B3": 2},
        **{"C2": 3, "C3": 3, "C1": 4, "B1": 5, "A1": 6, "H1": None},
    }


def test_shades_by_beads(plate: PlateRun) -> None:
    plate.measurements.filter(well__position="B2").update(bead_count=20.0)
    shades = {place: cell.shade for place, cell in cells(drawn(plate, "beads")).items()}
    assert {place for place, shade in shades.items() if shade == 0} == {"B2"}
    assert set(shades.values()) == {0, 3}


def test_our_own_concentration_stands_in_each_well(plate: PlateRun) -> None:
    plate.measurements.filter(well__position="B2").update(mfi=60.0)
    ours = Refit(Curve(10.0, 110.0, 10.0, -1.0), 1.0, 100.0, 1.0, by="mfi")
    found = cells(drawn(plate, "refit", ours))
    assert found["B2"].ours == pytest.approx(10.0)
    assert found["A2"].ours == pytest.approx(90.0)  # mfi 100
    assert found["B2"].shade == 0
    assert cells(drawn(plate))["B2"].ours is None


def test_what_exclusions_a_well(plate: PlateRun) -> None:
    well = plate.wells.get(position="B2")
    il6, other = analyte_of(plate), analyte_of(plate, "SPP1")

    def exclusion(reason: str, **where: int | None) -> Exclusion:
        return Exclusion(plate_run=plate, reason=reason, **where)

    found = cells(
        drawn(
            plate,
            "value",
            None,
            exclusion("whole", well_id=None, analyte_id=il6),
            exclusion("clot", well_id=well.pk, analyte_id=None),
            exclusion("here", well_id=well.pk, analyte_id=il6),
            exclusion("another analyte", well_id=well.pk, analyte_id=other),
            exclusion("another one's plate", well_id=None, analyte_id=other),
        )
    )
    assert found["B2"].excluded == "whole; clot; here"
    assert found["A2"].excluded == "whole"


@pytest.mark.parametrize(
    ("size", "position", "lies"),
    [
        (96, "H12", {"H12"}),
        (96, "H13", set()),
        (96, "I1", set()),
        (384, "P24", {"P24"}),
        (384, "P25", set()),
        (384, "I1", {"I1"}),
        (96, "A3,A4", {"A3", "A4"}),
        (96, "A", set()),
        (96, "3", set()),
    ],
)
def test_a_position_that_the_plate_does_not_have(
    plate: PlateRun, size: int, position: str, lies: set[str]
) -> None:
    plate.size = size
    plate.wells.filter(position="A3").update(position="B9")
    plate.wells.filter(position="A2").update(position=position)
    found = drawn(plate)
    well = plate.wells.get(position=position)
    assert {place for place, cell in cells(found).items() if cell.well == well} == lies
    assert [cell.well for cell in found.elsewhere] == ([] if lies else [well])
    assert (len(found.rows), len(found.columns)) == ((16, 24) if size == 384 else (8, 12))
