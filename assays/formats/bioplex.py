"""Bio-Plex Manager workbooks: a table for each analyte (usually a sheet each) between a head of
"Key: value" lines and a footer with the legend and the curve.

All analytes of a plate must tell of the same wells, types and descriptions, and of the same run.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from assays.formats.bioplex_measurements import assembled
from assays.formats.errors import PlateFormatError
from assays.formats.reading import PlateReading
from assays.formats.source import PlateSource
from assays.formats.wells import positions
from assays.formats.workbook import Sheet

NEEDED = {"type": "Type", "well": "Well", "fi": "FI", "obs conc": "Obs Conc"}
TYPE = re.compile(r"[BSCX]\d*")
CURVE = ("Std. Curve", "FitProb")
RUN = ("File Name", "Acquisition Date", "Reader Serial Number", "Plate ID")


@dataclass
class AnalyteTable:
    """The table of one analyte: where its header stands, its columns, its rows, head and footer."""

    sheet: Sheet
    header: int
    columns: dict[str, int]
    rows: list[int]
    head: dict[str, str]
    analyte: str = ""
    footer: list[str] = field(default_factory=list)

    def cell(self, row: int, column: str) -> str:
        """A cell by the name of its column; "" where the export has no such column."""
        place = self.columns.get(column)
        return "" if place is None else self.sheet.cell(row, place)

    def error(self, row: int, column: str, reason: str) -> PlateFormatError:
        return self.sheet.error(row, self.columns.get(column, 0), reason)


def recognizes(file: PlateSource) -> bool:
    """Whether a sheet of the workbook has a table with Bio-Plex's columns."""
    return file.is_workbook and any(_header_rows(sheet) for sheet in file.sheets)


def read(file: PlateSource) -> PlateReading:
    """Read a workbook whole; PlateFormatError with sheet and cell otherwise."""
    tables, others = [], []
    for sheet in file.sheets:
        found = _tables(sheet)
        tables += found
        if not found and any(any(row) for row in sheet.rows):
            others.append(sheet)
    _check_same(tables)
    return assembled(tables, others)


def _name(text: str) -> str:
    """The name of a column in lower case, without its unit."""
    return re.sub(r"\s*\([^()]*\)$", "", text).strip().lower()


def _header_rows(sheet: Sheet) -> list[int]:
    """Rows in which a table starts."""
    return [
        i
        for i, row in enumerate(sheet.rows)
        if row and row[0].lower() == "analyte" and {"type", "well"} <= {_name(cell) for cell in row}
    ]


def _tables(sheet: Sheet) -> list[AnalyteTable]:
    """The tables of a sheet; one that holds several analytes is divided."""
    starts = _header_rows(sheet)
    found: list[AnalyteTable] = []
    head_from = 0
    for start, stop in zip(starts, [*starts, len(sheet.rows)][1:], strict=True):
        head = dict(
            _told(sheet.cell(i, 0)) for i in range(head_from, start) if ":" in sheet.cell(i, 0)
        )
        size = next((i for i in range(start + 1, stop) if not any(sheet.rows[i])), stop)
        columns = _columns(sheet, start)
        rows = list(range(start + 1, size))
        if not rows:
            raise sheet.error(start, 0, "The table has no rows: the file was cut.")
        for i in range(size, stop):
            if positions(sheet.cell(i, columns["well"])):
                raise sheet.error(i, 0, "A sample follows the table's end: an empty row is in it.")
        footer = [sheet.cell(i, 0) for i in range(size, stop) if sheet.cell(i, 0)]
        found += _divided(AnalyteTable(sheet, start, columns, rows, head, footer=footer))
        head_from = size
    return found


def _told(line: str) -> tuple[str, str]:
    key, _, value = line.partition(":")
    return key.strip(), value.strip()


def _columns(sheet: Sheet, start: int) -> dict[str, int]:
    columns: dict[str, int] = {}
    for place, text in enumerate(sheet.rows[start]):
        name = _name(text)
        if name and name in columns:
            raise sheet.error(start, place, f"The column “{text}” stands twice.")
        if name:
            columns[name] = place
    for name, written in NEEDED.items():
        if name not in columns:
            raise sheet.error(start, 0, f"The column “{written}” is missing. Export all columns.")
    return columns


def _divided(table: AnalyteTable) -> list[AnalyteTable]:
    """One table for each analyte, in the order of its first row."""
    by_name: dict[str, list[int]] = {}
    for row in table.rows:
        name = table.sheet.cell(row, 0)
        if not name:
            raise table.sheet.error(row, 0, "The row names no analyte: its columns are misaligned.")
        by_name.setdefault(name, []).append(row)
    said = table.head.get("Analyte", "")
    if said and set(by_name) != {said}:
        other = next(name for name in by_name if name != said)
        row = by_name[other][0]
        raise table.sheet.error(row, 0, f"“{other}” stands in the table of “{said}”.")
    # a curve under a table of several analytes does not say whose it is
    footer = [line for line in table.footer if len(by_name) == 1 or not line.startswith(CURVE)]
    parts = [
        AnalyteTable(table.sheet, table.header, table.columns, rows, table.head, name, footer)
        for name, rows in by_name.items()
    ]
    for part in parts:
        _check_rows(part)
    return parts


def _check_rows(table: AnalyteTable) -> None:
    seen: set[str] = set()
    for row in table.rows:
        kind, well = table.cell(row, "type"), positions(table.cell(row, "well"))
        if not TYPE.fullmatch(kind):
            raise table.error(row, "type", f"“{kind}” is no type of sample (B, S1, C1, X1).")
        if well is None:
            raise table.error(row, "well", f"“{table.cell(row, 'well')}” is not a well.")
        if table.cell(row, "outlier") not in ("", "0", "1"):
            raise table.error(row, "outlier", "The mark of an outlier is 0 or 1.")
        if seen & set(well.split(",")):
            raise table.error(row, "well", f"The well {well} stands twice.")
        seen |= set(well.split(","))


def _check_same(tables: list[AnalyteTable]) -> None:
    """Raise unless all analytes were read in one run, from the same wells, and none was cut."""
    first = tables[0]
    names: set[str] = set()
    ending = any(
        line.startswith(("Std. Curve", "Regression Type")) for t in tables for line in t.footer
    )
    for table in tables:
        if table.analyte in names:
            raise table.sheet.error(
                table.rows[0], 0, f"The analyte “{table.analyte}” stands twice."
            )
        names.add(table.analyte)
        for key in RUN:
            if table.head.get(key, "") != first.head.get(key, ""):
                raise table.sheet.error(
                    0, 0, f"The file mixes plates: “{key}” differs between sheets."
                )
        if ending and not any(
            line.startswith(("Std. Curve", "Regression Type")) for line in table.footer
        ):
            raise table.sheet.error(
                table.rows[-1], 0, "The sheet ends without its curve: it was cut."
            )
        for mine, theirs in zip(table.rows, first.rows, strict=False):
            for column in ("type", "well", "description"):
                if table.cell(mine, column) != first.cell(theirs, column):
                    raise table.error(
                        mine,
                        column,
                        f"“{table.cell(mine, column)}” here, “{first.cell(theirs, column)}” in the "
                        f"sheet “{first.sheet.name}”: the rows are misaligned or of another plate.",
                    )
        if len(table.rows) != len(first.rows):
            raise table.sheet.error(
                table.rows[-1],
                0,
                f"{len(table.rows)} rows here, {len(first.rows)} in “{first.sheet.name}”.",
            )
