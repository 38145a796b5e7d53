"""What no value needs never refuses a file: it is left out, told with its place, and the values are as they were."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assays.formats import PlateFormatError, read_plate
from assays.formats.leaving import UNREAD
from tests.unit.formats.files import (
    as_csv,
    bioplex_sheets,
    intelliflex_rows,
    olink_rows,
    workbook,
    xponent,
    xponent_blocks,
)

OPTIONAL = [name for name in xponent_blocks() if name not in ("Median", "Result")]
JUNK = ["x", "1/400", "-7", "NaN;", "Location", "“", "1(1,A1)", "12,5", ""]


def values(reading):
    rows = reading.measurements
    return rows[["well", "analyte", "raw_text", "value", "mfi"]]


def same_values(reading, whole):
    for name, column in values(whole).items():
        found = values(reading)[name]
        if column.dtype == np.float64:
            np.testing.assert_array_equal(found, column)
        else:
            assert found.tolist() == column.tolist()


WHOLE = read_plate(xponent())


@given(st.data())
def test_any_other_block_may_be_damaged_or_missing(data):
    """A line too many, too few or too long, a text where a number belongs, a block that is gone or stands twice."""
    blocks = xponent_blocks()
    name = data.draw(st.sampled_from(OPTIONAL))
    how = data.draw(st.sampled_from(["gone", "line", "cell", "short", "long", "twice", "stray"]))
    lines = [list(line) for line in blocks[name]]
    at = data.draw(st.integers(0, len(lines) - 1))
    junk = data.draw(st.sampled_from(JUNK))
    if how == "line":
        del lines[at]
    elif how == "cell":
        lines[at][data.draw(st.integers(0, len(lines[at]) - 1))] = junk
    elif how == "short":
        lines[at] = lines[at][:-1]
    elif how == "long":
        lines[at] = [*lines[at], "9"]
    elif how == "twice":
        lines.insert(at, list(lines[at]))
    elif how == "stray":
        lines.insert(at, ["Location", "Sample", "1"])
    blocks[name] = lines
    if how == "gone" or not lines:
        del blocks[name]
    reading = read_plate(xponent(blocks))
    same_values(reading, WHOLE)
    same_factors(reading, name, blocks)


def same_factors(reading, damaged, blocks):
    """Every well keeps its factor of 2; where the block of factors is damaged, the well is marked as without,
    its cell was emptied, or it is written otherwise (1/400); where the block is gone, none is given."""
    wells = reading.wells.set_index("well").dilution
    lost = set(reading.remarks[reading.remarks.text == UNREAD].well)
    if damaged != "Dilution Factor":
        assert set(wells) == {2}
        assert not lost
    elif len(blocks.get(damaged, [])) < 2:
        assert wells.isna().all()
    else:
        told = {row[-1] for row in blocks[damaged]}
        for well, factor in wells.items():
            if well in lost:
                assert np.isnan(factor)
            elif np.isnan(factor):
                assert "" in told
            else:
                assert factor == 2 or (factor == 400 and "1/400" in told)


@pytest.mark.parametrize(
    ("line", "factor", "note"),
    [
        (["Location", "Sample", "1"], 2, "“Location” is not the location of a well"),
        (["4(1,D1)", "S-1"], None, "2 cells under 3 names in “Dilution Factor”"),
        (["4(1,D1)", "S-1", "1/400"], 400, ""),
        (["4(1,D1)", "S-1", "1:400"], 400, ""),
        (["4(1,D1)", "S-1", "many"], None, "“many” is no dilution factor above 0"),
        (["4(1,D1)", "S-1", "0"], None, "“0” is no dilution factor above 0"),
    ],
)
def test_a_factor_that_is_stray_missing_or_a_ratio(line, factor, note):
    blocks = xponent_blocks()
    block = blocks["Dilution Factor"]
    if line[0] == "Location":
        block.insert(1, line)
    else:
        block[4] = line
    reading = read_plate(xponent(blocks))
    same_values(reading, WHOLE)
    told = reading.wells.set_index("well").dilution
    assert told["E1"] == 2
    assert np.isnan(told["D1"]) if factor is None else told["D1"] == factor
    assert any(note in one and "Dilution Factor" in one for one in reading.notes) or not note


def test_what_is_left_out_is_told_with_its_line():
    blocks = xponent_blocks()
    blocks["Count"][2][2] = "many"
    reading = read_plate(xponent(blocks))
    line = xponent(blocks).decode().splitlines().index('"2(1,B1)",Standard1,many,55,200') + 1
    assert (
        f"Left out of “Count” (no value needs it): line {line}: IL1B: “many” is not a number."
        in (reading.notes)
    )
    rows = reading.measurements.set_index(["well", "analyte"])
    assert np.isnan(rows.bead_count["B1", "IL1B"])
    assert rows.bead_count["B1", "IL6"] == 55


def test_expected_concentrations_are_never_taken_from_a_row_that_is_misaligned():
    blocks = xponent_blocks()
    blocks["Standard Expected Concentration"][1] = ["Standard1", "1000"]
    reading = read_plate(xponent(blocks))
    assert reading.standards.expected.isna().all()
    assert any("2 cells under 3 names" in note for note in reading.notes)


def test_wells_divided_by_empty_lines_are_of_one_block():
    content = xponent().replace(b'"3(1,C1)",Control1,100.5', b'\r\n"3(1,C1)",Control1,100.5', 1)
    same_values(read_plate(content), WHOLE)


@pytest.mark.parametrize("name", ["Median", "Result"])
def test_blocks_of_values_stay_strict(name):
    blocks = xponent_blocks()
    blocks[name][2] = blocks[name][2][:-2]
    with pytest.raises(PlateFormatError, match="misaligned"):
        read_plate(xponent(blocks))


SIGNATURE = (
    b"--DOCUMENT SIGNATURE--\r\nInstrument Serial Number: IFLX1\r\nData Signature: \r\nAB12\r\nEF56"
)


@pytest.mark.parametrize("signature", [SIGNATURE, b"\r\n" + SIGNATURE + b"\r\n"])
def test_a_signature_below_the_wells_of_an_intelliflex(signature):
    whole = read_plate(as_csv(intelliflex_rows()))
    reading = read_plate(as_csv(intelliflex_rows()) + signature)
    same_values(reading, whole)
    assert "5 lines below the wells are kept as written: --DOCUMENT SIGNATURE--." in reading.notes
    assert reading.extra["lines below the wells"][-1] == ["EF56"]
    rows = [*intelliflex_rows(), ["--DOCUMENT SIGNATURE--"], ["Data Signature:"]]
    width = len(rows[0])
    book = workbook({"Data": [row + [""] * (width - len(row)) for row in rows]})
    assert len(read_plate(book).wells) == len(whole.wells)


MARKERS = [
    *("DOCUMENT SIGNATURE", "==SIGNATURE==", "——…——", "Signature: abc", "--DOCUMENT SIGNATURE--"),
    *("電子署名", "Operator: Tanaka", 'a "quotation mark', "Signature,abc", "SIGNATURE" + "," * 40),
]


@given(
    st.sampled_from(MARKERS),
    st.lists(st.sampled_from(["AB12", "", "Data: x", '"', "A" * 20_000, "a,b"])),
)
@settings(deadline=None)
def test_whatever_stands_below_the_last_well_is_kept_and_said(marker, more):
    content = as_csv(intelliflex_rows())
    below = "\r\n".join([marker, *more, ""]).encode()
    reading = read_plate(content + below)
    same_values(reading, read_plate(content))
    (note,) = [str(note) for note in reading.notes if "below the wells are kept as written" in note]
    assert marker.split(",")[0].strip('"')[:9] in note
    kept = 1 + sum(bool(line.strip(' "')) for line in more)
    assert len(reading.extra["lines below the wells"]) == kept


def test_a_signature_of_a_workbook_may_stand_in_two_cells():
    whole = intelliflex_rows()
    wide = [["Signature:", "abc"], ["x" * 12_000]]
    rows = [*whole, *(row + [""] * (len(whole[0]) - len(row)) for row in wide)]
    reading = read_plate(workbook({"Data": rows}))
    same_values(reading, read_plate(as_csv(whole)))
    assert len(reading.extra["lines below the wells"]) == 2


@pytest.mark.parametrize("marker", MARKERS)
def test_a_second_plate_below_a_signature_is_never_kept_as_a_line(marker):
    plate = as_csv(intelliflex_rows())
    with pytest.raises(PlateFormatError):
        read_plate(plate + marker.encode() + b"\r\n" + plate)


@given(st.data())
@settings(deadline=None)
def test_a_row_that_was_cut_anywhere_is_refused(data):
    """Ended or not, and whether or not a signature follows: a well is never lost among what stands below."""
    *rows, last = as_csv(intelliflex_rows()).rstrip().split(b"\n")
    cut = last[: data.draw(st.integers(1, last.rindex(b",") - 1))]
    below = data.draw(st.sampled_from([b"", b"\n", b"\n--DOCUMENT SIGNATURE--\n"]))
    with pytest.raises(PlateFormatError):
        read_plate(b"\n".join([*rows, cut]) + below)


def test_a_row_that_was_cut_is_no_signature():
    cut = as_csv(intelliflex_rows()).rstrip().rpartition(b"\n")[0] + b"\nxMAP,INTELLIFLEX"
    with pytest.raises(PlateFormatError):
        read_plate(cut)


@pytest.mark.parametrize(
    ("column", "text", "note"),
    [
        ("R25: RP1 COUNT", "-3", "a count of -3 beads"),
        ("R25: RP1 COUNT", "many", "“many” is not a number"),
        ("DILUTION", "many", "“many” is no dilution factor above 0"),
    ],
)
def test_counts_and_factors_of_an_intelliflex(column, text, note):
    rows = intelliflex_rows()
    rows[1][rows[0].index(column)] = text
    reading = read_plate(as_csv(rows))
    same_values(reading, read_plate(as_csv(intelliflex_rows())))
    assert any(note in one and "line 2" in one for one in reading.notes)


BIOPLEX = read_plate(workbook(bioplex_sheets()))
NEEDED = ("Analyte", "Type", "Well", "Obs Conc", "FI")


@given(st.data())
def test_columns_of_bioplex_that_no_value_needs(data):
    sheets = bioplex_sheets()
    rows = next(iter(sheets.values()))
    header = next(i for i, row in enumerate(rows) if row and row[0] == "Analyte")
    places = [i for i, c in enumerate(rows[header]) if c and not str(c).startswith(NEEDED)]
    places += [i for i, c in enumerate(rows[header]) if str(c).startswith("FI - ")]
    places = [i for i in places if rows[header][i] != "Description"]
    rows[header + data.draw(st.integers(1, 3))][data.draw(st.sampled_from(places))] = "junk"
    same_values(read_plate(workbook(sheets)), BIOPLEX)


def test_a_sheet_without_its_curve_is_read_and_told():
    sheets = bioplex_sheets()
    name = "Hu IL-6 (19)"
    end = next(i for i, row in enumerate(sheets[name]) if i > 9 and not any(row))
    sheets[name] = sheets[name][:end]
    reading = read_plate(workbook(sheets))
    same_values(reading, BIOPLEX)
    assert any(f"the sheet “{name}” ends without one" in note for note in reading.notes)


@pytest.mark.parametrize("rest", [[], [["Missing Data freq.", 0, 0.5]], [["LOD", "low", 1.79424]]])
def test_an_olink_sheet_without_limits_of_detection(rest):
    rows = [*olink_rows()[:15], *rest]
    reading = read_plate(workbook({"INF": rows}))
    same_values(reading, read_plate(workbook({"INF": olink_rows()})))
    assert any(
        "limits of detection" in note or "Left out of “LOD”" in note for note in reading.notes
    )


def test_words_below_an_olink_table_are_kept():
    rows = [*olink_rows(), [], ["Comment", "samples were thawed twice", "", "P1", "none"]]
    same_values(read_plate(workbook({"INF": rows})), read_plate(workbook({"INF": olink_rows()})))
