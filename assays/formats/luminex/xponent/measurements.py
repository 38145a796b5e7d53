"""Fluorescence, counts, concentrations and dilutions: what an xPONENT file says of each well and analyte."""

from __future__ import annotations

import re
from typing import Any

from assays.formats.luminex.xponent.blocks import Block, WellTable
from assays.formats.luminex.xponent.numbers import Numbers
from assays.formats.reading import Flag
from assays.formats.values import NAN
from tabular.message import Message
from tabular.text import Record

FACTOR = re.compile(r"^1\s*[:/]\s*")  # "1/400" and "1:400" are written for 400


def columns_of(
    tables: dict[str, WellTable], wells: list[str], names: list[str], numbers: Numbers
) -> dict[str, Any]:
    """Fluorescence, counts, texts, values and flags, a row per well and analyte."""
    found: dict[str, Any] = {
        "mfi": [
            numbers.of(record, text, f"Median, {name}")
            for record, cells in (tables["Median"][well] for well in wells)
            for name, text in zip(names, cells, strict=True)
        ]
    }
    for column, block in (("net_mfi", "Net MFI"), ("bead_count", "Count")):
        if block in tables:
            found[column] = _optional(tables[block], block, wells, names, numbers)
    for row, count in enumerate(found.get("bead_count", [])):
        if count < 0:
            record = tables["Count"][wells[row // len(names)]][0]
            why = Message(
                "negative_count",
                "%(analyte)s: a count of %(count)g beads",
                analyte=names[row % len(names)],
                count=count,
            )
            numbers.left.add("Count", why, line=record.line)
            found["bead_count"][row] = NAN
    texts, values, flags = [], [], []
    comments = tables.get("Comments", {})
    for well in wells:
        result, cells = tables["Result"][well] if "Result" in tables else (None, [""] * len(names))
        said = comments[well][1] if well in comments else [""] * len(names)
        for name, text, comment in zip(names, cells, said, strict=True):
            value, flag = (
                numbers.value(result, text, f"Result, {name}") if result else (NAN, Flag.MISSING)
            )
            if flag == Flag.IN_RANGE and comment.lower().startswith("extrapolated"):
                flag = Flag.EXTRAPOLATED
            texts.append(text)
            values.append(value)
            flags.append(flag.value)
    return found | {"raw_text": texts, "value": values, "flag": flags}


def _optional(
    table: WellTable, block: str, wells: list[str], names: list[str], numbers: Numbers
) -> list[float]:
    """The numbers of a block that no value needs; NaN for wells that it does not tell of."""
    empty = (Record(0, []), [""] * len(names))
    return [
        numbers.optional(record, text, block, name)
        for record, cells in (table.get(well, empty) for well in wells)
        for name, text in zip(names, cells, strict=True)
    ]


def dilutions_of(
    blocks: dict[str, Block], tables: dict[str, WellTable], wells: list[str], numbers: Numbers
) -> list[float]:
    block = blocks.get("Dilution Factor")
    if block is None or not block.by_well or "Dilution Factor" not in block.header.cells:
        return [NAN] * len(wells)
    column = block.header.cells.index("Dilution Factor")
    told = {well: record for well, (record, _) in tables["Dilution Factor"].items()}
    return [_factor(told.get(well), column, numbers) for well in wells]


def _factor(record: Record | None, column: int, numbers: Numbers) -> float:
    if record is None:
        return NAN
    text = FACTOR.sub("", record.cell(column))
    factor = numbers.optional(record, text, "Dilution Factor")
    if factor <= 0:
        numbers.left.add(
            "Dilution Factor",
            Message("no_factor", "a factor of %(factor)g", factor=factor),
            line=record.line,
        )
        return NAN
    return factor
