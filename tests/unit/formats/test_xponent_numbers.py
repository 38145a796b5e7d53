"""Decimal marks, factors, remarks and the head of an xPONENT file, where they tell little or two things."""

import pytest

from assays.formats import PlateFormatError, read_plate
from tests.unit.formats.files import WELLS, xponent, xponent_blocks


def whole_numbers(net_mfi):
    """Medians and results without a decimal mark, and the fluorescence less the background as told."""
    result = {well: ("3", "12") for well, _ in WELLS}
    blocks = xponent_blocks(result=result, median={well: ("100", "2000") for well, _ in WELLS})
    for row in blocks["Net MFI"][1:]:
        row[2:4] = net_mfi
    return read_plate(xponent(blocks))


def test_where_values_have_no_mark_the_fluorescence_less_the_background_tells_it():
    assert whole_numbers(["90,5", "1990"]).measurements["net_mfi"].tolist() == [90.5, 1990] * 5
    assert whole_numbers(["90.5", "1990"]).measurements["net_mfi"].tolist() == [90.5, 1990] * 5


def test_a_comma_that_could_part_thousands_tells_no_mark_and_is_left_out():
    reading = whole_numbers(["1,250", "1990"])
    assert reading.measurements["net_mfi"].fillna(-1).tolist() == [-1, 1990] * 5
    assert any("Left out of “Net MFI”" in note for note in reading.notes)


def test_points_of_the_values_hold_whatever_the_fluorescence_less_the_background_has():
    blocks = xponent_blocks()
    for row in blocks["Net MFI"][1:]:
        row[2:4] = ["90,5", "1990"]
    rows = read_plate(xponent(blocks)).measurements
    assert rows["mfi"].tolist() == [100.5, 2000] * 5
    assert rows["net_mfi"].fillna(-1).tolist() == [-1, 1990] * 5


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_point_in_one_line_and_a_comma_in_another_are_refused(delimiter):
    median = {well: ("100", "2000") for well, _ in WELLS} | {"A1": ("100.5", "9")}
    result = {well: ("3", "12") for well, _ in WELLS}
    content = xponent(xponent_blocks(result, median), delimiter=delimiter)
    blocks = xponent_blocks(result, median | {"B1": ("99,5", "9")})
    with pytest.raises(PlateFormatError) as caught:
        read_plate(xponent(blocks, delimiter=delimiter))
    assert "commas that could be decimal marks" in caught.value.reason
    assert caught.value.line == content[: content.index(b"Standard1")].count(b"\n") + 1


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_commas_before_three_digits_alone_are_refused_whatever_divides_the_cells(delimiter):
    """1,250 could be either number, and nothing in the file tells which."""
    median = {well: ("1,250", "2,000") for well, _ in WELLS}
    result = {well: ("3", "12") for well, _ in WELLS}
    with pytest.raises(PlateFormatError, match="thousands"):
        read_plate(xponent(xponent_blocks(result, median), delimiter=delimiter))


@pytest.mark.parametrize("written", ["21:400", "21/400"])
def test_a_ratio_to_another_number_than_one_is_no_factor(written):
    blocks = xponent_blocks()
    blocks["Dilution Factor"][4][2] = written
    assert read_plate(xponent(blocks)).wells["dilution"].fillna(-1).tolist() == [2, 2, 2, -1, 2]


@pytest.mark.parametrize("written", ["0", "many"])
def test_a_factor_that_cannot_be_is_unknown_and_told_whatever_the_name_says(written):
    """Neither 1 nor the 20 in the control's name: the file says something else, and nobody can say what."""
    blocks = xponent_blocks()
    blocks["Dilution Factor"][3][2] = written
    for rows in blocks.values():
        for row in rows:
            row[:] = ["PC 1:20" if cell == "Control1" else cell for cell in row]
    reading = read_plate(xponent(blocks))
    assert reading.wells["dilution"].fillna(-1).tolist() == [2, 2, -1, 2, 2]
    assert any("Dilution Factor" in str(note) and written in str(note) for note in reading.notes)


def test_remarks_are_the_warnings_and_the_comments_but_of_extrapolation():
    blocks = xponent_blocks()
    blocks["Comments"][5][3] = "Bubble"
    blocks["Warnings/Errors"].append(["1,E1", "", "no sample"])
    reading = read_plate(xponent(blocks))
    assert reading.remarks.to_numpy().tolist() == [
        ["E1", "IL6", "Bubble"],
        ["D1", "", "Warning: few beads"],
        ["E1", "", "no sample"],
    ]
    assert reading.wells["remark"].tolist() == ["", "", "", "Warning: few beads", "no sample"]


def test_standards_have_their_fluorescence_less_the_background_where_the_file_tells_it():
    blocks = xponent_blocks()
    assert read_plate(xponent(blocks)).standards["net_mfi"].tolist() == [90.5, 1990]
    del blocks["Net MFI"]
    assert read_plate(xponent(blocks)).standards["net_mfi"].isna().all()


def test_a_head_that_tells_little_leaves_the_rest_empty():
    content = xponent()
    head = b"Program,xPONENT\r\nDate,2/28/2014,9:44 PM\r\nOperator,AK\r\nOperator,SB\r\n,x\r\n"
    reading = read_plate(head + content[content.index(b"DataType:") :])
    plate = reading.plate
    assert (plate.name, plate.serial, plate.kit, plate.lot, plate.instrument) == ("",) * 5
    assert plate.acquired_text == "2/28/2014 9:44 PM"
    assert (plate.acquired.hour, plate.wells, plate.software) == (21, 96, "xPONENT")
    assert reading.header == {
        "Program": "xPONENT",
        "Date": "2/28/2014 | 9:44 PM",
        "Operator": "AK",
        "Operator (line 4)": "SB",
    }
