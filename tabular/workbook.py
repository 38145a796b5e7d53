"""A workbook as sheets of text, XLSX or XLS, measured before it is laid out in memory."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from python_calamine import CalamineWorkbook, SheetMetadata, SheetTypeEnum

from tabular import repeated, workbook_xls
from tabular.cell_errors import may_have_errors, show_errors
from tabular.errors import FileError
from tabular.limits import MAX_CELLS, MAX_COLUMNS, MAX_REPEATED, MAX_TAGS, MAX_UNPACKED
from tabular.message import Message
from tabular.workbook_xls import CellError

XLSX = b"PK\x03\x04"
XLS = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
CHUNK = 1 << 20
LONGEST = 64
REFERENCE = re.compile(rb"""r(?<![\w:.-]r)\s*=\s*["']([^"']{0,16})""")
CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
SHARED = re.compile(rb"<(?:\w+:)?si[\s/>]")
PLACE = re.compile(rb"([A-Z]{0,3})([0-9]{1,7})")
FOREIGN = frozenset({"content.xml", "xl/workbook.bin"})


@dataclass(frozen=True)
class Sheet:
    """A sheet as text; rows[i][j] is row i + 1, column j, all rows of one length."""

    name: str
    rows: list[list[str]]

    def cell(self, row: int, column: int) -> str:
        """The cell at a place counted from 0, stripped; "" beyond the edges."""
        if row < len(self.rows) and column < len(self.rows[row]):
            return self.rows[row][column]
        return ""

    @property
    def has_rows(self) -> bool:
        return any(any(row) for row in self.rows)

    def error(self, row: int, column: int, reason: Message) -> FileError:
        """The error of a cell at a place counted from 0."""
        return FileError(reason, sheet=self.name, cell=reference(row, column))


def is_workbook(content: bytes) -> bool:
    return content.startswith((XLSX, XLS))


def reference(row: int, column: int) -> str:
    """A place counted from 0 as a spreadsheet names it: (11, 2) -> "C12"."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def sheets(content: bytes) -> list[Sheet]:
    """All sheets of a workbook as text, in its order."""
    errors: Sequence[Iterable[CellError]] = ()
    if content.startswith(XLSX):
        content = _check(content)
    else:
        errors = workbook_xls.check(content)
    found, cells = [], 0
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            # of two sheets with one name the reader knows the last
            places = {about.name: i for i, about in enumerate(workbook.sheets_metadata)}
            for name in (about.name for about in workbook.sheets_metadata if _has_cells(about)):
                sheet = workbook.get_sheet_by_name(name)
                # both are the place of the last one, counted from 0
                cells += (sheet.total_height + 1) * (sheet.total_width + 1)
                if cells > MAX_CELLS:
                    raise _too_large()
                found.append(_as_texts(name, sheet.to_python(skip_empty_area=False)))
                if errors:
                    _put(errors[places[name]], found[-1])
    except FileError:
        raise
    except Exception as error:  # whatever a damaged file makes the reader of workbooks raise
        raise FileError(
            Message(
                "workbook_cannot_read", "The workbook cannot be read (%(error)s).", error=str(error)
            )
        ) from error
    except BaseException as error:  # a panic of its compiled part is no Exception
        if type(error).__name__ != "PanicException":
            raise
        raise FileError(
            Message("workbook_cannot_read_damaged", "The workbook cannot be read: it is damaged.")
        ) from error
    return found


def _has_cells(about: SheetMetadata) -> bool:
    """Whether a sheet is one of cells: not a chart, a dialogue or a program."""
    return bool(about.typ == SheetTypeEnum.WorkSheet)


def _as_texts(name: str, rows: list[list[Any]]) -> Sheet:
    sheet = Sheet(name, [[as_text(cell).strip() for cell in row] for row in rows])
    for i, row in enumerate(sheet.rows):
        for column, text in enumerate(row):
            if "\0" in text:
                raise sheet.error(
                    i,
                    column,
                    Message(
                        "some_cell_holds_nul", "The cell holds a NUL character, which no text has."
                    ),
                )
    return sheet


def _put(errors: Iterable[CellError], sheet: Sheet) -> None:
    """Put errors where the reader of workbooks has left their cells empty."""
    for row, column, text in errors:
        if row >= len(sheet.rows) or column >= len(sheet.rows[row]):
            raise sheet.error(
                row,
                column,
                Message(
                    "cell_holds_cannot_read",
                    "The cell holds %(text)s and cannot be read.",
                    text=text,
                ),
            )
        sheet.rows[row][column] = sheet.rows[row][column] or text


def as_text(cell: Any) -> str:
    """A cell as a person would write it: 3.0 stays "3", a date becomes an ISO date."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    return str(cell)


def _check(content: bytes) -> bytes:
    """The file, its extent checked, with what its cells show where they hold errors."""
    try:
        parts = _check_extent(content)
        return show_errors(content, parts) if parts else content
    except FileError:
        raise
    except Exception as error:  # zipfile raises a dozen kinds on a damaged archive
        raise FileError(
            Message(
                "workbook_cannot_unpacked",
                "The workbook cannot be unpacked (%(error)s).",
                error=str(error),
            )
        ) from error


def _check_extent(content: bytes) -> set[str]:
    """Unpack in pieces, counting bytes and the last row and column that any part names. Gives back the names of
    the parts in which cells may hold errors."""
    unpacked = tags = cells = longest = 0
    erring = set()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if FOREIGN & set(archive.namelist()):
            raise FileError(
                Message("workbook_no_xlsx_file", "The workbook is no XLSX file. Save it as .xlsx.")
            )
        for member in archive.infolist():
            extent, rest = Extent(), b""
            with archive.open(member) as stream:
                while chunk := stream.read(CHUNK):
                    unpacked += len(chunk)
                    tags += chunk.count(b"<")
                    if unpacked > MAX_UNPACKED or tags > MAX_TAGS:
                        raise _too_large()
                    piece = rest + chunk
                    if may_have_errors(piece):
                        erring.add(member.filename)
                    rest = extent.add(piece)
            extent.add(rest, is_last=True)
            cells, longest = cells + extent.cells, max(longest, extent.longest)
        if cells * longest > MAX_REPEATED and repeated.characters(archive) > MAX_REPEATED:
            raise FileError(
                Message(
                    "cells_workbook_repeat_texts",
                    "The cells of the workbook repeat texts of more than %(most)s characters in all. Save the sheet as CSV, or shorten the texts.",
                    most=f"{MAX_REPEATED:,}",
                )
            )
    return erring


class Extent:
    """The last row and column that the references of a part name, how many cells it has, with references or
    without, and at most how long a text is that cells share (a few bytes of it stand in each cell, all of it
    in memory); raises where they are too many, and where one is no reference: the reader of workbooks would
    take memory for whatever it reads there."""

    def __init__(self) -> None:
        self.row = self.column = 1
        self.cells = self.at = self.longest = 0
        self.shared_from: int | None = None

    def add(self, xml: bytes, *, is_last: bool = False) -> bytes:
        """Take in a piece; gives back its end, which the next piece may go on."""
        whole = len(xml) if is_last else max(0, len(xml) - LONGEST)
        for found in {m[1] for m in REFERENCE.finditer(xml) if m.start() < whole}:
            place = PLACE.fullmatch(found)
            if place is None:
                raise FileError(
                    Message(
                        "workbook_damaged_names_cell",
                        "The workbook is damaged: it names a cell that cannot be.",
                    )
                )
            column = 0
            for letter in place[1]:
                column = column * 26 + letter - 64
            self.row, self.column = max(self.row, int(place[2])), max(self.column, column)
        for m in SHARED.finditer(xml):
            if m.start() < whole:
                self._share_to(self.at + m.start())
                self.shared_from = self.at + m.start()
        self.at += whole
        self._share_to(self.at)
        self.cells += sum(1 for m in CELL.finditer(xml) if m.start() < whole)
        if self.cells > MAX_CELLS:
            raise _too_large()
        if self.column > MAX_COLUMNS or self.row * self.column > MAX_CELLS:
            raise _too_large()
        return b"" if is_last else xml[whole:]

    def _share_to(self, place: int) -> None:
        if self.shared_from is not None:
            self.longest = max(self.longest, place - self.shared_from)


def _too_large() -> FileError:
    return FileError(
        Message(
            "workbook_unpacks_more_cells",
            "The workbook unpacks to more cells than a reader takes. Delete what lies far outside the table, or export one plate at a time.",
        )
    )
