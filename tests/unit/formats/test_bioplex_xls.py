"""XLS files: the same reading as XLSX, and refused before anything in them can ask for memory."""

import contextlib
import struct

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assays.formats import PlateFormatError, read_plate
from tests.unit.formats.bioplex_files import xls
from tests.unit.formats.files import bioplex_sheets, workbook

WHOLE = xls(bioplex_sheets())


def number_at(row, column):
    """How the record of a number begins."""
    return struct.pack("<4H", 0x203, 14, row, column)


def test_an_xls_file_reads_as_the_same_xlsx_file_does():
    found, expected = read_plate(WHOLE), read_plate(workbook(bioplex_sheets()))
    pd.testing.assert_frame_equal(found.measurements, expected.measurements)
    pd.testing.assert_frame_equal(found.analytes, expected.analytes)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (xls(bioplex_sheets(), size=(65535, 65535)), "more sheets or cells"),
        (xls(bioplex_sheets(), circle=True), "damaged"),
        (xls({str(i): [["a"]] for i in range(1001)}), "more sheets or cells"),
        # a number in the last cell that there can be: the reader would lay out 4 thousand million
        (WHOLE.replace(number_at(6, 3), number_at(65535, 65535)), "more sheets or cells"),
    ],
)
def test_what_would_ask_for_too_much_memory_is_refused(content, said):
    with pytest.raises(PlateFormatError, match=said):
        read_plate(content)


@settings(deadline=None)  # a panic of the compiled reader may write its trace, which takes its time
@given(st.integers(0, len(WHOLE) - 1))
def test_an_xls_file_cut_anywhere_is_refused_or_read_whole(length):
    with contextlib.suppress(PlateFormatError):
        assert len(read_plate(WHOLE[:length]).measurements) == 14


@settings(deadline=None)
@given(st.integers(0, len(WHOLE) - 1), st.sampled_from([b"\xff\xff", b"\0\0", b"\xff" * 4]))
def test_damage_to_an_xls_file_is_refused_or_leaves_it_readable(place, junk):
    damaged = WHOLE[:place] + junk + WHOLE[place + len(junk) :]
    with contextlib.suppress(PlateFormatError):
        assert len(read_plate(damaged).measurements)


def test_a_cell_beyond_the_last_column_that_an_xls_file_can_have_is_refused():
    """A damaged place made 15 rows of 55,557 cells, and a file of 8 kB took seconds."""
    names = ["sample", "analyte", "value", *(f"c{i}" for i in range(253))]
    assert len(read_plate(xls({"S": [names, ["S-1", "A", 1]]})).measurements) == 1
    with pytest.raises(PlateFormatError, match="more sheets or cells"):
        read_plate(xls({"S": [["sample", "analyte", "value", *[""] * 55_000, "a"]]}))
