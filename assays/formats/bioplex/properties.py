"""Bio-Plex Manager workbooks of a sheet for each property (FI, FI - Bkgd, Obs Conc, ...), with a row for each
well and a column for each analyte.

All sheets that are read must tell of the same wells and analytes; a sheet of averages of replicates, and what
is no known property, is kept as written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from assays.formats.bioplex.blocks import PropertySheet, take_apart
from assays.formats.bioplex.table import (
    RUN,
    AnalyteTable,
    are_averages,
    check_rows,
    plain_name,
    read_pairs,
)
from assays.formats.errors import PlateFormatError
from assays.formats.leaving import LeftOut
from assays.formats.wells import positions
from tabular.message import Message
from tabular.workbook import Sheet

PROPERTIES = {
    "fi": "fi",
    "fibkgd": "fi - bkgd",
    "obsconc": "obs conc",
    "expconc": "exp conc",
    "obsexp100": "(obs/exp) * 100",
    "obsexpx100": "(obs/exp) * 100",
    "outlier": "outlier",
    "dilution": "dilution",
    "dilutionfactor": "dilution",
    "beadcount": "bead count",
    "count": "bead count",
    "samplingerrors": "sampling errors",
}
"""The sheets that are read, by the letters and digits of their names: a sheet's name may have no * and no /."""
NEEDED = {"fi": "FI", "obs conc": "Obs Conc"}
"""Both are sheets of all wells; without concentrations the file tells fluorescence only."""
OF_WELLS = frozenset({"type", "well", "description", "outlier", "group", "ratio", "dilution"})
UNIT = re.compile(r"\([^()]*/[^()]*\)")


@dataclass(frozen=True)
class Block:
    """The wells of a sheet: its header, its rows, the columns of wells' properties and of analytes."""

    sheet: Sheet
    header: int
    rows: list[int]
    wells: dict[str, int]
    analytes: dict[str, int]

    def of_wells(self, name: str) -> list[str]:
        """A column of wells' properties, a cell for each row."""
        return [self.sheet.cell(row, self.wells[name]) for row in self.rows]


@dataclass
class PropertyTable(AnalyteTable):
    """One analyte through the sheets of its properties; rows are counted from 0."""

    blocks: Mapping[str, Block] = field(default_factory=dict)

    def cell(self, row: int, column: str) -> str:
        found = self._place(row, column)
        return found[0].cell(*found[1:]) if found else ""

    def heading(self, column: str) -> str:
        """Lines above the header that hold a unit; the sheet's own name can hold none."""
        block = self.blocks.get(column)
        if block is None:
            return ""
        lines = [self.sheet.name, *(block.sheet.cell(row, 0) for row in range(block.header))]
        return " ".join(line for line in lines if ":" not in line and UNIT.search(line))

    def error(self, row: int, column: str, reason: Message) -> PlateFormatError:
        found = self._place(row, column)
        return found[0].error(*found[1:], reason) if found else PlateFormatError(reason)

    def _place(self, row: int, column: str) -> tuple[Sheet, int, int] | None:
        block = self.blocks.get(column)
        if block is not None and block.analytes:
            return block.sheet, block.rows[row], block.analytes[self.analyte]
        for block in self.blocks.values():
            if column in block.wells:
                return block.sheet, block.rows[row], block.wells[column]
        return None


def recognizes(sheets: Sequence[Sheet]) -> bool:
    """Whether sheets named for the needed properties have a table of wells, or a sheet holds them in blocks."""
    named = {_property(sheet): sheet for sheet in take_apart(sheets, _recognise_property)}
    return any(name in named and _headers(named[name]) for name in NEEDED)


def tables(sheets: Sequence[Sheet], left: LeftOut) -> tuple[list[AnalyteTable], list[Sheet]]:
    """A table for each analyte, and the sheets that are kept as written; PlateFormatError where they do not
    fit each other."""
    blocks: dict[str, Block] = {}
    others: list[Sheet] = []
    for sheet in take_apart(sheets, _recognise_property):
        name = _property(sheet)
        if name in blocks:
            raise sheet.error(
                0,
                0,
                Message("sheet_stands_twice", "The sheet of “%(name)s” stands twice.", name=name),
            )
        if name and _headers(sheet):
            blocks[name] = _block(sheet, name)
        elif any(map(any, sheet.rows)):
            others.append(sheet)
    if "fi" not in blocks:
        raise PlateFormatError(
            Message("sheet_fi_missing_export", "The sheet “FI” is missing. Export all properties.")
        )
    first = blocks["fi"]
    for name, block in list(blocks.items()):
        if name not in NEEDED and are_averages(block.of_wells("well"), first.of_wells("well")):
            others.append(blocks.pop(name).sheet)
        else:
            _check_same(block, first)
    head = read_pairs(first.sheet, range(first.header))
    footer = [first.sheet.cell(i, 0) for i in range(first.rows[-1] + 1, len(first.sheet.rows))]
    rows = list(range(len(first.rows)))
    columns = dict.fromkeys([*blocks, *(name for b in blocks.values() for name in b.wells)], 0)
    found: list[AnalyteTable] = [
        PropertyTable(
            first.sheet, first.header, columns, rows, head, name, list(filter(None, footer)), blocks
        )
        for name in first.analytes
    ]
    for table in found:
        check_rows(table, left)
    return found, others


