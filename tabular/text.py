"""A text as records: lines -> cells, with the line numbers that an editor shows."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tabular.errors import FileError
from tabular.limits import (
    MAX_CELL_CHARS,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_LINES,
    MAX_RECORD_CHARS,
)
from tabular.message import Message

DELIMITERS = {
    ",": Message("comma", "comma"),
    ";": Message("semicolon", "semicolon"),
    "\t": Message("tab", "tab"),
    "|": Message("bar", "bar"),
}
LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of one record, stripped, and the line that it begins on (from 1)."""

    line: int
    cells: list[str]

    @property
    def is_empty(self) -> bool:
        return not any(self.cells)

    def cell(self, column: int) -> str:
        """The cell at a column counted from 0; "" beyond the end."""
        return self.cells[column] if column < len(self.cells) else ""


class _Lines:
    """The lines of a text with their ends, for a reader of records that says when a record was whole; raises
    before a record longer than MAX_RECORD_CHARS is taken in."""

    def __init__(self, text: str) -> None:
        self.text, self.line, self.pending = text, 1, 0

    def __iter__(self) -> Iterator[str]:
        text, start = self.text, 0
        for found in LINE_END.finditer(text):
            end = found.end()
            self.pending += end - start
            if self.pending > MAX_RECORD_CHARS:
                raise self._too_long()
            yield text[start:end]
            start = end
        self.pending += len(text) - start
        if self.pending > MAX_RECORD_CHARS:
            raise self._too_long()
        if start < len(text):
            yield text[start:]

    def _too_long(self) -> FileError:
        return FileError(
            Message(
                "line_longer_than_characters",
                "The line is longer than %(most)s characters; is a quotation mark left open?",
                most=f"{MAX_RECORD_CHARS:,}",
            ),
            line=self.line,
        )

    def whole(self, line: int) -> None:
        """A record was read; the next begins on this line."""
        self.line, self.pending = line, 0


def records(text: str, delimiter: str) -> list[Record]:
    """All records of a delimited text; raises FileError with the line beyond a limit."""
    found: list[Record] = []
    cells = 0
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    line = 1
    try:
        for row in reader:
            cells += len(row)
            if len(row) > MAX_COLUMNS:
                raise FileError(
                    Message(
                        "line_columns_most_read",
                        "The line has %(columns)s columns; at most %(columns_2)s are read.",
                        columns=f"{len(row):,}",
                        columns_2=f"{MAX_COLUMNS:,}",
                    ),
                    line=line,
                )
            if cells > MAX_CELLS or len(found) >= MAX_LINES:
                raise FileError(
                    Message(
                        "file_more_than_cells",
                        "The file has more than %(cells)s cells or %(lines)s lines. Export one plate at a time.",
                        cells=f"{MAX_CELLS:,}",
                        lines=f"{MAX_LINES:,}",
                    ),
                    line=line,
                )
            if lines.pending > MAX_CELL_CHARS and any(len(cell) > MAX_CELL_CHARS for cell in row):
                raise FileError(
                    Message(
                        "some_cell_too_long",
                        "A cell is longer than %(most)s characters; is a quotation mark left open?",
                        most=f"{MAX_CELL_CHARS:,}",
                    ),
                    line=line,
                )
            found.append(Record(line, [cell.strip() for cell in row]))
            line = reader.line_num + 1
            lines.whole(line)
    except csv.Error as error:
        raise FileError(
            Message(
                "line_cannot_divided_into",
                "The line cannot be divided into cells (%(error)s).",
                error=str(error),
            ),
            line=line,
        ) from error
    return found


def check_ended(text: str) -> None:
    """Raise where the last line is not ended: in a table without a trailer it may have lost digits."""
    if not text.endswith(("\n", "\r")):
        raise FileError(
            Message(
                "last_line_not_ended",
                "The last line is not ended, so the file may have been cut. If it is whole, end it with a line break.",
            ),
            line=text.count("\n") + 1,
        )
