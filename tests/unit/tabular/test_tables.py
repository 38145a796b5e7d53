"""Rows as a spreadsheet numbers them, and rows that are not as wide as their header."""

import pytest

from tabular import FileError
from tabular.source import FileSource
from tabular.table import read_table


def test_rows_have_the_numbers_that_a_spreadsheet_shows() -> None:
    table = read_table(FileSource(b"id,age\nP1,60\n\nP2,61\n"))
    assert table.header_row == 1
    assert [(row.number, row.cells) for row in table.rows] == [(2, ("P1", "60")), (4, ("P2", "61"))]
    below = read_table(FileSource(b"\n\nid,age\nP1,60\n"))
    assert (below.header_row, below.rows[0].number) == (3, 4)


@pytest.mark.parametrize("row", [b"P2,61,62", b"P2"])
def test_a_row_of_more_or_fewer_cells_than_the_header_is_refused_with_its_number(
    row: bytes,
) -> None:
    with pytest.raises(FileError, match="Row 3 has"):
        read_table(FileSource(b"id,age\nP1,60\n" + row + b"\n"))


def test_empty_cells_beyond_the_header_are_nothing() -> None:
    table = read_table(FileSource(b"id,age,,\nP1,60,,\nP2,61,,\n"))
    assert [row.cells for row in table.rows] == [("P1", "60"), ("P2", "61")]
