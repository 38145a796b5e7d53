"""Cells of workbooks as people would write them, and workbooks up to their bounds and one beyond."""

import io
import zipfile
from datetime import date, datetime, time, timedelta

import pytest

from tabular import FileError, workbook
from tabular.workbook import Sheet, as_text, reference, sheets
from tests.unit.formats.bioplex_files import xls
from tests.unit.formats.files import workbook as xlsx


def refused(content: bytes) -> FileError:
    with pytest.raises(FileError) as caught:
        sheets(content)
    return caught.value


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        *((True, "TRUE"), (False, "FALSE"), ("x", "x"), (7, "7"), (3.0, "3"), (-3.0, "-3"), (2.5, "2.5")),
        *((999_999_999_999_999.0, "999999999999999"), (1e15, "1000000000000000.0"), (-1e15, "-1000000000000000.0")),
        *((datetime(2020, 1, 2), "2020-01-02"), (datetime(2020, 1, 2, 3, 4), "2020-01-02 03:04:00")),
        *((date(2020, 1, 2), "2020-01-02"), (time(9, 5), "09:05:00"), (timedelta(hours=30), "1 day, 6:00:00")),
    ],
)  # fmt: skip
def test_a_cell_is_what_a_person_would_write(cell: object, text: str) -> None:
    assert as_text(cell) == text


def test_places_are_named_as_a_spreadsheet_names_them() -> None:
    places = [(0, 0), (11, 2), (0, 25), (0, 26), (0, 51), (0, 701), (4, 702)]
    assert [reference(*place) for place in places] == [
        *("A1", "C12", "Z1", "AA1", "AZ1", "ZZ1", "AAA5"),
    ]


def test_beyond_the_edges_of_a_sheet_nothing_stands() -> None:
    sheet = Sheet("S", [["a", "b"]])
    assert [sheet.cell(*place) for place in ((0, 1), (0, 2), (1, 0))] == ["b", "", ""]
    assert (sheet.has_rows, Sheet("S", [["", ""]]).has_rows) == (True, False)


def test_an_error_is_put_where_nothing_stands_and_refused_where_no_cell_is() -> None:
    sheet = Sheet("S", [["a", ""]])
    workbook._put([(0, 0, "#REF!"), (0, 1, "#NUM!")], sheet)
    assert sheet.rows == [["a", "#NUM!"]]
    for row, column, cell in ((0, 2, "C1"), (1, 0, "A2")):
        with pytest.raises(FileError, match="holds #REF! and cannot be read") as caught:
            workbook._put([(row, column, "#REF!")], sheet)
        assert (caught.value.sheet, caught.value.cell) == ("S", cell)


@pytest.mark.parametrize("name", ["content.xml", "xl/workbook.bin"])
def test_a_workbook_of_another_program_is_told_to_be_none(name: str) -> None:
    buffer = io.BytesIO(xlsx({"S": [["id"]]}))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr(name, "<x/>")
    assert refused(buffer.getvalue()).reason == "The workbook is no XLSX file. Save it as .xlsx."


def test_a_nul_character_is_refused_with_its_cell() -> None:
    error = refused(xls({"S": [["id", "age"], ["P1", "a\0b"]]}))
    assert (error.sheet, error.cell) == ("S", "B2")
    assert "NUL" in error.reason


def test_sheets_of_as_many_cells_as_are_read_together_and_one_more(monkeypatch) -> None:
    content = xlsx({"A": [["a"], ["b"]], "B": [["c"], ["d"]]})
    monkeypatch.setattr(workbook, "MAX_CELLS", 4)
    assert [sheet.rows for sheet in sheets(content)] == [[["a"], ["b"]], [["c"], ["d"]]]
    monkeypatch.setattr(workbook, "MAX_CELLS", 3)
    assert "more cells than a reader takes" in refused(content).reason


@pytest.mark.parametrize("name", ["MAX_UNPACKED", "MAX_TAGS", "MAX_COLUMNS"])
def test_a_workbook_up_to_its_bounds_and_one_beyond(name: str, monkeypatch) -> None:
    content = xlsx({"A": [["a", "b", 1.5]]})
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [archive.read(part) for part in archive.namelist()]
    most = {
        "MAX_UNPACKED": sum(map(len, parts)),
        "MAX_TAGS": sum(part.count(b"<") for part in parts),
        "MAX_COLUMNS": 3,
    }[name]
    monkeypatch.setattr(workbook, name, most)
    assert sheets(content)[0].rows == [["a", "b", "1.5"]]
    monkeypatch.setattr(workbook, name, most - 1)
    assert "more cells than a reader takes" in refused(content).reason
