"""Bio-Plex Manager workbooks: a table for each analyte (usually a sheet each) between a head of
"Key: value" lines and a footer with the legend and the curve.

All analytes of a plate must tell of the same wells, types and descriptions, and of the same run.
"""

from __future__ import annotations

from dataclasses import replace

from assays.formats.bioplex import properties as bioplex_properties
from assays.formats.bioplex.measurements import assemble
from assays.formats.bioplex.table import (
    CURVE,
    ENDING,
    RUN,
    AnalyteTable,
    are_averages,
    check_rows,
    kind_of,
    plain_name,
    read_pairs,
    single_wells,
)
from assays.formats.leaving import LeftOut
from assays.formats.reading import PlateReading, SampleType
from assays.formats.wells import positions
from tabular.message import Message
from tabular.source import FileSource
from tabular.workbook import Sheet

NEEDED = {"type": "Type", "well": "Well", "fi": "FI"}
AVERAGES = "averages of replicates"


def recognizes(file: FileSource) -> bool:
    """Whether a sheet of the workbook has a table with Bio-Plex's columns, or sheets are its properties."""
    return file.is_workbook and (
        any(_header_rows(sheet) for sheet in file.sheets)
        or bioplex_properties.recognizes(file.sheets)
    )


def read(file: FileSource) -> PlateReading:
    """Read a workbook whole; PlateFormatError with sheet and cell otherwise."""
    left = LeftOut()
    if not any(_header_rows(sheet) for sheet in file.sheets):
        return assemble(*bioplex_properties.tables(file.sheets, left), left)
    tables, others = [], []
    for sheet in file.sheets:
        found, averages = _wells_themselves(_tables(sheet), left)
        tables += found
        if averages:
            others.append(Sheet(f"{AVERAGES}, {sheet.name}", averages))
        if not found and any(any(row) for row in sheet.rows):
            others.append(sheet)
    _check_same(tables, left)
    return assemble(tables, others, left)


def _header_rows(sheet: Sheet) -> list[int]:
    """Rows in which a table starts."""
    return [
        i
        for i, row in enumerate(sheet.rows)
        if row
        and row[0].lower() == "analyte"
        and {"type", "well"} <= {plain_name(cell) for cell in row}
    ]


def _tables(sheet: Sheet) -> list[AnalyteTable]:
    """The tables of a sheet; one that holds several analytes is divided."""
    starts = _header_rows(sheet)
    found: list[AnalyteTable] = []
    head_from = 0
    for start, stop in zip(starts, [*starts, len(sheet.rows)][1:], strict=True):
        # a later table of the sheet is of the same run, but of another analyte
        run = {key: text for key, text in found[0].head.items() if key in RUN} if found else {}
        head = run | read_pairs(sheet, range(head_from, start))
        size = next((i for i in range(start + 1, stop) if not any(sheet.rows[i])), stop)
        columns = _columns(sheet, start)
        rows = list(range(start + 1, size))
        if not rows:
            raise sheet.error(
                start, 0, Message("table_no_rows_file", "The table has no rows: the file was cut.")
            )
        for i in range(size, stop):
            if positions(sheet.cell(i, columns["well"])):
                raise sheet.error(
                    i,
                    0,
                    Message(
                        "sample_follows_tables_end",
                        "A sample follows the table's end: an empty row is in it.",
                    ),
                )
        footer = [sheet.cell(i, 0) for i in range(size, stop) if sheet.cell(i, 0)]
        found += _divide(AnalyteTable(sheet, start, columns, rows, head, footer=footer))
        head_from = size
    return found


def _columns(sheet: Sheet, start: int) -> dict[str, int]:
    columns: dict[str, int] = {}
    for place, text in enumerate(sheet.rows[start]):
        name = plain_name(text)
        if name and name in columns:
            raise sheet.error(
                start,
                place,
                Message("column_stands_twice", "The column “%(name)s” stands twice.", name=text),
            )
        if name:
            columns[name] = place
    for name, written in NEEDED.items():
        if name not in columns:
            raise sheet.error(
                start,
                0,
                Message(
                    "column_missing_export_all",
                    "The column “%(name)s” is missing. Export all columns.",
                    name=written,
                ),
            )
    return columns


def _divide(table: AnalyteTable) -> list[AnalyteTable]:
    """One table for each analyte, in the order of its first row."""
    by_name: dict[str, list[int]] = {}
    for row in table.rows:
        name = table.sheet.cell(row, 0)
        if not name:
            raise table.sheet.error(
                row,
                0,
                Message(
                    "row_names_no_analyte", "The row names no analyte: its columns are misaligned."
                ),
            )
        by_name.setdefault(name, []).append(row)
    said = table.head.get("Analyte", "")
    if said and set(by_name) != {said}:
        other = next(name for name in by_name if name != said)
        row = by_name[other][0]
        raise table.sheet.error(
            row,
            0,
            Message(
                "analyte_in_another_table",
                "“%(other)s” stands in the table of “%(said)s”.",
                other=other,
                said=said,
            ),
        )
    # a curve under a table of several analytes does not say whose it is
    footer = [line for line in table.footer if len(by_name) == 1 or not line.startswith(CURVE)]
    return [
        AnalyteTable(table.sheet, table.header, table.columns, rows, table.head, name, footer)
        for name, rows in by_name.items()
    ]


