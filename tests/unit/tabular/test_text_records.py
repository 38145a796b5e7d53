"""Texts as records: the line of each, and lines, cells and columns up to their bounds and one beyond."""

import pytest

from tabular import FileError, table, text
from tabular.source import FileSource
from tabular.table import lay_out, read_table, sniff_delimiter
from tabular.text import check_ended, records
from tests.unit.formats.files import workbook


def read(content: str, delimiter: str = ",") -> list[tuple[int, list[str]]]:
    return [(record.line, record.cells) for record in records(content, delimiter)]


def refused(content: str) -> tuple[int | None, str]:
    with pytest.raises(FileError) as caught:
        read(content)
    return caught.value.line, str(caught.value.reason)


def test_a_record_has_the_line_on_which_it_begins() -> None:
    assert read('a,b\n"c\nd", e \n\nf\n') == [
        *((1, ["a", "b"]), (2, ["c\nd", "e"]), (4, []), (5, ["f"])),
    ]
    assert read("a\r\nb\rc\nd") == [(1, ["a"]), (2, ["b"]), (3, ["c"]), (4, ["d"])]


def test_a_cell_beyond_the_end_is_empty() -> None:
    (record,) = records("a,b\n", ",")
    assert (record.cell(1), record.cell(2), record.is_empty) == ("b", "", False)
    assert records(",\n", ",")[0].is_empty


@pytest.mark.parametrize("before", ["", "x\n", "x\ny\n"])
@pytest.mark.parametrize("end", ["", "\n"])
def test_a_line_of_as_many_characters_as_are_read_and_one_more(
    before: str, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text, "MAX_RECORD_CHARS", 10)
    line = before.count("\n") + 1
    whole = "a," + "b" * (8 - len(end))
    assert read(before + whole + end)[-1] == (line, whole.split(","))
    told = (line, "The line is longer than 10 characters; is a quotation mark left open?")
    assert refused(before + whole + "b" + end) == told
    assert refused(before + '"a\nb\nc\nd\ne\nf\n')[0] == line


def test_as_many_cells_lines_and_columns_as_are_read_and_one_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(text, "MAX_CELLS", 4)
    assert len(read("a,b\nc,d\n")) == 2
    assert refused("a,b\nc,d\ne\n")[0] == 3
    monkeypatch.undo()
    monkeypatch.setattr(text, "MAX_LINES", 2)
    assert len(read("a\nb\n")) == 2
    assert refused("a\nb\nc\n")[0] == 3
    monkeypatch.undo()
    monkeypatch.setattr(text, "MAX_COLUMNS", 2)
    assert len(read("a,b\n")) == 1
    assert refused("a\na,b,c\n") == (2, "The line has 3 columns; at most 2 are read.")


def test_a_cell_of_as_many_characters_as_are_read_and_one_more() -> None:
    assert read("a," + "x" * 10_000 + "\n")[0][1][1] == "x" * 10_000
    line, reason = refused("a\nb," + "x" * 10_001 + "\n")
    assert line == 2
    assert reason.startswith("A cell is longer than 10,000 characters")


def test_what_cannot_be_divided_is_told_with_its_line() -> None:
    line, reason = refused('a\n"b"c\n')
    assert line == 2
    assert "cannot be divided into cells" in reason


@pytest.mark.parametrize("ended", ["a\n", "a\r", "a\r\n", "\n"])
def test_a_text_whose_last_line_is_ended_is_whole_and_no_other(ended: str) -> None:
    check_ended(ended)
    for cut, line in (("a", 1), (ended + "b", ended.count("\n") + 1)):
        with pytest.raises(FileError, match="last line is not ended") as caught:
            check_ended(cut)
        assert caught.value.line == line


def test_the_sheet_and_the_delimiter_that_are_meant_are_read() -> None:
    file = FileSource(workbook({"A": [["id"], ["P1"]], "B": [["id"], ["P2"]]}))
    assert read_table(file, file.sheets[1]).rows[0].cells == ("P2",)
    laid = lay_out(FileSource(b"a;b,c\nd;e,f\n"), delimiter=";")
    assert [record.cells for record in laid.records] == [["a", "b,c"], ["d", "e,f"]]
    assert laid.read_as == "UTF-8, cells separated by semicolon"


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_the_delimiter_is_found_whatever_ends_the_lines(end: str) -> None:
    assert sniff_delimiter(end.join(["id;age", "P1;60", "P2;61", ""])) == ";"


def test_a_header_of_as_many_columns_as_are_read_and_one_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(table, "MAX_COLUMNS", 2)
    assert read_table(FileSource(b"a,b\n1,2\n")).columns == ("a", "b")
    with pytest.raises(FileError, match="more than 2 columns"):
        read_table(FileSource(b"a,b,c\n1,2,3\n"))


def test_a_table_of_as_many_cells_as_are_read_and_one_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MAX_CELLS", 4)
    assert len(read_table(FileSource(b"a,b\n1,2\n")).rows) == 1
    with pytest.raises(FileError, match="more than 4 cells"):
        read_table(FileSource(b"a,b\n1,2\n3,4\n"))
