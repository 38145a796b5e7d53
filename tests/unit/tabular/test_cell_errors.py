"""A cell that holds an error of the spreadsheet arrives as what it shows, at its place; it is never empty."""

import io
import re
import time
import zipfile
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assays.formats import Flag, read_plate
from tabular import FileError, cell_errors
from tabular.cell_errors import is_error
from tabular.source import FileSource
from tabular.table import read_table
from tabular.workbook import sheets as read_sheets
from tests.unit.formats.bioplex_files import ERRORS, CellError, ComputedError, xls
from tests.unit.formats.files import bioplex_sheets, intelliflex_rows, olink_rows, workbook
from tests.unit.tabular.test_workbooks import sharing

WRITERS = {"XLSX": workbook, "XLS": xls}
BOTH = pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
ERROR = st.builds(
    lambda kind, text: kind(text),
    st.sampled_from([CellError, ComputedError]),
    st.sampled_from(list(ERRORS)),
)
CELL = st.one_of(st.sampled_from(["", "", "a", 1.5, 7, True]), ERROR)
ROWS = st.lists(st.lists(CELL, min_size=1, max_size=5), min_size=1, max_size=6)
SHEETS = st.dictionaries(st.sampled_from(["Zulu", "Alpha", "Plate 1", "x"]), ROWS, min_size=1)


def text_of(value):
    return {True: "TRUE"}.get(value, str(value)) if value != "" else ""


@BOTH
@settings(max_examples=60, deadline=None)
@given(sheets=SHEETS)
def test_errors_stand_where_they_stood_and_nothing_else_moves(write, sheets) -> None:
    if write is workbook:
        sheets = {
            name: [["TRUE" if cell is True else cell for cell in row] for row in rows]
            for name, rows in sheets.items()
        }
    found = read_sheets(write(sheets))
    assert [sheet.name for sheet in found] == list(sheets)
    for sheet in found:
        for i, row in enumerate(sheets[sheet.name]):
            for j, value in enumerate(row):
                assert sheet.cell(i, j) == text_of(value)
        assert sum(map(len, map("".join, sheet.rows))) == sum(
            len(text_of(value)) for row in sheets[sheet.name] for value in row
        )


SPELLINGS = {
    "plain": '<c r="B2" t="e"><v>#REF!</v></c>',
    "type first": '<c t="e" r="B2"><v>#REF!</v></c>',
    "apostrophes and spaces": "<c\n r = 'B2'\n\tt = 'e' ><v>#REF!</v></c>",
    "a style, and a mark in an attribute": '<c r="B2" s="1" a=">" t="e" vm="1"><f>1/0</f><v>#REF!</v></c>',
    "prefixed": '<x:c r="B2" t="e"><x:v>#REF!</x:v></x:c>',
    "a prefix with signs": '<x-y.z:c r="B2" t="e"><x-y.z:v>#REF!</x-y.z:v></x-y.z:c>',
    "without references": '<c t="inlineStr"><is><t>a</t></is></c><c t="e"><v>#REF!</v></c>',
}


@pytest.mark.parametrize("cell", SPELLINGS.values(), ids=SPELLINGS)
def test_however_a_program_writes_the_cell(cell: str) -> None:
    content = sharing(f'<row r="2">{cell}</row>', [])
    assert read_sheets(content)[0].cell(1, 1) == "#REF!"


@pytest.mark.parametrize("text", ["#SPILL!", "#CALC!", "#GETTING_DATA", "Err:508"])
def test_an_error_of_a_newer_program_does_not_refuse_the_workbook(text: str) -> None:
    content = sharing(f'<row r="1"><c r="A1" t="e"><v>{text}</v></c></row>', [])
    assert read_sheets(content)[0].cell(0, 0) == text
    assert is_error(text)


def test_parts_may_stand_anywhere_and_in_any_order() -> None:
    """Sheets are found by the workbook's relations, not by the names of their parts."""
    content = workbook({"First": [[CellError("#REF!")]], "Second": [["", CellError("#NUM!")]]})
    moved = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(moved, "w") as new:
        for name in reversed(old.namelist()):
            text = old.read(name).decode()
            text = re.sub(r"worksheets/sheet([12])", lambda m: f"worksheets/p{3 - int(m[1])}", text)
            name = re.sub(r"worksheets/sheet([12])", lambda m: f"worksheets/p{3 - int(m[1])}", name)
            new.writestr(name, text)
    first, second = read_sheets(moved.getvalue())
    assert (first.cell(0, 0), second.cell(0, 1)) == ("#REF!", "#NUM!")


def test_a_text_that_looks_like_a_cell_stays_a_text() -> None:
    text = '&lt;c t="e"&gt; "e"'
    cells = f'<row r="1"><c r="A1" t="inlineStr"><is><t>{text}</t></is></c><c r="B1" t="s"><v>0</v></c></row>'
    sheet = read_sheets(sharing(cells, [text]))[0]
    assert sheet.rows == [['<c t="e"> "e"'] * 2]


