"""What the instrument remarked of wells and of single values."""

from __future__ import annotations

import re

from assays.formats.luminex.xponent.blocks import Block, WellTable


def remarks_in(
    blocks: dict[str, Block], tables: dict[str, WellTable], names: list[str], wells: list[str]
) -> list[tuple[str, str, str]]:
    found = [
        (well, name, text)
        for well in wells
        if well in tables.get("Comments", {})
        for name, text in zip(names, tables["Comments"][well][1], strict=True)
        if text and not text.lower().startswith("extrapolated")
    ]
    return found + [(well, "", text) for well, text in _warnings(blocks) if well in wells]


def _warnings(blocks: dict[str, Block]) -> list[tuple[str, str]]:
    rows = blocks["Warnings/Errors"].rows if "Warnings/Errors" in blocks else []
    return [
        (
            re.sub(r".*[,;(]\s*", "", row.cell(0)).strip(" )"),
            ": ".join(c for c in row.cells[1:] if c),
        )
        for row in rows
    ]


def well_remarks(blocks: dict[str, Block], wells: list[str]) -> list[str]:
    told: dict[str, list[str]] = {}
    for well, text in _warnings(blocks):
        told.setdefault(well, []).append(text)
    return ["; ".join(told.get(well, [])) for well in wells]
