"""xPONENT files as FLEXMAP 3D, MAGPIX and INTELLIFLEX write them and as spreadsheets save them again."""

import pytest

from assays.formats import PlateFormatError, read_plate
from tests.unit.formats.files import ANALYTES, WELLS, xponent, xponent_blocks


def fluorescence_only(**replaced):
    """Blocks of a protocol without analysis; replaced: blocks by name (None: left out)."""
    kept = ("Median", "Net MFI", "Count", "Units", "Dilution Factor", "Warnings/Errors")
    blocks = {name: rows for name, rows in xponent_blocks().items() if name in kept}
    blocks |= replaced
    return {name: rows for name, rows in blocks.items() if rows is not None}


def off(content):
    """The file with its analysis switched off."""
    return content.replace(
        b"ProtocolAnalysis,Type,Quan,Mode,FitOfAllStandards", b"ProtocolAnalysis,Off"
    )


def saved_by_a_spreadsheet(content, width=17):
    """Every line but those of wells filled up with empty cells, as a spreadsheet saves it."""
    lines = content.decode().split("\r\n")[:-1]
    filled = [x if "(1," in x else x + "," * (width - 1 - x.count(",")) for x in lines]
    return "\n".join(filled).encode()


def test_without_analysis_there_is_fluorescence_and_no_concentration():
    reading = read_plate(off(xponent(fluorescence_only())))
    assert set(reading.measurements.flag) == {"missing"}
    assert set(reading.measurements.mfi) == {100.5, 2000}
    assert reading.notes[-1] == "The file holds fluorescence only: no concentration was computed."


def test_lines_filled_up_by_a_spreadsheet_read_as_they_were():
    content = off(xponent(fluorescence_only()))
    found, known = read_plate(saved_by_a_spreadsheet(content)), read_plate(content)
    assert found.measurements.equals(known.measurements)
    assert found.plate == known.plate


def test_intelliflex_writes_two_empty_lines_quotes_and_no_units():
    """And Mean and Avg Net MFI by well, but no Net MFI; ISO dates; a unit's row of one cell."""
    blocks = fluorescence_only(**{"Net MFI": None})
    blocks = {"Median": blocks["Median"], "Mean": blocks["Median"], **blocks}
    blocks["Units"] = [*blocks["Units"][:2], ["Units:"]]
    blocks["Dilution Factor"][1][2] = ""
    lines = off(xponent(blocks, date="2024-10-18 11:36")).decode().split("\r\n")
    quoted = [
        ",".join(f'"{cell}"' for cell in line.split(",")) if line and '"' not in line else line
        for line in lines
    ]
    text = "\n".join(quoted).replace("\n\n", "\n\n\n").replace('"-- CRC --"', "-- CRC --")
    reading = read_plate(text.replace("MAGPIX", "Intelliflex").encode())
    assert (reading.plate.instrument, reading.plate.acquired.year) == ("Intelliflex", 2024)
    assert reading.measurements.net_mfi.isna().all()
    assert set(reading.measurements.unit) == {""}
    assert reading.wells.dilution.isna().tolist() == [True, False, False, False, False]
    assert "Mean" in reading.extra


def test_a_location_without_quotation_marks_is_one_cell():
    quoted = xponent()
    bare = quoted.replace(b'"', b"")
    assert bare != quoted
    assert read_plate(bare).measurements.equals(read_plate(quoted).measurements)


def test_wells_without_beads_have_no_fluorescence_and_no_count():
    count = dict.fromkeys((well for well, _ in WELLS), ("NaN", "0"))
    nothing = dict.fromkeys((well for well, _ in WELLS), ("NaN", ""))
    blocks = xponent_blocks(median=nothing, count=count)
    rows = read_plate(
        off(xponent(fluorescence_only(Median=blocks["Median"], Count=blocks["Count"])))
    )
    assert rows.measurements.mfi.isna().all()
    assert rows.measurements.bead_count.isna().sum() == len(WELLS)


def test_each_well_has_its_own_dilution():
    blocks = xponent_blocks()
    for row, factor in zip(blocks["Dilution Factor"][1:], ("", "1", "1", "4", "100"), strict=True):
        row[2] = factor
    found = read_plate(xponent(blocks)).wells.dilution.tolist()
    assert found[1:] == [1, 1, 4, 100]
    blocks["Dilution Factor"][0][2] = "Factor of something"
    assert read_plate(xponent(blocks)).wells.dilution.isna().all()


def test_rows_of_averages_by_sample_are_kept_as_written():
    """Replicates stand there once for each of their names, more than once for one name."""
    averages = [
        ["Sample", *ANALYTES, "Total Events"],
        ["S-1", "1", "2", "9"],
        ["S-1", "1", "2", "9"],
    ]
    reading = read_plate(xponent(xponent_blocks() | {"Avg Net MFI": averages}))
    assert reading.extra["Avg Net MFI"] == averages


def test_a_number_that_a_spreadsheet_made_a_date_is_refused_where_it_is_used():
    """20.07 became "20.lip" in a Polish spreadsheet."""
    blocks = xponent_blocks() | {"%CV": xponent_blocks()["Median"]}
    blocks["%CV"][1][2] = "20.lip"
    assert "%CV" in read_plate(xponent(blocks)).extra
    blocks["Median"][1][2] = "20.lip"
    with pytest.raises(PlateFormatError, match=r"line 17: Median, IL1B: “20.lip” is not a number"):
        read_plate(xponent(blocks))


def test_analytes_renamed_in_one_block_are_refused():
    blocks = xponent_blocks()
    blocks["Result"][0][2] = "spike"
    with pytest.raises(PlateFormatError, match="“IL1B” is not an analyte of both"):
        read_plate(xponent(blocks))
