"""Sheets of properties that do not hold what they should: refused with the cell, or kept as written."""

import pytest

from assays.formats import PlateFormatError, read_plate
from tests.unit.formats.files import bioplex_properties, workbook

NAMES = ["Hu IL-1b (32)", "Hu IL-6 (19)"]
HEADER, FIRST, END = 4, 5, 12
"""Rows of a sheet of properties, counted from 0: its header, its first well, and the empty row below the last."""


def read(sheets):
    return read_plate(workbook(sheets))


def refused(sheets):
    with pytest.raises(PlateFormatError) as caught:
        read(sheets)
    return caught.value.sheet, caught.value.cell, caught.value.reason


def split(row):
    """A row for each of the two wells that a row is the average of."""
    return [[row[0], well, *row[2:]] for well in row[1].split(",")]


def test_words_for_sampling_errors_are_read_from_their_sheet_and_the_legend_of_fluorescence():
    sheets = bioplex_properties()
    rows = [list(row) for row in sheets["FI"]]
    for row in rows[FIRST:END]:
        row[3:] = ["", "1, 3"] if row[0] == "X2" else ["", ""]
    remarks = read(sheets | {"Sampling Errors": rows}).remarks
    assert remarks.to_numpy().tolist() == [["B3,B4", NAMES[1], "Low bead #; Classify %"]]


def test_beads_and_what_was_set_aside_are_read_from_sheets_of_their_own():
    sheets = bioplex_properties()
    for name, in_x3 in (("Bead Count", [57, 58]), ("Outlier", [1, 0])):
        rows = [list(row) for row in sheets["FI"]]
        for row in rows[FIRST:END]:
            row[3:] = in_x3 if row[0] == "X3" else [0, 0]
        sheets[name] = rows
    found = read(sheets).measurements.query("sample == 'P-03'")
    assert found["bead_count"].tolist() == [57, 58]
    assert found["flag"].tolist() == ["outlier", "in_range"]


def test_no_column_of_the_wells_is_an_analyte():
    sheets = bioplex_properties()
    more = ["Outlier", "Group", "Ratio", "Dilution"]
    for row in sheets["FI"][HEADER:END]:
        row[3:3] = more if "Type" in row else ["0", "a", "0.5", "4"]
    assert read(sheets).analytes["analyte"].tolist() == NAMES


def test_a_line_above_the_header_names_no_analyte_where_the_header_does():
    sheets = bioplex_properties()
    sheets["FI"][HEADER - 1] = ["", "", "", "Plate of May"]
    assert read(sheets).analytes["analyte"].tolist() == NAMES


def test_a_line_about_a_well_is_no_header():
    sheets = bioplex_properties()
    sheets["FI"][HEADER - 1] = ["Well", "A1 is empty"]
    assert read(sheets).measurements.equals(read(bioplex_properties()).measurements)


def test_a_sheet_that_is_named_as_a_property_and_has_no_wells_is_kept_as_written():
    reading = read(bioplex_properties() | {"Count": [["Analytes", "2"], ["Wells", "7"]]})
    assert reading.extra["Count"] == [["Analytes", "2"], ["Wells", "7"]]
    assert reading.measurements["bead_count"].isna().all()


def test_averages_of_what_values_need_are_refused_and_of_anything_else_kept():
    sheets = bioplex_properties()
    averaged = dict(sheets)
    for name in ("FI", "Obs Conc", "FI - Bkgd"):
        wells = [part for row in sheets[name][FIRST:END] for part in split(row)]
        sheets[name] = [*sheets[name][:FIRST], *wells]
    sheet, cell, reason = refused(sheets | {"Obs Conc": averaged["Obs Conc"]})
    assert (sheet, cell) == ("Obs Conc", "A7")
    assert "“S1” here, “B” in FI" in reason
    sheets["FI - Bkgd"] = averaged["FI - Bkgd"]
    assert "FI - Bkgd" in read(sheets).extra


def test_each_row_of_every_sheet_has_a_type_and_a_well_of_its_own():
    for column, text, said in ((0, "Q1", "“Q1” is no type"), (1, "A1", "A1 stands twice")):
        sheets = bioplex_properties()
        for rows in sheets.values():
            rows[END - 1][column] = text
            rows[FIRST][1] = "A1"
            rows[FIRST + 1][1] = "A2"
        sheet, cell, reason = refused(sheets)
        assert (sheet, cell) == ("FI", f"{'AB'[column]}12")
        assert said in reason


def test_the_same_wells_may_be_told_twice_and_no_third_time():
    sheets = bioplex_properties()
    table = [*sheets["FI"][HEADER:END], []]
    legend = sheets["FI"][END + 1 :]
    sheets["FI"] = [*sheets["FI"][:HEADER], *table, *table, *legend]
    assert read(sheets).measurements.equals(read(bioplex_properties()).measurements)
    sheets["FI"] = [*sheets["FI"][:HEADER], *table, *table, *table, *legend]
    assert refused(sheets) == ("FI", "A23", "The sheet has more than two tables of wells.")


def test_a_property_without_a_column_for_any_analyte_is_refused():
    sheets = bioplex_properties()
    sheets["Obs Conc"] = [row[:3] for row in sheets["Obs Conc"]]
    sheet, cell, reason = refused(sheets)
    assert (sheet, cell) == ("Obs Conc", "A5")
    assert "no analytes" in reason


def test_a_well_below_the_end_of_a_sheets_table_is_refused():
    sheets = bioplex_properties()
    sheets["FI"][END + 1 : END + 1] = [["X5", "E3,E4", "P-05", 20, 30]]
    sheet, cell, reason = refused(sheets)
    assert (sheet, cell) == ("FI", "A14")
    assert "follows the table's end" in reason
