"""A block of an xPONENT file, checked against the medians: which cell is of which well and analyte."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from assays.formats.errors import PlateFormatError
from assays.formats.leaving import LeftOut
from assays.formats.wells import position
from tabular.message import Message
from tabular.text import Record

LOCATION = re.compile(r"(?:\d+\s*\(\s*)?(\d+)\s*[,;.]\s*([A-P]\d{1,2})\s*\)?")
NOT_ANALYTES = frozenset({"", "total events", "notes"})
OF_VALUES = ("Median", "Result")
EXPECTED_BLOCKS = {
    "Count": Message("bead_counts_not_known", "bead counts are not known"),
    "Net MFI": Message(
        "fluorescence_less_background_not", "fluorescence less the background is not known"
    ),
}


@dataclass(frozen=True)
class Block:
    """A table of the file: its name, the line it starts on, its header and its rows."""

    name: str
    line: int
    header: Record
    rows: list[Record]

    @property
    def by_well(self) -> bool:
        return self.header.cell(0).lower() == "location" and self.header.cell(1).lower() == "sample"


WellTable = dict[str, tuple[Record, list[str]]]
"""Well -> its record and its cells in the order of the analytes of Median ("" where not told)."""


def analytes_of(block: Block) -> dict[str, int]:
    """The analytes of a block and their columns."""
    found: dict[str, int] = {}
    for column, name in enumerate(block.header.cells):
        if column < 2 or name.lower() in NOT_ANALYTES:
            continue
        if name in found:
            raise PlateFormatError(
                Message("analyte_stands_twice", "The analyte “%(name)s” stands twice.", name=name),
                line=block.header.line,
            )
        found[name] = column
    return found


def well_table(block: Block, median: Block, left: LeftOut) -> WellTable:
    """The cells of a block by well, checked against Median's wells, samples and analytes. Raises for a block
    of values; of another, what does not fit is left out."""
    try:
        columns = analytes_of(block)
    except PlateFormatError as error:
        if block.name in OF_VALUES:
            raise
        left.error(block.name, error)
        return {}
    order = analytes_of(median)
    _check_analytes(block, columns, order, left)
    places = [columns.get(name, -1) for name in order]
    samples = {} if block is median else {_well(row): row.cell(1) for row in median.rows}
    table: WellTable = {}
    for row in block.rows:
        try:
            well = _check_well(block, row, samples, table)
        except PlateFormatError as error:
            if block.name in OF_VALUES:
                raise
            left.error(block.name, error)
            continue
        table[well] = (row, [row.cells[c] if c >= 0 else "" for c in places])
    _check_wells(block, [well for well in samples if well not in table], left)
    return table


def _check_analytes(
    block: Block, columns: Mapping[str, int], order: Iterable[str], left: LeftOut
) -> None:
    """Whether a block has Median's analytes."""
    if block.name in OF_VALUES and set(columns) != set(order):
        odd = sorted(set(columns) ^ set(order))[0]
        raise PlateFormatError(
            Message(
                "not_analyte_both_median",
                "“%(odd)s” is not an analyte of both “Median” and “%(block)s”.",
                odd=odd,
                block=block.name,
            ),
            line=block.header.line,
        )
    if block.name in EXPECTED_BLOCKS and (lost := [name for name in order if name not in columns]):
        left.add(
            block.name,
            Message("block_lacks_column", "it has no column “%(first)s”", first=lost[0]),
            line=block.header.line,
        )


def _check_wells(block: Block, lost: list[str], left: LeftOut) -> None:
    """Whether a block has Median's wells."""
    if lost and block.name == "Result":
        raise PlateFormatError(
            Message(
                "block_cut",
                "“%(block)s” lacks the well %(first)s: the block was cut.",
                block=block.name,
                first=lost[0],
            ),
            line=block.rows[-1].line,
        )
    if lost and block.name in EXPECTED_BLOCKS:
        left.add(
            block.name,
            Message(
                "block_lacks_wells",
                "it lacks %(n)s wells, the first is %(first)s",
                n=len(lost),
                first=lost[0],
            ),
            line=block.line,
        )


def _check_well(block: Block, row: Record, samples: dict[str, str], table: WellTable) -> str:
    """The well of a row that is as wide as its header, stands once, and holds what Median says."""
    _check_width(block, row)
    well = _well(row)
    if well in table:
        raise PlateFormatError(
            Message(
                "well_stands_twice_in_block",
                "The well %(well)s stands twice in “%(block)s”.",
                well=well,
                block=block.name,
            ),
            line=row.line,
        )
    if samples and well not in samples:
        raise PlateFormatError(
            Message("well_not_median", "The well %(well)s is not in “Median”.", well=well),
            line=row.line,
        )
    if samples and samples[well] != row.cell(1):
        raise PlateFormatError(
            Message(
                "well_holds_median",
                "The well %(well)s holds “%(sample)s” here and “%(other)s” in “Median”.",
                well=well,
                sample=row.cell(1)[:60],
                other=samples[well][:60],
            ),
            line=row.line,
        )
    return well


def _check_width(block: Block, row: Record) -> None:
    """A row has as many cells as its header; only empty ones at the end may be left out or added."""
    wide, header = len(row.cells), block.header.cells
    named = max(i for i, name in enumerate(header) if name) + 1
    fits = wide == len(header) or (wide >= named and not any(row.cells[named:]))
    if fits and (header[named - 1].lower() != "total events" or row.cells[named - 1]):
        return
    raise PlateFormatError(
        Message(
            "columns_misaligned_cells_under",
            "The columns are misaligned: %(cells)s cells under %(names)s names in “%(block)s”.",
            cells=wide,
            names=len(header),
            block=block.name,
        ),
        line=row.line,
    )


def _well(row: Record) -> str:
    found = LOCATION.fullmatch(row.cell(0))
    name = position(found[2] if found else row.cell(0))
    if name is None:
        raise PlateFormatError(
            Message(
                "no_location", "“%(text)s” is not the location of a well.", text=row.cell(0)[:40]
            ),
            line=row.line,
        )
    if found and found[1] != "1":
        raise PlateFormatError(
            Message(
                "well_of_another_plate",
                "The file mixes plates: this well is of plate %(plate)s. Export one plate at a time.",
                plate=found[1],
            ),
            line=row.line,
        )
    return name
