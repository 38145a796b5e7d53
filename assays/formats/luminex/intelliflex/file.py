"""INTELLIFLEX tables, CSV or XLSX: a row for each well, a column for each property of each bead region and
reporter ("R25: RP1 MEDIAN"), and before them what is told of instrument, plate and well.

They hold fluorescence and counts, never a concentration. Every analyte must have its median, and every row
must be of the same plate. A signature may stand below the wells.
"""

from __future__ import annotations

import re

from assays.formats.errors import PlateFormatError
from assays.formats.luminex.intelliflex.measurements import assemble
from assays.formats.luminex.intelliflex.table import WellTable
from assays.formats.reading import PlateReading
from assays.formats.table import Table, table_of
from assays.formats.wells import position
from tabular.limits import MAX_RECORD_CHARS
from tabular.message import Message
from tabular.source import FileSource
from tabular.workbook import Sheet

PROPERTY = re.compile(r"R(\d+):\s*(RP\d+)\s+(.+)")
SIGN = re.compile(r"R\d+:\s*RP\d+\s+MEDIAN")
NEEDED = "MEDIAN"
WELL, SAMPLE = "WELL LOCATION", "SAMPLE ID"
RUN = ("SERIAL NUMBER", "PLATE NAME", "PLATE START")


def recognizes(file: FileSource) -> bool:
    """Whether the first line (or a sheet's first row) has the column of wells and those of medians."""
    if file.is_parquet:
        return False
    if file.is_text:
        return _is_head(file.text[:MAX_RECORD_CHARS].split("\n", 1)[0])
    return bool(_tables(file))


def _tables(file: FileSource) -> list[Sheet]:
    """The sheets of a workbook that have the table."""
    return [sheet for sheet in file.sheets if sheet.rows and _is_head(",".join(sheet.rows[0]))]


def read(file: FileSource) -> PlateReading:
    """Read a table whole; PlateFormatError with line, or sheet and cell, otherwise."""
    sheet = file.one_of(_tables(file)) if file.is_workbook else None
    table = table_of(file, sheet, wells=WELL)
    head, analytes = _columns(table)
    if len(table.sheet.rows) < 2:
        raise PlateFormatError(
            Message("table_no_wells_file", "The table has no wells: the file was cut.")
        )
    wells = WellTable(table, head, analytes, _names(table, head))
    _check_run(wells)
    return assemble(wells)


def _is_head(line: str) -> bool:
    return WELL in line and bool(SIGN.search(line))


def _columns(table: Table) -> tuple[dict[str, int], dict[tuple[str, str], dict[str, int]]]:
    """Columns of the head by name, and those of each analyte by property."""
    head: dict[str, int] = {}
    analytes: dict[tuple[str, str], dict[str, int]] = {}
    for place, name in enumerate(table.sheet.rows[0]):
        told = PROPERTY.fullmatch(name)
        columns = analytes.setdefault((told[1], told[2]), {}) if told else head
        key = told[3] if told else name
        if key and key in columns:
            raise table.error(
                0,
                place,
                Message("column_stands_twice", "The column “%(name)s” stands twice.", name=name),
            )
        if key:
            columns[key] = place
    for name in (WELL, SAMPLE):
        if name not in head:
            raise table.error(
                0, 0, Message("column_missing", "The column “%(name)s” is missing.", name=name)
            )
    for (region, reporter), columns in analytes.items():
        if NEEDED not in columns:
            raise table.error(
                0,
                min(columns.values()),
                Message(
                    "property_missing",
                    "“%(needed)s” of R%(region)s, %(reporter)s is missing.",
                    needed=NEEDED,
                    region=region,
                    reporter=reporter,
                ),
            )
    return head, analytes


def _names(table: Table, head: dict[str, int]) -> list[str]:
    names: list[str] = []
    for row in range(1, len(table.sheet.rows)):
        written = table.sheet.cell(row, head[WELL])
        name = position(written)
        if name is None:
            raise table.error(
                row,
                head[WELL],
                Message(
                    "no_location", "“%(text)s” is not the location of a well.", text=written[:40]
                ),
            )
        if name in names:
            raise table.error(
                row,
                head[WELL],
                Message(
                    "well_stands_twice_mixed",
                    "The well %(name)s stands twice: the file mixes plates.",
                    name=name,
                ),
            )
        names.append(name)
    return names


def _check_run(wells: WellTable) -> None:
    """Every row is of one plate, read once by one instrument."""
    for name in RUN:
        for row in range(2, len(wells.names) + 1):
            if wells.cell(row, name) != wells.of_run(name):
                raise wells.table.error(
                    row,
                    wells.head[name],
                    Message(
                        "mixes_plates_in_rows",
                        "The file mixes plates: “%(name)s” is not that of the first row.",
                        name=name,
                    ),
                )
