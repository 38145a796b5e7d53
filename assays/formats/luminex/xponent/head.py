"""The head of an xPONENT file -> how, when and by what the plate was read."""

from __future__ import annotations

import re
from itertools import pairwise

from assays.formats.reading import Plate
from tabular.message import Message
from tabular.moments import day_first, moment
from tabular.text import Record


def plate_of(head: list[Record], notes: list[Message]) -> Plate:
    """The plate that a head describes; adds a note where the time cannot be read without doubt."""
    told = {record.cell(0): record for record in reversed(head)}

    def cell(name: str, column: int = 1) -> str:
        return told[name].cell(column) if name in told else ""

    texts = [text for record in head for text in record.cells]
    written = cell("BatchStartTime") or f"{cell('Date')} {cell('Date', 2)}".strip()
    acquired = moment(written, day_first(texts))
    if written and acquired is None:
        notes.append(
            Message(
                "time_kept_as_written",
                "The time “%(text)s” is kept as written: the file does not tell day from month.",
                text=written,
            )
        )
    kit, lot = _kit(head)
    size = (
        re.search(r"96|384", " ".join(told["ProtocolPlate"].cells))
        if "ProtocolPlate" in told
        else None
    )
    return Plate(
        name=cell("Batch"),
        instrument=cell("Program", 3),
        serial=cell("SN"),
        software=f"{cell('Program')} {cell('Build')}".strip(),
        protocol=cell("ProtocolName"),
        kit=kit,
        lot=lot,
        acquired=acquired,
        acquired_text=written,
        wells=int(size[0]) if size else None,
    )


def header_of(head: list[Record]) -> dict[str, str]:
    """Everything that the head says, by its first cell; a name that stands again is numbered."""
    found: dict[str, str] = {}
    for record in head:
        name = record.cell(0)
        if name:
            key = name if name not in found else f"{name} (line {record.line})"
            found[key] = " | ".join(cell for cell in record.cells[1:] if cell)
    return found


def _kit(head: list[Record]) -> tuple[str, str]:
    """Name and lot of the kit, from the line under "KitName,LotNumber,..."."""
    for names, values in pairwise(head):
        if names.cell(0) == "KitName":
            told = dict(zip(names.cells, values.cells, strict=False))
            return told.get("KitName", ""), told.get("LotNumber", "")
    return "", ""
