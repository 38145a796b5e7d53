"""What a table of INTELLIFLEX tells of wells, regions and the plate, where it tells little or too much."""

from datetime import datetime

import pytest

from assays.formats import PlateFormatError, read_plate
from tests.unit.formats.files import as_csv, intelliflex_rows, workbook

UNREAD_TIME = "is kept as written: the file does not tell day from month."


def read(rows):
    return read_plate(as_csv(rows))


def with_column(rows, name, cells):
    """The table with other cells in a column."""
    place = rows[0].index(name)
    for row, cell in zip(rows[1:], cells, strict=True):
        row[place] = cell
    return rows


def without(*endings):
    """The table without columns whose names end so."""
    rows = intelliflex_rows()
    kept = [i for i, name in enumerate(rows[0]) if not name.endswith(endings)]
    return [[row[i] for i in kept] for row in rows]


def test_a_table_of_medians_without_wells_is_not_taken_for_an_intelliflex():
    with pytest.raises(PlateFormatError) as caught:
        read(without("WELL LOCATION"))
    assert "WELL LOCATION" not in caught.value.reason


def test_the_instruments_word_for_a_well_decides_and_not_its_name():
    names, words = ["Kit 1", "Kit 2", "Pool of P1"], ["B1", "C1", "U1"]
    rows = with_column(intelliflex_rows(), "SAMPLE ID", names)
    wells = read(with_column(rows, "WELL TYPE", words)).wells
    assert wells["sample_type"].tolist() == ["blank", "control", "sample"]
    assert set(wells["typed_by"]) == {"file"}


@pytest.mark.parametrize(
    ("levels", "kind"), [((10, 40, 20, 30), "open"), ((10, 30, 20, 40), "guess")]
)
def test_standards_of_a_letter_are_believed_where_fluorescence_follows_their_numbers(levels, kind):
    """Ranks 1, 4, 2, 3 have a Spearman's rho of 0.4, and 1, 3, 2, 4 one of 0.8: 0.5 is asked for."""
    names = ["S1", "S2", "S3", "S4", *(f"PAT{n:02}" for n in range(1, 9))]
    head = ["WELL LOCATION", "SAMPLE ID", "R25: RP1 MEDIAN", "R27: RP1 MEDIAN"]
    cells = zip(names, [*levels, *[5] * 8], strict=True)
    rows = [[f"A{i}", name, level, level * 2] for i, (name, level) in enumerate(cells, 1)]
    assert set(read([head, *rows]).wells["typed_by"][:4]) == {kind}


def test_without_names_of_analytes_a_region_is_named_by_its_number():
    assert read(without("ANALYTE NAME")).analytes["analyte"].tolist() == ["R25", "R27"]


def test_two_regions_of_one_name_are_refused():
    with pytest.raises(PlateFormatError) as caught:
        read(intelliflex_rows(((25, "HPV6"), (27, "HPV6"))))
    assert caught.value.reason == "Two bead regions have the name “HPV6”."
    assert caught.value.line == 1


def test_a_count_below_zero_is_told_with_its_own_cell():
    rows = intelliflex_rows()
    place = rows[0].index("R27: RP1 COUNT")
    rows[2][place] = "-3"
    reading = read_plate(workbook({"Export": rows}))
    told = f"sheet “Export”, cell A{chr(65 + place - 26)}3: HPV11: a count of -3 beads"
    assert any(told in note for note in reading.notes)
    assert reading.measurements["bead_count"].fillna(-9).tolist() == [-9, -9, 41, -9, 42, 42]


def test_a_date_of_the_first_well_alone_tells_day_from_month():
    rows = with_column(intelliflex_rows(), "PLATE START", ["03/02/2026 04:42:08 PM"] * 3)
    stamps = ["24/01/2026 08:21:33 AM", "N/A", "N/A"]
    plate = read(with_column(rows, "CALIBRATION TIMESTAMP", stamps)).plate
    assert plate.acquired == datetime(2026, 2, 3, 16, 42, 8)


@pytest.mark.parametrize(
    ("written", "told"),
    [("2026-02-25 04:42:08 PM", False), ("03/02/2026 04:42:08 PM", True), ("N/A", False)],
)
def test_a_time_is_told_to_be_unread_only_where_there_is_one_that_was_not_read(written, told):
    notes = read(with_column(intelliflex_rows(), "PLATE START", [written] * 3)).notes
    assert any(UNREAD_TIME in note for note in notes) == told


def test_properties_that_some_or_no_analyte_has_are_told():
    assert "“COUNT” is not told of every analyte." in read(without("R27: RP1 COUNT")).notes
    assert "“NET MEDIAN” is not told of every analyte." in read(without("NET MEDIAN")).notes
    assert not any("told of every analyte" in note for note in read(intelliflex_rows()).notes)


def test_what_is_kept_as_written_is_told_and_nothing_else_is_kept():
    reading = read(intelliflex_rows())
    assert set(reading.extra) == {"other properties"}
    assert "Properties kept as written: MEAN, %CV." in reading.notes


def test_the_first_line_below_the_wells_is_told_in_sixty_characters():
    below = "--" + "x" * 70
    reading = read_plate(as_csv(intelliflex_rows()) + below.encode() + b"\n")
    told = below[:60]
    assert f"1 lines below the wells are kept as written: {told}." in reading.notes