def _property(sheet: Sheet) -> str:
    """The property that a sheet, or the part of one, is of; "" for any other."""
    return _recognise_property(sheet.named if isinstance(sheet, PropertySheet) else sheet.name)


def _recognise_property(named: str) -> str:
    """The property that a text names, by its letters and digits; "" for any other text."""
    return PROPERTIES.get(re.sub(r"[^a-z0-9]", "", named.lower()), "")


def _headers(sheet: Sheet) -> list[int]:
    """Rows that name the columns of wells."""
    return [
        i for i, row in enumerate(sheet.rows) if {"type", "well"} <= {cell.lower() for cell in row}
    ]


def _block(sheet: Sheet, name: str) -> Block:
    """The wells of a sheet: of two tables, of averages and of the wells themselves, the latter."""
    starts = _headers(sheet)
    found = [
        _from(sheet, name, start, stop)
        for start, stop in zip(starts, [*starts, len(sheet.rows)][1:], strict=True)
    ]
    if len(found) > 2:
        raise sheet.error(
            starts[2],
            0,
            Message("sheet_more_than_two", "The sheet has more than two tables of wells."),
        )
    if len(found) == 2 and not _is_told_again(*found):
        raise sheet.error(
            starts[1],
            0,
            Message("second_table_not_wells", "A second table is not of the wells of the first."),
        )
    return found[-1]


def _is_told_again(before: Block, later: Block) -> bool:
    mine, theirs = before.of_wells("well"), later.of_wells("well")
    return set(before.analytes) == set(later.analytes) and (
        mine == theirs or are_averages(mine, of=theirs)
    )


def _from(sheet: Sheet, name: str, start: int, stop: int) -> Block:
    """The table whose header is the row `start`; analytes are named in that row or in the row above, and in
    none where the property is one of wells (a single column of dilutions)."""
    names = [plain_name(cell) for cell in sheet.rows[start]]
    wells = {name: place for place, name in enumerate(names) if name in OF_WELLS}
    above = sheet.rows[start - 1] if start else []
    analytes: dict[str, int] = {}
    for row in (sheet.rows[start], above):
        for place in range(wells["well"] + 1, len(row)):
            if row[place] and place not in wells.values() and not analytes.get(row[place]):
                analytes[row[place]] = place
            elif row[place] and place not in wells.values():
                raise sheet.error(
                    start,
                    place,
                    Message(
                        "analyte_stands_twice",
                        "The analyte “%(name)s” stands twice.",
                        name=row[place],
                    ),
                )
        if analytes or name in wells:
            break
    size = next((i for i in range(start + 1, stop) if not any(sheet.rows[i])), stop)
    rows = list(range(start + 1, size))
    if not (analytes or name in wells) or not rows:
        raise sheet.error(
            start,
            0,
            Message(
                "table_no_analytes_no", "The table has no analytes or no rows: the file was cut."
            ),
        )
    for i in range(size, stop):
        if positions(sheet.cell(i, wells["well"])):
            raise sheet.error(
                i,
                0,
                Message(
                    "sample_follows_tables_end",
                    "A sample follows the table's end: an empty row is in it.",
                ),
            )
    return Block(sheet, start, rows, wells, analytes)


def _check_same(block: Block, first: Block) -> None:
    """Raise unless two sheets have the same analytes, and the same wells in the same order."""
    odd = sorted(set(block.analytes) ^ set(first.analytes))
    if odd and block.analytes:
        raise block.sheet.error(
            block.header,
            0,
            Message(
                "not_analyte_both_sheet",
                "“%(name)s” is not an analyte of both this sheet and FI.",
                name=odd[0],
            ),
        )
    mine, theirs = (read_pairs(b.sheet, range(b.header)) for b in (block, first))
    for key in RUN:
        if mine.get(key, "") != theirs.get(key, ""):
            raise block.sheet.error(
                0,
                0,
                Message(
                    "mixes_plates_in_sheets",
                    "The file mixes plates: “%(key)s” is not that of FI.",
                    key=key,
                ),
            )
    for name in ("type", "well", "description"):
        if name not in block.wells or name not in first.wells:
            continue
        for row, here, there in zip(
            block.rows, block.of_wells(name), first.of_wells(name), strict=False
        ):
            if here != there:
                raise block.sheet.error(
                    row,
                    block.wells[name],
                    Message(
                        "rows_misaligned_with_fi",
                        "“%(here)s” here, “%(there)s” in FI: the rows are misaligned or of another plate.",
                        here=here,
                        there=there,
                    ),
                )
    if len(block.rows) != len(first.rows):
        raise block.sheet.error(
            block.rows[-1],
            0,
            Message(
                "rows_differ_from_fi",
                "%(rows)s rows here, %(others)s in FI.",
                rows=len(block.rows),
                others=len(first.rows),
            ),
        )
