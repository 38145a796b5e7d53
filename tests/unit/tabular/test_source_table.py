"""What kind a file is by its first bytes, and where a table says that something is wrong."""

import io

import pyarrow as pa
import pyarrow.parquet
import pytest

from tabular import FileError
from tabular.source import FileSource
from tabular.table import read_table, sniff_delimiter
from tests.unit.formats.bioplex_files import xls
from tests.unit.formats.files import workbook


def parquet(columns) -> bytes:
    out = io.BytesIO()
    pyarrow.parquet.write_table(pa.table(columns), out)
    return out.getvalue()


def refused(content: bytes) -> FileError:
    with pytest.raises(FileError) as caught:
        read_table(FileSource(content))
    return caught.value


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"id,age\nP1,PAR1", "text"),
        (b"PAR1 and no more", "parquet"),
        (parquet({"id": ["P1"]}), "parquet"),
        (workbook({"S": [["id"]]}), "workbook"),
        (xls({"S": [["id"]]}), "workbook"),
        (b"", "text"),
        (b"PK is no workbook", "text"),
    ],
)
def test_a_file_is_what_its_first_bytes_say(content: bytes, kind: str) -> None:
    file = FileSource(content)
    told = {"text": file.is_text, "parquet": file.is_parquet, "workbook": file.is_workbook}
    assert [name for name, is_it in told.items() if is_it] == [kind]


def test_every_kind_of_file_gives_the_same_rows_and_says_how_it_was_read() -> None:
    rows = [["id", "age"], ["P1", "60"], ["P2", "61"]]
    files = {
        "UTF-8, cells separated by comma": b"id,age\nP1,60\nP2,61\n",
        "UTF-8, cells separated by semicolon": b"id;age\nP1;60\nP2;61\n",
        "UTF-8, cells separated by tab": b"id\tage\nP1\t60\nP2\t61\n",
        "UTF-8, cells separated by bar": b"id|age\nP1|60\nP2|61\n",
        "workbook, sheet “S”": workbook({"S": rows}),
        "Parquet": parquet({"id": [" P1", "P2 "], "age": [60, 61]}),
    }
    for said, content in files.items():
        table = read_table(FileSource(content))
        assert (table.read_as, table.columns) == (said, ("id", "age"))
        assert [row.cells for row in table.rows] == [("P1", "60"), ("P2", "61")]
        assert [row.number for row in table.rows] == [2, 3]
        assert (table.header_row, table.position("age")) == (1, 1)


@pytest.mark.parametrize(
    ("rows", "cell", "said"),
    [
        ([["id", "id"], ["P1", "P2"]], "A1", "the column “id” more than once"),
        ([[""], ["id", "age"]], "A2", "a header but no rows"),
        ([["1", "2,5"], ["P1", "P2"]], "A1", "The first row holds numbers"),
        ([["id", ""], ["P1", "60"], ["P2", ""]], "A2", "Row 2 has 2 cells, the header has 1 (1 such rows"),
    ],
)  # fmt: skip
def test_a_workbook_is_refused_with_its_sheet_and_cell_and_a_text_with_its_line(
    rows, cell: str, said: str
) -> None:
    error = refused(workbook({"S": rows}))
    assert (error.sheet, error.cell, error.line) == ("S", cell, None)
    assert said in error.reason
    error = refused("\n".join(";".join(row) for row in rows).encode() + b"\n")
    assert (error.sheet, error.cell, error.line) == (None, None, int(cell[1:]))
    assert said in error.reason


def test_a_column_without_a_name_is_called_by_its_place() -> None:
    table = read_table(FileSource(b"id,,age\nP1,x,60\n"))
    assert table.columns == ("id", "(column 2)", "age")


def test_a_header_may_hold_some_numbers() -> None:
    assert read_table(FileSource(b"id,2019\nP1,60\n")).columns == ("id", "2019")


def test_an_empty_file_is_told_to_be_empty() -> None:
    assert refused(b"\n ,\n").reason == "The file is empty."


def test_the_delimiter_is_that_under_which_lines_agree() -> None:
    assert sniff_delimiter("id;a,b\nP1;1,5\nP2;x\n") == ";"
    assert sniff_delimiter("a,b,c\n1;2,3,4\n5,6,7\n") == ","
    assert sniff_delimiter("alone\n") == ","
