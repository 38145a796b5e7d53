"""A plain table of a text, a workbook or a Parquet file: names, and under them rows of one width."""

from __future__ import annotations

from dataclasses import dataclass

from assays.formats.errors import PlateFormatError
from tabular import parquet
from tabular.limits import MAX_CELLS
from tabular.source import FileSource
from tabular.text import DELIMITERS, check_ended, records
from tabular.workbook import Sheet


@dataclass(frozen=True)
class Table:
    """A header and rows of one width, each with its place in the file."""

    sheet: Sheet
    is_text: bool
    lines: list[int]

    def error(self, row: int, column: int, reason: str) -> PlateFormatError:
        if self.is_text:
            return PlateFormatError(reason, line=self.lines[row])
        return self.sheet.error(row, column, reason)


def _parquet_table(content: bytes) -> Table:
    """The columns of a Parquet file as rows of text under their names."""
    found = parquet.text_columns(content)
    if (found.num_rows + 1) * found.num_columns > MAX_CELLS:
        raise PlateFormatError(
            f"The table has {found.num_rows:,} rows and {found.num_columns:,} columns; at most "
            f"{MAX_CELLS:,} cells are read. Export one plate at a time."
        )
    columns = [[text.strip() for text in column.to_pylist()] for column in found.columns]
    rows = [found.column_names, *(list(row) for row in zip(*columns, strict=True))]
    return Table(Sheet("table", rows), False, list(range(1, len(rows) + 1)))


def table_of(file: FileSource, sheet: str | None = None) -> Table:
    """The table of a text, or of a workbook's first sheet that holds something (or of the sheet of that
    name); PlateFormatError where a row has more or fewer cells than there are names, and where the last line
    of a text is not ended."""
    if file.is_parquet:
        return _parquet_table(file.content)
    if file.is_workbook:
        found = [s for s in file.sheets if sheet is None or s.name == sheet]
        found = [s for s in found if any(any(row) for row in s.rows)]
        if not found:
            named = "" if sheet is None else f" “{sheet}”"
            raise PlateFormatError(f"The workbook has no sheet{named} with a table.")
        rows = [row for row in found[0].rows if any(row)]
        return Table(Sheet(found[0].name, rows), False, list(range(1, len(rows) + 1)))
    check_ended(file.text)
    first = file.text.split("\n", 1)[0]
    found_records = [
        r for r in records(file.text, max(DELIMITERS, key=first.count)) if not r.is_empty
    ]
    if not found_records:
        raise PlateFormatError("The file is empty.")
    width = len(found_records[0].cells)
    for record in found_records:
        if len(record.cells) != width:
            raise PlateFormatError(
                f"The columns are misaligned: {len(record.cells)} cells under {width} names.",
                line=record.line,
            )
    return Table(Sheet("", [r.cells for r in found_records]), True, [r.line for r in found_records])