def test_a_cell_that_is_cut_by_a_piece_of_the_part_is_read() -> None:
    """Pieces are of a mebibyte; the cell is put across the first end of one, byte by byte."""
    cell = '<c r="B2" t="e"><v>#REF!</v></c>'
    head = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    )
    for shift in range(0, len(cell) + 1, 4):
        filler = " " * ((1 << 20) - len(head) - len('<row r="2">') - shift)
        content = sharing(f'{filler}<row r="2">{cell}</row>', [])
        assert read_sheets(content)[0].cell(1, 1) == "#REF!"


@pytest.mark.parametrize(
    "piece",
    [
        b"<c" + b" " * 2_000_000,
        b"<c" + b' a="1"' * 300_000,
        b"<c " + b"a" * 2_000_000,
        b"<c t=" * 400_000,
    ],
    ids=["spaces", "attributes", "a long name", "many tags"],
)
def test_no_tag_takes_long(piece: bytes) -> None:
    started = time.process_time()
    assert cell_errors.TYPED.sub(b"", piece) == piece
    assert time.process_time() - started < 2


def test_the_limits_hold_for_a_workbook_of_errors() -> None:
    far = sharing(
        '<row r="1"><c r="A1" t="e"><v>#REF!</v></c><c r="ZZZ999999" t="e"><v>#REF!</v></c></row>',
        [],
    )
    with pytest.raises(FileError, match="more cells than a reader takes"):
        read_sheets(far)
    with pytest.raises(FileError, match="more sheets or cells"):
        read_sheets(xls({"S": [[CellError("#REF!")]]}, size=(1_000_000, 200)))


def test_of_an_xls_file_only_errors_are_shown_as_errors() -> None:
    """A truth value stands in the same record as an error, and is none."""
    assert read_sheets(xls({"S": [[True, False, 2.5, CellError("#N/A")]]}))[0].rows == [
        ["TRUE", "FALSE", "2.5", "#N/A"]
    ]


def test_the_errors_of_a_csv_file_are_the_same_texts() -> None:
    table = read_table(FileSource(b"id,age\nP1,#REF!\n"))
    assert table.rows[0].cells == ("P1", "#REF!")


@pytest.mark.parametrize("text", ["", "#N/A", "#1", "IL-6", "# of cells", "#ref", "REF!", "#A"])
def test_what_is_no_error(text: str) -> None:
    assert not is_error(text)


@dataclass(frozen=True)
class Place:
    sheet: str
    row: int
    column: int


def with_cell(sheets, place, value):
    """The sheets, with another value in one place."""
    return {
        name: [
            [value if Place(name, i, j) == place else cell for j, cell in enumerate(row)]
            for i, row in enumerate(rows)
        ]
        for name, rows in sheets.items()
    }


def reading_of(content):
    """All that a plate reader makes of a workbook; None where it refuses it."""
    try:
        reading = read_plate(content)
    except FileError:
        return None
    frames = (reading.measurements, reading.standards, reading.controls)
    return "\n".join(frame.to_csv() for frame in frames) + repr(
        (reading.wells.to_csv(), reading.notes)
    )


PLATES = {
    "bioplex": bioplex_sheets(),
    "olink": {"INF": olink_rows()},
    "intelliflex": {"Export": intelliflex_rows()},
    "table": {"S": [["sample", "analyte", "value"], ["S-1", "IL6", 3.5], ["S-2", "IL6", 4.5]]},
}
FIRST = {"bioplex": 6, "olink": 0, "intelliflex": 1, "table": 1}  # rows above name columns
PLACES = {
    format: [
        Place(name, i, j)
        for name, rows in sheets.items()
        for i, row in enumerate(rows)
        for j, cell in enumerate(row)
        if cell != "" and i >= FIRST[format]
    ]
    for format, sheets in PLATES.items()
}


@pytest.mark.parametrize("format", PLATES)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_no_reader_of_plates_takes_an_error_for_an_empty_cell(format, data) -> None:
    """Wherever an empty cell would be read otherwise than the value, an error is refused, or is not empty."""
    sheets, place = PLATES[format], data.draw(st.sampled_from(PLACES[format]))
    write = data.draw(st.sampled_from([workbook, xls] if format == "bioplex" else [workbook]))
    whole, lost, empty = (
        reading_of(write(with_cell(sheets, place, value) if value is not None else sheets))
        for value in (None, CellError("#REF!"), "")
    )
    if empty != whole:
        assert lost is None or lost != empty, place


def test_a_lost_value_refuses_the_plate_and_an_unavailable_one_is_missing() -> None:
    place = Place("S", 2, 2)
    with pytest.raises(FileError, match="“#REF!” is an error of the spreadsheet") as caught:
        read_plate(workbook(with_cell(PLATES["table"], place, ComputedError("#REF!"))))
    assert (caught.value.sheet, caught.value.cell) == ("S", "C3")
    reading = read_plate(workbook(with_cell(PLATES["table"], place, CellError("#N/A"))))
    told = reading.measurements.set_index("well")
    assert list(told["flag"]) == [Flag.IN_RANGE, Flag.MISSING]
    assert list(told["raw_text"]) == ["3.5", "#N/A"]
