"""Luminex xPONENT CSV: a head, then blocks "DataType:,NAME", each a table by well or by analyte.

The values stand in Median and Result: there every well, sample and analyte must be right. What cannot be read
of any other block is left out and told. The trailer "-- CRC --" must be there, for a file without it was cut.
Decimal marks and the order of day and month are decided by evidence in the file; where there is none a date
is left unread rather than guessed.
"""

from __future__ import annotations

import re

from assays.formats.errors import PlateFormatError
from assays.formats.leaving import LeftOut
from assays.formats.luminex.xponent.assembling import Parts, assemble
from assays.formats.luminex.xponent.blocks import (
    EXPECTED_BLOCKS,
    LOCATION,
    OF_VALUES,
    Block,
    well_table,
)
from assays.formats.luminex.xponent.head import plate_of
from assays.formats.reading import PlateReading
from tabular.message import Message
from tabular.source import FileSource
from tabular.text import DELIMITERS, Record, records

MARK = re.compile(r'^[ \t]*"?DataType:"? *([,;\t])', re.MULTILINE)
HALF = re.compile(r"\d+\s*\(\s*\d+")
FIRST = re.compile(r'\s*"?Program"?\s*[,;\t]\s*"?xPONENT', re.IGNORECASE)
BEHIND_TRAILER = Message("block_behind_trailer", "A block stands behind the trailer.")
LEFT_BEHIND_TRAILER = Message("left_behind_trailer", "the block stands behind the trailer")
FIRST_IS_READ = Message("block_stands_twice_first", "the block stands twice, and the first is read")
NAMELESS = Message("block_has_no_name", "it has no name")


def recognizes(file: FileSource) -> bool:
    """Whether a text begins as xPONENT does or has its blocks."""
    return file.is_text and bool(FIRST.match(file.text) or MARK.search(file.text))


def read(file: FileSource) -> PlateReading:
    """Read a file whole; PlateFormatError with the line and the reason otherwise."""
    left = LeftOut()
    found = records(file.text, _delimiter(file.text))
    head, blocks, outside = _divide(found, left)
    _check_blocks(head, blocks)
    tables = {
        name: well_table(block, blocks["Median"], left)
        for name, block in blocks.items()
        if block.by_well
    }
    notes = [
        Message(
            "read_as_xponent",
            "Read as xPONENT, %(encoding)s, %(delimiter)s.",
            encoding=file.encoding,
            delimiter=DELIMITERS[_delimiter(file.text)],
        )
    ]
    notes += [
        Message("optional_block_missing", "The block “%(n)s” is missing: %(w)s.", n=n, w=w)
        for n, w in _absent(blocks)
    ]
    if outside:
        notes.append(
            Message(
                "lines_no_block_kept",
                "Lines of no block are kept as written, the first is line %(line)s.",
                line=outside[0].line,
            )
        )
    plate = plate_of(head, notes)
    return assemble(plate, Parts(head, blocks, tables, outside), notes, left)


def _delimiter(text: str) -> str:
    found = MARK.search(text)
    if found is None:
        raise PlateFormatError(
            Message(
                "file_starts_as_xponent",
                "The file starts as an xPONENT export but has no block of data (“DataType:”): it was cut.",
            ),
            line=text.count("\n") + 1,
        )
    return found[1]


def _divide(
    found: list[Record], left: LeftOut
) -> tuple[list[Record], dict[str, Block], list[Record]]:
    """Head, blocks by name, and lines that belong to no block; checks the trailer."""
    marks, end_of_file = _marks(found)
    blocks: dict[str, Block] = {}
    outside: list[Record] = []
    for start, stop in zip(marks, [*marks[1:], len(found)], strict=True):
        is_behind = start > end_of_file
        block, rest = _block(found[start : stop if is_behind else min(stop, end_of_file)])
        outside += rest
        if is_behind:
            _refuse_values(block, BEHIND_TRAILER)
            left.add(block.name, LEFT_BEHIND_TRAILER, line=block.line)
        elif block.name in blocks:
            _refuse_values(
                block,
                Message(
                    "mixes_plates_in_blocks",
                    "The file mixes plates: the block “%(block)s” stands twice.",
                    block=block.name,
                ),
            )
            left.add(block.name, FIRST_IS_READ, line=block.line)
        elif not block.name:
            left.add("a block", NAMELESS, line=block.line)
            outside += block.rows
        else:
            blocks[block.name] = block
    after = found[end_of_file + 1 : next((m for m in marks if m > end_of_file), len(found))]
    blank = [record for record in after if not record.is_empty][1:]
    return found[: marks[0]], blocks, [*outside, *blank]


