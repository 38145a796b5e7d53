"""Fluorescence, counts, concentrations and dilutions: what an xPONENT file says of each well and analyte."""

from __future__ import annotations

from typing import Any

from assays.formats.errors import PlateFormatError
from assays.formats.factors import factor_of_well
from assays.formats.leaving import names_factors
from assays.formats.luminex.xponent.blocks import Block, WellTable
from assays.formats.luminex.xponent.numbers import Numbers
from assays.formats.reading import Flag
from assays.formats.values import NAN
from tabular.message import Message
from tabular.text import Record


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
    """The dilution factor of each well. A block of factors that has none for a well leaves it without."""
    block = next((block for name, block in blocks.items() if names_factors(name)), None)
    if block is None or not block.rows:
        return [NAN] * len(wells)
    column = _column_of_factors(block)
    told = {well: record for well, (record, _) in tables.get(block.name, {}).items()}
    return [_factor(well, told.get(well), column, block, numbers) for well in wells]


def _column_of_factors(block: Block) -> int | None:
    cells = block.header.cells if block.by_well else []
    return next((i for i, cell in enumerate(cells) if i > 1 and names_factors(cell)), None)


def _factor(
    well: str, record: Record | None, column: int | None, block: Block, numbers: Numbers
) -> float:
    def refuse(why: Message) -> PlateFormatError:
        return PlateFormatError(why, line=record.line if record else block.line)

    if record is not None and column is not None:
        text = record.cell(column)
        return factor_of_well(
            text, well, numbers.left, refuse, part=block.name, decimal=numbers.decimal
        )
    why = (
        Message("block_lacks_column", "it has no column “%(first)s”", first="Dilution Factor")
        if column is None
        else Message("no_row_of_well", "no row can be read for the well %(well)s", well=well)
    )
    numbers.left.factor(block.name, well, refuse(why))
    return NAN
