"""A block of an xPONENT file against its medians: wells, analytes and widths of rows that do not fit."""

import pytest

from assays.formats import PlateFormatError, read_plate
from tests.unit.formats.files import xponent, xponent_blocks


def refused(blocks):
    with pytest.raises(PlateFormatError) as caught:
        read_plate(xponent(blocks))
    return caught.value.reason


def left_out(blocks):
    """What is told to be left out."""
    return [str(note) for note in read_plate(xponent(blocks)).notes if "Left out" in note]


def test_an_analyte_that_stands_twice_among_the_results_is_refused():
    blocks = xponent_blocks()
    blocks["Result"][0][3] = "IL1B"
    assert refused(blocks) == "The analyte “IL1B” stands twice."


def test_the_analyte_that_only_one_block_has_is_named():
    blocks = xponent_blocks()
    blocks["Result"][0][3] = "IL9"
    assert refused(blocks) == "“IL6” is not an analyte of both “Median” and “Result”."


def test_a_column_that_counts_lack_is_told_and_one_that_remarks_lack_is_not():
    blocks = xponent_blocks()
    for name in ("Count", "Comments"):
        blocks[name] = [[*row[:3], *row[4:]] for row in blocks[name]]
    (told,) = left_out(blocks)
    assert "Left out of “Count”" in told
    assert told.endswith("it has no column “IL6”.")


def test_a_result_of_a_well_without_a_median_is_refused():
    blocks = xponent_blocks()
    blocks["Result"].append(["6(1,F1)", "S-3", "1", "2", "200"])
    assert refused(blocks) == "The well F1 is not in “Median”."


def test_a_column_of_notes_is_no_analyte():
    blocks = xponent_blocks()
    for i, row in enumerate(blocks["Median"]):
        row.append("few beads" if i else "Notes")
    assert read_plate(xponent(blocks)).analytes["analyte"].tolist() == ["IL1B", "IL6"]


def test_empty_cells_at_the_end_may_be_more_or_fewer_than_in_the_header():
    whole = read_plate(xponent()).measurements
    blocks = xponent_blocks()
    for name in ("Median", "Result"):
        blocks[name][0] += ["", ""]
        blocks[name][2] += ["", "", ""]
    assert read_plate(xponent(blocks)).measurements.equals(whole)
    blocks = xponent_blocks()
    blocks["Median"][2] += ["", ""]
    assert read_plate(xponent(blocks)).measurements.equals(whole)


def test_a_row_that_lost_a_cell_and_was_filled_up_is_misaligned():
    """What stands under the last analyte would be the total of the events."""
    blocks = xponent_blocks()
    del blocks["Median"][2][2]
    blocks["Median"][2].append("")
    assert "misaligned" in refused(blocks)


def test_a_bead_is_no_unit():
    blocks = xponent_blocks()
    blocks["Units"][2] = ["Units:", "Bead", "pg/mL"]
    assert read_plate(xponent(blocks)).analytes["unit"].tolist() == ["", "pg/mL"]


@pytest.mark.parametrize("lost", ["A", "B", "C", "D"])
def test_a_curve_of_which_a_coefficient_is_lost_is_none(lost):
    blocks = xponent_blocks()
    letters = {"A": "5", "B": "20000", "C": "150", "D": "-1.1", "F": "0.8"} | {lost: ""}
    blocks["Analysis Coefficients"] = [
        ["Name", "IL1B", "IL6"],
        *([f"Coefficient {letter}", number, "1"] for letter, number in letters.items()),
    ]
    curves = read_plate(xponent(blocks)).analytes["curve"].tolist()
    assert curves == ["", "FI = 1 + (1 - 1) / ((1 + (Conc / 1)^1))^1"]


def test_a_row_of_one_cell_tells_nothing_and_one_that_lost_a_cell_is_told_with_its_line():
    blocks = xponent_blocks()
    blocks["Units"][1] = ["BeadID:"]
    assert not left_out(blocks)
    blocks["Units"][2] = ["Units:", "pg/mL"]
    content = xponent(blocks).decode().split("\r\n")
    line = content.index("Units:,pg/mL") + 1
    (told,) = left_out(blocks)
    assert told.endswith(f"line {line}: 2 cells under 3 names.")


def test_a_plate_of_384_wells_is_one_however_few_were_read():
    content = xponent().replace(b"96-well,Type,96", b"384-well,Type,384")
    assert read_plate(content).plate.wells == 384
    assert read_plate(xponent().replace(b"ProtocolPlate", b"Plate")).plate.wells == 96


@pytest.mark.parametrize(
    ("levels", "kind"), [((10, 40, 20, 30), "open"), ((10, 30, 20, 40), "guess")]
)
def test_standards_of_a_letter_are_believed_where_fluorescence_follows_their_numbers(levels, kind):
    """Ranks 1, 4, 2, 3 have a Spearman's rho of 0.4, and 1, 3, 2, 4 one of 0.8: 0.5 is asked for."""
    names = ["S1", "S2", "S3", "S4", *(f"PAT{n:02}" for n in range(1, 9))]
    cells = zip(names, [*levels, *[5] * 8], strict=True)
    rows = [[f"{i}(1,A{i})", name, str(x), str(2 * x)] for i, (name, x) in enumerate(cells, 1)]
    content = xponent({"Median": [["Location", "Sample", "IL1B", "IL6"], *rows]})
    reading = read_plate(content.replace(b"Type,Quan", b"Off,"))
    assert set(reading.wells["typed_by"][:4]) == {kind}