def _marks(found: list[Record]) -> tuple[list[int], int]:
    """Where each block begins, and where the one export of the file ends."""
    marks = [i for i, record in enumerate(found) if record.cell(0) == "DataType:"]
    ends = [i for i, record in enumerate(found) if record.cell(0) == "-- CRC --"]
    if not ends:
        last = found[-1].line if found else 1
        raise PlateFormatError(
            Message(
                "file_ends_without_trailer",
                "The file ends without its trailer “-- CRC --”: it was cut.",
            ),
            line=last,
        )
    if not marks:
        raise PlateFormatError(
            Message(
                "no_line_begins_block",
                "No line begins a block of data (“DataType:”): look for a quotation mark that is not closed.",
            ),
            line=found[0].line,
        )
    starts = [record for record in found if record.cell(0) == "Program"]
    if len(ends) > 1 or len(starts) > 1:
        again = (starts[1:] or [found[ends[1]]])[0]
        raise PlateFormatError(
            Message("second_export_begins", "The file mixes plates: a second export begins here."),
            line=again.line,
        )
    return marks, ends[0]


def _refuse_values(block: Block, reason: Message) -> None:
    if block.name in OF_VALUES:
        raise PlateFormatError(reason, line=block.line)


def _block(part: list[Record]) -> tuple[Block, list[Record]]:
    """The block of some records that begin with its mark, and what follows after an empty line. Wells that
    empty lines divide belong together, for nothing but a mark begins another block."""
    mark, name = part[0], part[0].cell(1)
    body = [_join_location(record) for record in part[1:]]
    is_well = [LOCATION.fullmatch(record.cell(0)) is not None for record in body]
    last = max((i for i, well in enumerate(is_well) if well), default=-1)
    body = [r for i, r in enumerate(body) if i > last or not r.is_empty]
    while body and body[0].is_empty:
        body = body[1:]
    size = next((i for i, record in enumerate(body) if record.is_empty), len(body))
    rest = [record for record in body[size:] if not record.is_empty]
    header = body[0] if size else Record(mark.line, [])
    return Block(name, mark.line, header, body[1:size]), rest


def _join_location(record: Record) -> Record:
    """A record whose location was written without quotation marks, so that its own comma divided it, with
    the location in one cell again."""
    joined = ",".join(record.cells[:2])
    if HALF.fullmatch(record.cell(0)) and LOCATION.fullmatch(joined):
        return Record(record.line, [joined, *record.cells[2:]])
    return record


def _check_blocks(head: list[Record], blocks: dict[str, Block]) -> None:
    """Raise unless the values that the protocol promises are there."""
    for name in ("Median", *(("Result",) if _is_quantified(head, blocks) else ())):
        if name not in blocks:
            raise PlateFormatError(
                Message(
                    "block_missing_export_plate",
                    "The block “%(name)s” is missing. Export the plate again with all result types.",
                    name=name,
                ),
                line=max((block.line for block in blocks.values()), default=1),
            )
        if not blocks[name].by_well or not blocks[name].rows:
            raise PlateFormatError(
                Message("block_no_wells", "The block “%(name)s” has no wells.", name=name),
                line=blocks[name].line,
            )


def _is_quantified(head: list[Record], blocks: dict[str, Block]) -> bool:
    """Whether the protocol computes concentrations."""
    analysis = next((r for r in head if r.cell(0) == "ProtocolAnalysis"), None)
    told = analysis is not None and "quan" in " ".join(analysis.cells[1:]).lower()
    return told or any(name in blocks for name in ("Avg Result", "Standard Expected Concentration"))


def _absent(blocks: dict[str, Block]) -> list[tuple[str, Message]]:
    """Blocks that an export usually has, with what is not known without them."""
    told = dict(EXPECTED_BLOCKS)
    if "Result" not in blocks:
        del told["Net MFI"]
    return [(n, w) for n, w in told.items() if n not in blocks or not blocks[n].by_well]