def _wells_themselves(
    tables: list[AnalyteTable], left: LeftOut
) -> tuple[list[AnalyteTable], list[list[str]]]:
    """The tables of a sheet without the averages of replicates that the software may write above the wells or
    among them; and those averages as written."""
    kept: dict[str, AnalyteTable] = {}
    averages: list[list[str]] = []
    for whole in tables:
        rows = _averages(whole)
        averages += [whole.sheet.rows[row] for row in rows]
        table = replace(whole, rows=[row for row in whole.rows if row not in rows])
        before = kept.get(table.analyte)
        if before is not None and _is_repeated(before, table):
            averages += [before.sheet.rows[row] for row in before.rows]
            head, footer = before.head | table.head, before.footer + table.footer
            table = replace(table, head=head, footer=footer)
        elif before is not None:
            raise table.error(
                table.rows[0],
                "",
                Message(
                    "analyte_stands_twice",
                    "The analyte “%(name)s” stands twice.",
                    name=table.analyte,
                ),
            )
        kept[table.analyte] = table
    for table in kept.values():
        check_rows(table, left)
    return list(kept.values()), averages


def _averages(table: AnalyteTable) -> set[int]:
    """Rows of several wells each of which has a row of its own in the same table."""
    wells = {row: single_wells([table.cell(row, "well")]) for row in table.rows}
    alone = {names[0] for names in wells.values() if len(names) == 1}
    return {row for row, names in wells.items() if len(names) > 1 and alone.issuperset(names)}


def _is_repeated(before: AnalyteTable, table: AnalyteTable) -> bool:
    """Whether a later table tells the wells of an earlier one, or the same again."""
    earlier, later = ([t.cell(row, "well") for row in t.rows] for t in (before, table))
    if earlier != later:
        return are_averages(earlier, of=later)
    return [before.sheet.rows[row] for row in before.rows] == [
        table.sheet.rows[row] for row in table.rows
    ]


def _check_same(tables: list[AnalyteTable], left: LeftOut) -> None:
    """Raise unless all analytes were read in one run and from the same wells."""
    first = tables[0]
    names: set[str] = set()
    ending = any(line.startswith(ENDING) for t in tables for line in t.footer)
    last = {id(table.sheet): table for table in tables}
    for table in tables:
        if table.analyte in names:
            raise table.sheet.error(
                table.rows[0],
                0,
                Message(
                    "analyte_stands_twice",
                    "The analyte “%(name)s” stands twice.",
                    name=table.analyte,
                ),
            )
        names.add(table.analyte)
        for key in RUN:
            if table.head.get(key, "") != first.head.get(key, ""):
                raise table.sheet.error(
                    0,
                    0,
                    Message(
                        "mixes_plates_between_sheets",
                        "The file mixes plates: “%(key)s” differs between sheets.",
                        key=key,
                    ),
                )
        is_last = last[id(table.sheet)] is table
        if ending and is_last and not any(line.startswith(ENDING) for line in table.footer):
            left.add(
                "curve",
                Message(
                    "sheet_ends_without_one",
                    "the sheet “%(sheet)s” ends without one",
                    sheet=table.sheet.name,
                ),
            )
        for mine, theirs in zip(table.rows, first.rows, strict=False):
            _check_row(table, mine, first, theirs, left)
        if len(table.rows) != len(first.rows):
            raise table.sheet.error(
                table.rows[-1],
                0,
                Message(
                    "rows_differ_from_sheet",
                    "%(rows)s rows here, %(others)s in “%(sheet)s”.",
                    rows=len(table.rows),
                    others=len(first.rows),
                    sheet=first.sheet.name,
                ),
            )


def _check_row(
    table: AnalyteTable, mine: int, first: AnalyteTable, theirs: int, left: LeftOut
) -> None:
    """Raise unless a row is of the well of the first table's. Its description may be empty, and that of a
    standard, a blank or a control may be another."""
    for column in ("type", "well", "description"):
        here, there = table.cell(mine, column), first.cell(theirs, column)
        if here == there or (column == "description" and not (here and there)):
            continue
        refusal = table.error(
            mine,
            column,
            Message(
                "rows_misaligned_with_sheet",
                "“%(here)s” here, “%(there)s” in the sheet “%(sheet)s”: the rows are misaligned or of another plate.",
                here=here,
                there=there,
                sheet=first.sheet.name,
            ),
        )
        if column != "description" or kind_of(table.cell(mine, "type")) == SampleType.SAMPLE:
            raise refusal
        left.error("Description", refusal)
