"""A block of an xPONENT file, checked against the medians: which cell is of which well and analyte."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assays.formats.errors import PlateFormatError
from assays.formats.leaving import LeftOut
from assays.formats.wells import position
from tabular.text import Record

LOCATION = re.compile(r"(?:\d+\s*\(\s*)?(\d+)\s*[,;.]\s*([A-P]\d{1,2})\s*\)?")
NOT_ANALYTES = frozenset({"", "total events", "notes"})
OF_VALUES = ("Median", "Result")
EXPECTED_BLOCKS = {
    "Count": "bead counts are not known",
    "Net MFI": "fluorescence less the background is not known",
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
            raise PlateFormatError(f"The analyte “{name}” stands twice.", line=block.header.line)
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
    if block.name in OF_VALUES and set(columns) != set(order):
        odd = sorted(set(columns) ^ set(order))[0]
        raise PlateFormatError(
            f"“{odd}” is not an analyte of both “Median” and “{block.name}”.",
            line=block.header.line,
        )
    if block.name in EXPECTED_BLOCKS and (lost := [name for name in order if name not in columns]):
        left.add(block.name, f"it has no column “{lost[0]}”", line=block.header.line)
    places = [columns.get(name, -1) for name in order]
    samples = {} if block is median else {_well(row): row.cell(1) for row in median.rows}
    table: WellTable = {}
    for row in block.rows:
        try:
            well = _checked_well(block, row, samples, table)
        except PlateFormatError as error:
            if block.name in OF_VALUES:
                raise
            left.error(block.name, error)
            continue
        table[well] = (row, [row.cells[c] if c >= 0 else "" for c in places])
    lost = [well for well in samples if well not in table]
    if lost and block.name == "Result":
        raise PlateFormatError(
            f"“{block.name}” lacks the well {lost[0]}: the block was cut.", line=block.rows[-1].line
        )
    if lost and block.name in EXPECTED_BLOCKS:
        left.add(block.name, f"it lacks {len(lost)} wells, the first is {lost[0]}", line=block.line)
    return table


def _checked_well(block: Block, row: Record, samples: dict[str, str], table: WellTable) -> str:
    """The well of a row that is as wide as its header, stands once, and holds what Median says."""
    _check_width(block, row)
    well = _well(row)
    if well in table:
        raise PlateFormatError(f"The well {well} stands twice in “{block.name}”.", line=row.line)
    if samples and well not in samples:
        raise PlateFormatError(f"The well {well} is not in “Median”.", line=row.line)
    if samples and samples[well] != row.cell(1):
        raise PlateFormatError(
            f"The well {well} holds “{row.cell(1)[:60]}” here and “{samples[well][:60]}” in “Median”.",
            line=row.line,
        )
    return well


def _check_width(block: Block, row: Record) -> None:
    """A row has as many cells as its header; only empty ones at the end may be left out or added."""
    wide, header = len(row.cells), block.header.cells
    named = max((i for i, name in enumerate(header) if name), default=0) + 1
    padded = wide != len(header) and wide >= named and not any(row.cells[named:])
    fits = wide == len(header) or (padded and (wide > len(header) or not header[-1]))
    if fits and (header[named - 1].lower() != "total events" or row.cells[named - 1]):
        return
    raise PlateFormatError(
        f"The columns are misaligned: {wide} cells under {len(header)} names in “{block.name}”.",
        line=row.line,
    )


def _well(row: Record) -> str:
    found = LOCATION.fullmatch(row.cell(0))
    name = position(found[2] if found else row.cell(0))
    if name is None:
        raise PlateFormatError(
            f"“{row.cell(0)[:40]}” is not the location of a well.", line=row.line
        )
    if found and found[1] != "1":
        raise PlateFormatError(
            f"The file mixes plates: this well is of plate {found[1]}. Export one plate at a time.",
            line=row.line,
        )
    return name
