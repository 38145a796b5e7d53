"""Luminex xPONENT CSV: a head, then blocks "DataType:,NAME", each a table by well or by analyte.

Every block of wells must tell of the same wells, samples and analytes as Median does; the trailer
"-- CRC --" must be there, for a file without it was cut. Decimal marks and the order of day and month
are decided by evidence in the file; where there is none a date is left unread rather than guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assays.formats.errors import PlateFormatError
from assays.formats.reading import PlateReading
from assays.formats.wells import position
from assays.formats.xponent_head import plate_of
from assays.formats.xponent_measurements import assembled
from tabular.source import FileSource
from tabular.text import DELIMITERS, Record, records

MARK = re.compile(r'^[ \t]*"?DataType:"? *([,;\t])', re.MULTILINE)
FIRST = re.compile(r'\s*"?Program"?\s*[,;\t]\s*"?xPONENT', re.IGNORECASE)
LOCATION = re.compile(r"(?:\d+\s*\(\s*)?(\d+)\s*[,;.]\s*([A-P]\d{1,2})\s*\)?")
HALF = re.compile(r"\d+\s*\(\s*\d+")
NOT_ANALYTES = frozenset({"", "total events", "notes"})
NEEDED = ("Median", "Count")
OF_ANALYSIS = ("Net MFI", "Result")


def recognizes(file: FileSource) -> bool:
    """Whether a text begins as xPONENT does or has its blocks."""
    return file.is_text and bool(FIRST.match(file.text) or MARK.search(file.text))


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


def read(file: FileSource) -> PlateReading:
    """Read a file whole; PlateFormatError with the line and the reason otherwise."""
    found = records(file.text, _delimiter(file.text))
    head, blocks, outside = _divided(found)
    _check_blocks(head, blocks)
    tables = {
        name: well_table(block, blocks["Median"]) for name, block in blocks.items() if block.by_well
    }
    notes = [f"Read as xPONENT, {file.encoding}, {DELIMITERS[_delimiter(file.text)]}."]
    if outside:
        notes.append(f"Lines of no block are kept as written, the first is line {outside[0].line}.")
    plate = plate_of(head, notes)
    return assembled(plate, head, blocks, tables, outside, notes)


def _delimiter(text: str) -> str:
    found = MARK.search(text)
    if found is None:
        raise PlateFormatError(
            "The file starts as an xPONENT export but has no block of data (“DataType:”): it was cut.",
            line=text.count("\n") + 1,
        )
    return found[1]


def _divided(found: list[Record]) -> tuple[list[Record], dict[str, Block], list[Record]]:
    """Head, blocks by name, and lines that belong to no block; checks the trailer."""
    marks = [i for i, record in enumerate(found) if record.cell(0) == "DataType:"]
    ends = [i for i, record in enumerate(found) if record.cell(0) == "-- CRC --"]
    if not ends:
        last = found[-1].line if found else 1
        raise PlateFormatError(
            "The file ends without its trailer “-- CRC --”: it was cut.", line=last
        )
    if not marks:
        raise PlateFormatError(
            "No line begins a block of data (“DataType:”): look for a quotation mark that is not closed.",
            line=found[0].line,
        )
    head = found[: marks[0]]
    starts = [record for record in found if record.cell(0) == "Program"]
    if len(ends) > 1 or len(starts) > 1:
        again = (starts[1:] or [found[ends[1]]])[0]
        raise PlateFormatError(
            "The file mixes plates: a second export begins here.", line=again.line
        )
    if marks[-1] > ends[0]:
        raise PlateFormatError("A block stands behind the trailer.", line=found[marks[-1]].line)
    blocks: dict[str, Block] = {}
    outside: list[Record] = [r for r in found[ends[0] + 1 :] if not r.is_empty][1:]
    for start, stop in zip(marks, [*marks[1:], ends[0]], strict=True):
        block, rest = _block(found[start:stop])
        if block.name in blocks:
            raise PlateFormatError(
                f"The file mixes plates: the block “{block.name}” stands twice.", line=block.line
            )
        blocks[block.name] = block
        outside += rest
    return head, blocks, outside


def _block(part: list[Record]) -> tuple[Block, list[Record]]:
    """The block of some records that begin with its mark, and what follows after an empty line."""
    mark, name = part[0], part[0].cell(1)
    if not name:
        raise PlateFormatError("A block has no name.", line=mark.line)
    body = [_located(record) for record in part[1:]]
    while body and body[0].is_empty:
        body = body[1:]
    size = next((i for i, record in enumerate(body) if record.is_empty), len(body))
    rest = [record for record in body[size:] if not record.is_empty]
    header = body[0] if size else Record(mark.line, [])
    for record in rest:
        if LOCATION.fullmatch(record.cell(0)):
            raise PlateFormatError("The line of a well belongs to no block.", line=record.line)
    return Block(name, mark.line, header, body[1:size]), rest


def _located(record: Record) -> Record:
    """A record whose location was written without quotation marks, so that its own comma divided it, with
    the location in one cell again."""
    joined = ",".join(record.cells[:2])
    if HALF.fullmatch(record.cell(0)) and LOCATION.fullmatch(joined):
        return Record(record.line, [joined, *record.cells[2:]])
    return record


def _check_blocks(head: list[Record], blocks: dict[str, Block]) -> None:
    """Raise unless everything that the protocol promises is there."""
    analysis = next((r for r in head if r.cell(0) == "ProtocolAnalysis"), None)
    quantitative = analysis is not None and "quan" in " ".join(analysis.cells[1:]).lower()
    computed = any(name in blocks for name in ("Avg Result", "Standard Expected Concentration"))
    needed = [*NEEDED, *(OF_ANALYSIS if quantitative or computed else ())]
    for name in needed:
        if name not in blocks:
            raise PlateFormatError(
                f"The block “{name}” is missing. Export the plate again with all result types.",
                line=max((block.line for block in blocks.values()), default=1),
            )
        if not blocks[name].by_well or not blocks[name].rows:
            raise PlateFormatError(f"The block “{name}” has no wells.", line=blocks[name].line)


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


def well_table(block: Block, median: Block) -> WellTable:
    """The cells of a block by well, checked against Median's wells, samples and analytes."""
    columns = analytes_of(block)
    order = analytes_of(median)
    if block.name in ("Median", "Count", *OF_ANALYSIS) and set(columns) != set(order):
        odd = sorted(set(columns) ^ set(order))[0]
        raise PlateFormatError(
            f"“{odd}” is not an analyte of both “Median” and “{block.name}”.",
            line=block.header.line,
        )
    places = [columns.get(name, -1) for name in order]
    table: WellTable = {}
    for row in block.rows:
        _check_width(block, row)
        well = _well(row)
        if well in table:
            raise PlateFormatError(
                f"The well {well} stands twice in “{block.name}”.", line=row.line
            )
        table[well] = (row, [row.cells[c] if c >= 0 else "" for c in places])
    _check_wells(block, table, median)
    return table


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


def _check_wells(block: Block, table: WellTable, median: Block) -> None:
    """Blocks of every well must have Median's; blocks of some (recovery) must have no others."""
    if block is median:
        return
    samples = {_well(row): row.cell(1) for row in median.rows}
    for well, (row, _cells) in table.items():
        if well not in samples:
            raise PlateFormatError(f"The well {well} is not in “Median”.", line=row.line)
        if samples[well] != row.cell(1):
            raise PlateFormatError(
                f"The well {well} holds “{row.cell(1)}” here and “{samples[well]}” in “Median”.",
                line=row.line,
            )
    if len(table) < len(samples) and block.name not in ("% Recovery",):
        lost = next(well for well in samples if well not in table)
        raise PlateFormatError(
            f"“{block.name}” lacks the well {lost}: the block was cut.",
            line=block.rows[-1].line if block.rows else block.line,
        )
