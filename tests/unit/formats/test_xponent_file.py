"""Blocks of an xPONENT file that stand where they should not, twice or not at all, and lines of no block."""

import pytest

from assays.formats import PlateFormatError, read_plate
from tests.unit.formats.files import xponent, xponent_blocks

QUANTIFIED = b"ProtocolAnalysis,Type,Quan,Mode,FitOfAllStandards"


def line_of(content, text, times=1):
    """The line of a text, or of where it stands again."""
    lines = content.decode().split("\r\n")
    return [i for i, line in enumerate(lines, 1) if line.startswith(text)][times - 1]


def refused(content):
    with pytest.raises(PlateFormatError) as caught:
        read_plate(content)
    return caught.value.line, caught.value.reason


def block(name):
    """A block as the file writes it."""
    content = xponent({name: xponent_blocks()[name]})
    return content[content.index(b"DataType:") : content.index(b"-- CRC --")]


def test_a_head_without_blocks_was_cut():
    line, reason = refused(b"Program,xPONENT,,MAGPIX\nBuild,4.2\n")
    assert line == 3
    assert "starts as an xPONENT export but has no block" in reason


def test_a_file_without_its_trailer_was_cut_at_its_last_line():
    content = xponent()
    cut = content[: content.index(b"-- CRC --")].rstrip()
    line, reason = refused(cut + b"\r\n")
    assert line == line_of(content, '"1,D1"')
    assert "without its trailer" in reason


def test_a_second_export_is_told_by_the_line_that_begins_or_ends_it():
    whole = xponent()
    cut = whole[: whole.index(b"-- CRC --")]
    for content, sign in ((cut + whole, "Program"), (whole + b"-- CRC --\r\n", "-- CRC --")):
        line, reason = refused(content)
        assert line == line_of(content, sign, 2)
        assert "a second export begins here" in reason


@pytest.mark.parametrize("behind", [True, False])
def test_a_block_of_values_behind_the_trailer_or_twice_is_refused(behind):
    content = xponent()
    place = len(content) if behind else content.index(b"DataType:,Count")
    content = content[:place] + block("Median") + content[place:]
    line, reason = refused(content)
    assert line == line_of(content, "DataType:,Median", 2)
    assert ("behind the trailer" if behind else "“Median” stands twice") in reason


@pytest.mark.parametrize("behind", [True, False])
def test_any_other_block_behind_the_trailer_or_twice_is_left_out_and_told(behind):
    content = xponent()
    place = len(content) if behind else content.index(b"DataType:,Result")
    other = block("Count").replace(b"100,55", b"7,8")
    content = content[:place] + other + content[place:]
    reading = read_plate(content)
    assert set(reading.measurements["bead_count"]) == {100, 55}
    line = line_of(content, "DataType:,Count", 2)
    why = "behind the trailer" if behind else "twice, and the first is read"
    told = f"Left out of “Count” (no value needs it): line {line}: the block stands {why}."
    assert told in reading.notes


def test_a_block_without_a_name_is_told_and_kept_as_lines_of_no_block():
    blocks = xponent_blocks() | {"": [["Location", "x"], ["1(1,A1)", "5"]]}
    content = xponent(blocks)
    reading = read_plate(content)
    line = line_of(content, "DataType:", 11)
    assert f"Left out of “a block” (no value needs it): line {line}: it has no name." in (
        reading.notes
    )
    assert reading.extra["lines of no block"] == [["1(1,A1)", "5"]]


def test_lines_below_a_block_and_behind_the_trailer_are_kept_and_told():
    blocks = xponent_blocks()
    blocks["Units"] += [[], ["Printed by", "AK"]]
    content = xponent(blocks) + b"Checked by,SB\r\n"
    reading = read_plate(content)
    assert reading.extra["lines of no block"] == [["Printed by", "AK"], ["Checked by", "SB"]]
    line = line_of(content, "Printed by")
    assert f"Lines of no block are kept as written, the first is line {line}." in reading.notes
    assert "lines of no block" not in read_plate(xponent()).extra


def test_the_head_ends_where_the_first_block_begins():
    header = read_plate(xponent()).header
    assert list(header)[:2] == ["Program", "Build"]
    assert list(header)[-1] == "Results"


@pytest.mark.parametrize("name", ["Median", "Result"])
def test_values_that_are_not_by_well_are_refused(name):
    blocks = xponent_blocks()
    blocks[name][0][:2] = ["Sample", "Location"]
    content = xponent(blocks)
    assert refused(content) == (
        line_of(content, f"DataType:,{name}"),
        f"The block “{name}” has no wells.",
    )


def test_what_the_head_or_a_block_promises_must_be_there():
    blocks = xponent_blocks()
    del blocks["Result"]
    off = xponent(blocks).replace(QUANTIFIED, b"ProtocolAnalysis,Off")
    assert "“Result” is missing" in refused(off)[1]
    del blocks["Standard Expected Concentration"]
    assert "“Result” is missing" in refused(xponent(blocks))[1]
    for line in (b"ProtocolAnalysis,Off", b""):
        reading = read_plate(xponent(blocks).replace(QUANTIFIED, line))
        assert set(reading.measurements["raw_text"]) == {""}


def test_what_is_not_known_without_a_block_is_told():
    counts = "The block “Count” is missing: bead counts are not known."
    net = "The block “Net MFI” is missing: fluorescence less the background is not known."
    blocks = xponent_blocks()
    del blocks["Net MFI"]
    assert net in read_plate(xponent(blocks)).notes
    del blocks["Count"], blocks["Result"], blocks["Standard Expected Concentration"]
    notes = read_plate(xponent(blocks).replace(QUANTIFIED, b"")).notes
    assert counts in notes
    assert net not in notes
