"""The table of an INTELLIFLEX file by wells."""

from __future__ import annotations

from dataclasses import dataclass

from assays.formats.table import Table


@dataclass(frozen=True)
class WellTable:
    """The table by wells: places of the head's columns, and for each analyte (region, reporter) the places of
    its properties; rows are those of the table, `names` the wells in their order."""

    table: Table
    head: dict[str, int]
    analytes: dict[tuple[str, str], dict[str, int]]
    names: list[str]

    def cell(self, row: int, name: str) -> str:
        """A cell of the head's columns; "" where there is no such column or "N/A" stands in it."""
        text = self.table.sheet.cell(row, self.head[name]) if name in self.head else ""
        return "" if text.upper() in ("N/A", "#N/A", "NAN") else text

    def of_run(self, name: str) -> str:
        """What the head tells of the whole plate."""
        return self.cell(1, name)
