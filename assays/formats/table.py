"""A plain table of a text, a workbook or a Parquet file, with a place for each of its cells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from assays.formats.errors import PlateFormatError
from tabular.message import Message
from tabular.source import FileSource
from tabular.table import lay_out
from tabular.text import DELIMITERS, Record, check_ended
from tabular.workbook import Sheet

SIGNATURE = re.compile(r"--+\s*\S.*")


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


def table_of(file: FileSource, sheet: Sheet | None = None, *, signed: bool = False) -> Table:
    """The table of a text, or of a sheet (else the one of the workbook that has rows, or that was chosen);
    PlateFormatError where a row has more or fewer cells than there are names, and where the last line of a
    text is not ended. signed: whether a signature ("--DOCUMENT SIGNATURE--" and what follows) may stand below
    the rows."""
    delimiter = None
    if file.is_text:
        first = file.text.split("\n", 1)[0]
        delimiter = max(DELIMITERS, key=first.count)
    laid = lay_out(file, delimiter=delimiter, sheet=sheet)
    filled = [record for record in laid.records if not record.is_empty]
    if not filled:
        raise PlateFormatError(Message("file_empty", "The file is empty."))
    end = _end(filled) if signed else len(filled)
    if file.is_text and end == len(filled):  # a signature shows that the rows above it are whole
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


def _end(records: Sequence[Record]) -> int:
    """The first record of the signature below a table; how many there are where there is none."""
    marked = (i for i, record in enumerate(records) if i and _is_signature(record))
    return next(marked, len(records))


def _is_signature(record: Record) -> bool:
    return SIGNATURE.fullmatch(record.cell(0)) is not None and not any(record.cells[1:])
