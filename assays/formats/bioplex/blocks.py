"""Sheets of Bio-Plex Manager that hold one property below the other (FI, then Bead Count, ...), each with a row
for each well and a column for each analyte: taken apart, as if each property had a sheet of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tabular.workbook import Sheet

OF_WELLS = frozenset({"type", "well", "description"})


@dataclass(frozen=True)
class PropertySheet(Sheet):
    """The rows of one property of a sheet, each in its place; the rows of the others are empty."""

    named: str = ""


def take_apart(sheets: Sequence[Sheet], known: Callable[[str], str]) -> list[Sheet]:
    """The sheets, those that hold several properties by a sheet for each. known: the property that a
    text names, or ""; the part of one that nobody knows is a sheet named for it."""
    found: list[Sheet] = []
    for sheet in sheets:
        starts = [i for i in range(len(sheet.rows)) if _find_property(sheet, i)]
        if not any(known(_find_property(sheet, i)) for i in starts):
            found.append(sheet)
            continue
        for start, stop in zip(
            starts, [*(i - 1 for i in starts[1:]), len(sheet.rows)], strict=True
        ):
            part = _part(sheet, starts[0] - 1, start, stop)
            told_apart = Sheet(f"{sheet.name}, {part.named}", part.rows)
            found.append(part if known(part.named) else told_apart)
    return found


def _find_property(sheet: Sheet, row: int) -> str:
    """The one property that a header names over all of its analytes, which stand in the row above; or ""."""
    cells = [cell for cell in sheet.rows[row] if cell]
    wells = [cell for cell in cells if cell.lower() in OF_WELLS]
    others = cells[len(wells) :]
    if not row or {"type", "well"} - {cell.lower() for cell in wells} or len(set(others)) != 1:
        return ""
    places = [place for place, cell in enumerate(sheet.rows[row]) if cell == others[0]]
    return others[0] if all(sheet.cell(row - 1, place) for place in places) else ""


def _part(sheet: Sheet, head: int, start: int, stop: int) -> PropertySheet:
    """The head of the sheet, and the block whose header is the row `start`."""
    rows: list[list[str]] = [[] for _ in sheet.rows]
    rows[:head] = sheet.rows[:head]
    rows[start - 1 : stop] = sheet.rows[start - 1 : stop]
    rows[start] = [cell if cell.lower() in OF_WELLS else "" for cell in sheet.rows[start]]
    return PropertySheet(sheet.name, rows, _find_property(sheet, start))
