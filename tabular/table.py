"""A table: names of columns, and under them rows of text as wide, whatever kind of file it stood in."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from tabular import parquet
from tabular.errors import FileError
from tabular.limits import MAX_CELLS, MAX_COLUMNS
from tabular.message import Message
from tabular.source import FileSource
from tabular.text import DELIMITERS, Record, records
from tabular.workbook import Sheet

SAMPLE_CHARS = 200_000
NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?")


@dataclass(frozen=True)
class Laid:
    """All records of a file or of one sheet, empty ones too, and how they were read."""

    records: list[Record]
    read_as: Message | str
    sheet: str | None = None

    def error(self, record: Record, reason: Message) -> FileError:
        """The error of a record: a line of a text, or a row of a sheet."""
        if self.sheet is None:
            return FileError(reason, line=record.line)
        return FileError(reason, sheet=self.sheet, cell=f"A{record.line}")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as a spreadsheet shows it (the header is usually 1) and its cells, stripped."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A file as text: one name per column, rows as wide as the header, and how it was read."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    header_row: int
    read_as: Message | str

    def position(self, column: str) -> int:
        """The place of a column in each row's cells."""
        return self._places[column]

    @cached_property
    def _places(self) -> dict[str, int]:
        return {column: place for place, column in enumerate(self.columns)}


def lay_out(file: FileSource, *, delimiter: str | None = None, sheet: Sheet | None = None) -> Laid:
    """The records of a text, of the one sheet of a workbook that has rows (or that was chosen), or of a
    Parquet file. FileError where it is damaged or beyond a limit; SheetsToChoose where several sheets have
    rows."""
    if file.is_parquet:
        return _of_parquet(file.content)
    if file.is_workbook:
        sheet = sheet or file.one_of([sheet for sheet in file.sheets if sheet.has_rows])
        rows = [Record(number, cells) for number, cells in enumerate(sheet.rows, start=1)]
        return Laid(rows, _of_sheet(sheet), sheet.name)
    mark = delimiter or sniff_delimiter(file.text)
    told = Message(
        "text_with_cells",
        "%(encoding)s, cells separated by %(mark)s",
        encoding=file.encoding,
        mark=DELIMITERS[mark],
    )
    return Laid(records(file.text, mark), told)


def _of_sheet(sheet: Sheet) -> Message:
    return Message("workbook_sheet", "workbook, sheet “%(sheet)s”", sheet=sheet.name)


def read_table(file: FileSource, sheet: Sheet | None = None) -> Table:
    """A file, or a sheet of it, whose first row with anything in it names the columns; FileError otherwise."""
    laid = lay_out(file, sheet=sheet)
    # a text's lines differ from a spreadsheet's rows where a quoted cell goes on over lines
    filled = [(i, record) for i, record in enumerate(laid.records, 1) if not record.is_empty]
    if not filled:
        raise FileError(Message("file_empty", "The file is empty."))
    header_row, head = filled[0]
    columns = _columns(laid, head)
    if len(columns) * len(filled) > MAX_CELLS:
        raise FileError(
            Message(
                "table_more_than_cells",
                "The table has more than %(cells)s cells. Split it.",
                cells=f"{MAX_CELLS:,}",
            )
        )
    if len(filled) == 1:
        raise laid.error(
            head, Message("file_holds_header_but", "The file holds a header but no rows below it.")
        )
    rows = _rows(laid, filled[1:], len(columns))
    return Table(columns, rows, header_row, laid.read_as)


def sniff_delimiter(text: str) -> str:
    """The delimiter under which the first rows agree best on the number of cells."""
    start = text[:SAMPLE_CHARS]

    def agreement(delimiter: str) -> tuple[float, int]:
        reader = csv.reader(io.StringIO(start, newline=""), delimiter=delimiter)
        try:
            widths = [len(cells) for cells in islice(reader, 50) if cells]
        except csv.Error:
            return (0.0, 0)
        if not widths or widths[0] < 2:
            return (0.0, 0)
        return (Counter(widths)[widths[0]] / len(widths), widths[0])

    return max(DELIMITERS, key=agreement)


def _of_parquet(content: bytes) -> Laid:
    height, width = parquet.shape_of(content)
    if (height + 1) * width > MAX_CELLS:
        raise FileError(
            Message(
                "table_rows_columns_most",
                "The table has %(rows)s rows and %(columns)s columns; at most %(cells)s cells are read. Export fewer at a time.",
                rows=f"{height:,}",
                columns=f"{width:,}",
                cells=f"{MAX_CELLS:,}",
            )
        )
    found = parquet.text_columns(content)
    columns = [[text.strip() for text in column.to_pylist()] for column in found.columns]
    rows = [list(found.column_names), *(list(row) for row in zip(*columns, strict=True))]
    return Laid([Record(i, row) for i, row in enumerate(rows, 1)], "Parquet", "table")


def _columns(laid: Laid, head: Record) -> tuple[str, ...]:
    header = list(head.cells)
    while header and not header[-1]:
        header.pop()
    if len(header) > MAX_COLUMNS:
        raise laid.error(
            head,
            Message(
                "header_more_than_columns",
                "The header has more than %(columns)s columns.",
                columns=f"{MAX_COLUMNS:,}",
            ),
        )
    if all(NUMBER.fullmatch(cell) for cell in header if cell):
        raise laid.error(
            head,
            Message(
                "first_row_holds_numbers",
                "The first row holds numbers; it must hold the names of the columns.",
            ),
        )
    columns = [cell or f"(column {place})" for place, cell in enumerate(header, start=1)]
    repeated = [column for column, times in Counter(columns).items() if times > 1]
    if repeated:
        told = ", ".join(f"“{column}”" for column in repeated[:20])
        raise laid.error(
            head,
            Message(
                "header_column_more_than",
                "The header has the column %(told)s more than once. Rename one.",
                told=told,
            ),
        )
    return tuple(columns)


def _rows(laid: Laid, filled: Sequence[tuple[int, Record]], width: int) -> tuple[Row, ...]:
    rows, ragged = [], []
    for number, record in filled:
        cells = record.cells
        if len(cells) < width or any(cells[width:]):
            ragged.append((number, record))
        else:
            rows.append(Row(number, tuple(cells[:width])))
    if ragged:
        number, record = ragged[0]
        raise laid.error(
            record,
            Message(
                "row_cells_header_such",
                "Row %(number)s has %(cells)s cells, the header has %(width)s (%(n)s such rows in all). Check for a missing or unquoted separator.",
                number=number,
                cells=len(record.cells),
                width=width,
                n=len(ragged),
            ),
        )
    return tuple(rows)
