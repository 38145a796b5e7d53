"""A plain table of a text, a workbook or a Parquet file, with a place for each of its cells."""

from __future__ import annotations

from dataclasses import dataclass

from assays.formats.errors import PlateFormatError
from tabular.source import FileSource
from tabular.table import lay_out
from tabular.text import DELIMITERS, check_ended
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
        return self.sheet.error(self.lines[row] - 1, column, reason)


def table_of(file: FileSource, sheet: Sheet | None = None) -> Table:
    """The table of a text, or of a sheet (else the one of the workbook that has rows, or that was chosen);
    PlateFormatError where a row has more or fewer cells than there are names, and where the last line of a
    text is not ended."""
    delimiter = None
    if file.is_text:
        check_ended(file.text)
        first = file.text.split("\n", 1)[0]
        delimiter = max(DELIMITERS, key=first.count)
    laid = lay_out(file, delimiter=delimiter, sheet=sheet)
    filled = [record for record in laid.records if not record.is_empty]
    if not filled:
        raise PlateFormatError("The file is empty.")
    width = len(filled[0].cells)
    for record in filled:
        if len(record.cells) != width:
            raise laid.error(
                record,
                f"The columns are misaligned: {len(record.cells)} cells under {width} names.",
            )
    rows = [record.cells for record in filled]
    return Table(Sheet(laid.sheet or "", rows), file.is_text, [record.line for record in filled])
