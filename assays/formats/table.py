"""A plain table of a text, a workbook or a Parquet file, with a place for each of its cells."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from assays.formats.errors import PlateFormatError
from assays.formats.wells import position
from tabular.message import Message
from tabular.source import FileSource
from tabular.table import Laid, lay_out
from tabular.text import DELIMITERS, LINE_END, Record, check_ended, records
from tabular.workbook import Sheet

MARKED = re.compile(r"[^\w\s]{2,}|.*(?:signature?\b|署名)", re.IGNORECASE)
"""How the first line below a table shows that it is none of its rows: "--DOCUMENT SIGNATURE--", "Signature: abc"."""
DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class Table:
    """A header and rows of one width, each with its place in the file."""

    sheet: Sheet
    is_text: bool
    lines: list[int]
    trailer: list[str] = field(default_factory=list)
    """Lines below the rows that are no rows (`table_of`), as written."""

    def error(self, row: int, column: int, reason: Message) -> PlateFormatError:
        if self.is_text:
            return PlateFormatError(reason, line=self.lines[row])
        return self.sheet.error(self.lines[row] - 1, column, reason)


def table_of(file: FileSource, sheet: Sheet | None = None, *, wells: str = "") -> Table:
    """The table of a text, or of a sheet (else the one of the workbook that has rows, or that was chosen);
    PlateFormatError where a row has more or fewer cells than there are names, and where the last line of a
    text is not ended. wells: the column of wells' positions, of a table below whose last well something else
    may stand, such as a signature; it is kept as written."""
    laid = _lay_out_file(file, sheet, parted=bool(wells))
    filled = [record for record in laid.records if not record.is_empty]
    if not filled:
        raise PlateFormatError(Message("file_empty", "The file is empty."))
    end = _end(filled, wells, is_ended=not file.is_text or file.text.endswith(("\n", "\r")))
    if file.is_text and end == len(
        filled
    ):  # what stands below shows that the rows above it are whole
        check_ended(file.text)
    width = len(filled[0].cells)
    for record in filled[:end]:
        if len(record.cells) != width:
            raise laid.error(
                record,
                Message(
                    "row_misaligned",
                    "The columns are misaligned: %(cells)s cells under %(width)s names.",
                    cells=len(record.cells),
                    width=width,
                ),
            )
    rows = [record.cells for record in filled[:end]]
    lines = [record.line for record in filled[:end]]
    below = [", ".join(filter(None, record.cells)) for record in filled[end:]]
    return Table(Sheet(laid.sheet or "", rows), file.is_text, lines, below)


def _lay_out_file(file: FileSource, sheet: Sheet | None, *, parted: bool) -> Laid:
    if not file.is_text:
        return lay_out(file, sheet=sheet)
    first = file.text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    if not parted:
        return lay_out(file, delimiter=delimiter, sheet=sheet)
    upper, lower = _part_text(file.text, delimiter)
    found = records(upper, delimiter)
    line = len(LINE_END.findall(upper)) + 1
    below = [
        Record(number, [cell.strip(' "') for cell in text.split(delimiter)])
        for number, text in enumerate(LINE_END.split(lower), start=line)
    ]
    return Laid([*found, *below], "")


def _part_text(text: str, delimiter: str) -> tuple[str, str]:
    """A text down to the last line as wide as its header, and what stands below that, which keeps to no rule of
    delimited texts and none of their limits."""
    width = len(next(csv.reader([LINE_END.split(text, maxsplit=1)[0]], delimiter=delimiter), []))
    end = start = 0
    for found in LINE_END.finditer(text):
        if text.count(delimiter, start, found.start()) >= width - 1:
            end = found.end()
        start = found.end()
    if text.count(delimiter, start) >= width - 1 or text.count('"', 0, end) % 2:
        return text, ""
    return text[:end], text[end:]


def _end(filled: Sequence[Record], wells: str, *, is_ended: bool) -> int:
    """The first record below the last well; how many there are where nothing stands there, or where that may
    be a row that was cut."""
    head = filled[0].cells
    if wells not in head:
        return len(filled)
    place, width = head.index(wells), len(head)
    of_wells = [
        i
        for i, record in enumerate(filled)
        if len(record.cells) == width and position(record.cell(place)) is not None
    ]
    end = of_wells[-1] + 1 if of_wells else len(filled)
    if end == len(filled):
        return end
    is_marked = MARKED.match(filled[end].cell(0)) is not None
    may_be_cut = not is_ended or any(_begins_alike(filled[end], filled[i]) for i in of_wells)
    return end if is_marked or not may_be_cut else len(filled)


def _begins_alike(record: Record, row: Record) -> bool:
    """Whether a record begins as a row does, numbers aside."""
    own, other = (DIGITS.sub("0", one.cell(0)) for one in (record, row))
    return own == other or (bool(own) and other.startswith(own))
