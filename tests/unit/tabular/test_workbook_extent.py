"""How far a workbook extends is seen before it is laid out, XLSX by its references and XLS by its records."""

import io
import struct
import zipfile

import pytest

from tabular import FileError, repeated, workbook, workbook_xls
from tabular.workbook import Extent, sheets
from tests.unit.formats.bioplex_files import _contained, record
from tests.unit.tabular.test_workbooks import rows_of, sharing

TOO_LARGE = "more cells than a reader takes"


@pytest.mark.parametrize(
    ("xml", "cells"),
    [
        (b'<c r="A6"/>', 6),
        (b'<c r="F1"/>', 6),
        (b'<c r="B3"/>', 6),
        (b'<c r="A1"/><c r="C2"/>', 6),
        (b"<c/>" * 6, 6),
        (b'<row r="6"/>', 6),
    ],
)
def test_as_many_cells_as_are_read_and_one_more(xml: bytes, cells: int, monkeypatch) -> None:
    monkeypatch.setattr(workbook, "MAX_CELLS", cells)
    assert Extent().add(xml, is_last=True) == b""
    monkeypatch.setattr(workbook, "MAX_CELLS", cells - 1)
    with pytest.raises(FileError, match=TOO_LARGE):
        Extent().add(xml, is_last=True)


def test_columns_are_counted_by_their_letters() -> None:
    for reference, column in (("C1", 3), ("Z1", 26), ("AA1", 27), ("ABC1", 731)):
        extent = Extent()
        extent.add(b'<c r="%s"/>' % reference.encode(), is_last=True)
        assert (extent.row, extent.column) == (1, column)


@pytest.mark.parametrize("reference", ["a1", "A", "ABCD1", "1A", "A12345678"])
def test_a_reference_that_cannot_be_is_refused(reference: str) -> None:
    content = sharing(f'<row><c r="{reference}"><v>1</v></c></row>', [])
    with pytest.raises(FileError, match="names a cell that cannot be"):
        sheets(content)


@pytest.mark.parametrize("before", [[], ["b"]])
@pytest.mark.parametrize("after", [[], ["a"], ["a"] * 50])
def test_a_long_text_is_seen_wherever_it_stands_among_the_shared_ones(
    before: list[str], after: list[str]
) -> None:
    texts = [*before, "x" * 32_000, *after]
    with pytest.raises(FileError, match="repeat texts"):
        sheets(sharing(rows_of(str(len(before))), texts))


def test_as_many_repeated_characters_as_are_read_and_one_more(monkeypatch) -> None:
    content = sharing(
        rows_of("1", rows=2, columns=2) + rows_of("0", rows=1, columns=1), ["a", "x" * 50]
    )
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        most = repeated.characters(archive)
    assert most >= 4 * 50
    monkeypatch.setattr(workbook, "MAX_REPEATED", most)
    assert sheets(content)[0].rows == [*[["x" * 50] * 2] * 2, ["a", ""]]
    monkeypatch.setattr(workbook, "MAX_REPEATED", most - 1)
    with pytest.raises(FileError, match="repeat texts"):
        sheets(content)


def of_records(*records: bytes, before: bytes = b"") -> bytes:
    """An XLS file of one sheet with these records, and others in the part of the workbook."""
    begin, end = record(0x809, struct.pack("<2H", 0x600, 5) + bytes(12)), record(0x0A, b"")
    at = len(begin) + len(before) + 4 + 9 + len(end)
    sheet = record(0x85, struct.pack("<IHBB", at, 0, 1, 0) + b"S")
    stream = begin + before + sheet + end + begin + b"".join(records) + end
    return _contained(stream, circle=False)


def at(kind: int, row: int, column: int, more: int = 10) -> bytes:
    return record(kind, struct.pack("<2H", row, column) + bytes(more))


def is_read(content: bytes) -> bool:
    try:
        workbook_xls.check(content)
    except FileError as error:
        if "more sheets or cells" not in error.reason:
            raise
        return False
    return True


@pytest.mark.parametrize("kind", [0x06, 0xFD, 0x203, 0x204, 0x205, 0x207, 0x27E])
def test_every_kind_of_cell_tells_how_far_a_sheet_extends(kind: int) -> None:
    """19,455 rows of 257 cells are 4,999,935, and one row more are above five million."""
    assert is_read(of_records(at(kind, 0, 256)))
    assert not is_read(of_records(at(kind, 0, 257)))
    assert is_read(of_records(at(kind, 19_454, 256)))
    assert not is_read(of_records(at(kind, 19_455, 256)))


def test_many_numbers_in_one_record_extend_to_the_last_of_them() -> None:
    assert is_read(of_records(at(0xBD, 0, 250, 6 * 6 - 4)))
    assert not is_read(of_records(at(0xBD, 0, 250, 6 * 7 - 4)))


def test_another_record_is_no_cell() -> None:
    assert is_read(of_records(at(0x201, 0, 300), record(0x203, b"\1")))


def test_what_a_sheet_says_of_its_extent_counts_in_both_versions() -> None:
    for form in ("<2I3H", "<5H"):

        def told(*extent: int, form: str = form) -> bytes:
            return of_records(record(0x200, struct.pack(form, *extent, 0)))

        assert is_read(told(0, 19_454, 0, 256))
        assert not is_read(told(0, 19_455, 0, 256))
        for damaged in ((2, 1, 0, 0), (0, 0, 2, 1)):
            with pytest.raises(FileError, match="it is damaged"):
                workbook_xls.check(told(*damaged))


def test_a_password_is_told() -> None:
    with pytest.raises(FileError, match="protected by a password"):
        workbook_xls.check(of_records(before=record(0x2F, bytes(6))))


@pytest.mark.parametrize(
    ("code", "text"),
    [
        *((0x00, "#NULL!"), (0x07, "#DIV/0!"), (0x0F, "#VALUE!"), (0x17, "#REF!"), (0x1D, "#NAME?")),
        *((0x24, "#NUM!"), (0x2A, "#N/A"), (0x2B, "#GETTING_DATA"), (0x99, "#UNKNOWN!")),
    ],
)  # fmt: skip
def test_every_error_is_shown_as_it_is(code: int, text: str) -> None:
    place = struct.pack("<3H", 3, 2, 0)
    written = record(0x205, place + bytes([code, 1]))
    computed = record(0x06, place + bytes([2, 0, code, 0, 0, 0, 0xFF, 0xFF]) + bytes(8))
    truth = record(0x205, place + bytes([1, 0]))
    number = record(0x06, place + struct.pack("<d", 2.5) + bytes(8))
    (errors,) = workbook_xls.check(of_records(truth, written, number, computed))
    assert list(errors) == [(3, 2, text)] * 2
