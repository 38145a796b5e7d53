"""What a Bio-Plex workbook tells of wells and analytes, where it tells little or what cannot be."""

import pytest

from assays.formats import PlateFormatError, read_plate
from tests.unit.formats.files import bioplex_sheets, workbook

NO_UNIT = "The file names no unit of concentration."


def test_a_workbook_of_one_analyte_is_read():
    name, rows = next(iter(bioplex_sheets().items()))
    reading = read_plate(workbook({name: rows}))
    assert reading.analytes["analyte"].tolist() == [name]
    assert reading.wells["dilution"].tolist() == [1, 1, 1, 4, 4, 4, 4]


def test_the_dilution_of_a_well_is_that_of_its_first_analyte():
    sheets = bioplex_sheets()
    sheets["Hu IL-6 (19)"][11][13] = 8
    assert read_plate(workbook(sheets)).wells["dilution"].tolist() == [1, 1, 1, 4, 4, 4, 4]


def test_a_unit_of_one_analyte_is_a_unit_that_is_named():
    sheets = bioplex_sheets()
    assert NO_UNIT in read_plate(workbook(sheets)).notes
    sheets["Hu IL-6 (19)"][5] = [
        "Obs Conc (pg/mL)" if name == "Obs Conc" else name for name in sheets["Hu IL-6 (19)"][5]
    ]
    reading = read_plate(workbook(sheets))
    assert reading.analytes["unit"].tolist() == ["", "pg/mL"]
    assert NO_UNIT not in reading.notes


def test_a_count_below_zero_is_left_out_and_told_with_its_cell():
    sheets = bioplex_sheets()
    for rows in sheets.values():
        rows[5] = [*rows[5], "Bead Count"]
        for row in rows[6:13]:
            row.append(57)
    sheets["Hu IL-6 (19)"][11][15] = -1
    reading = read_plate(workbook(sheets))
    found = reading.measurements.set_index(["sample", "analyte"])["bead_count"]
    assert found["P-03"].fillna(-9).tolist() == [57, -9]
    assert reading.notes[-1] == (
        "Left out of “bead count” (no value needs it): sheet “Hu IL-6 (19)”, cell P12: "
        "A count of beads cannot be negative."
    )


@pytest.mark.parametrize("below", [[], [["", ""]]])
def test_a_header_with_nothing_below_it_is_the_end_of_a_file_that_was_cut(below):
    sheets = bioplex_sheets()
    rows = sheets["Hu IL-6 (19)"]
    rows[6:] = [*below, *rows[6:]] if below else []
    with pytest.raises(PlateFormatError) as caught:
        read_plate(workbook(sheets))
    assert (caught.value.sheet, caught.value.cell) == ("Hu IL-6 (19)", "A6")
    assert caught.value.reason == "The table has no rows: the file was cut."
