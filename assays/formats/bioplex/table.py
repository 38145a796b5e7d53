"""The table of one analyte in a Bio-Plex workbook, wherever in it its cells stand."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from assays.formats.errors import PlateFormatError
from assays.formats.leaving import LeftOut, names_factors
from assays.formats.reading import SampleType
from assays.formats.wells import positions
from tabular.message import Message
from tabular.workbook import Sheet

TYPES = {
    "B": SampleType.BLANK,
    "S": SampleType.STANDARD,
    "ES": SampleType.STANDARD,
    "C": SampleType.CONTROL,
    "P": SampleType.CONTROL,  # positive and negative
    "N": SampleType.CONTROL,
    "X": SampleType.SAMPLE,
    "U": SampleType.SAMPLE,
}
TYPE = re.compile(r"(B|S|ES|C|P|N|X|U)\d*")
CURVE = ("Std. Curve", "FitProb")
RUN = ("File Name", "Acquisition Date", "Reader Serial Number", "Plate ID")
ENDING = ("Std. Curve", "Regression Type")


@dataclass
class AnalyteTable:
    """The table of one analyte: where its header stands, its columns, its rows, head and footer."""

    sheet: Sheet
    header: int
    columns: dict[str, int]
    rows: list[int]
    head: dict[str, str]
    analyte: str = ""
    footer: list[str] = field(default_factory=list)

    def cell(self, row: int, column: str) -> str:
        """A cell by the name of its column; "" where the export has no such column."""
        place = self.columns.get(column)
        return "" if place is None else self.sheet.cell(row, place)

    def heading(self, column: str) -> str:
        """What the file writes over a column; "" where the export has no such column."""
        place = self.columns.get(column)
        return "" if place is None else self.sheet.cell(self.header, place)

    def error(self, row: int, column: str, reason: Message) -> PlateFormatError:
        return self.sheet.error(row, self.columns.get(column, 0), reason)


def plain_name(text: str) -> str:
    """The name of a column in lower case, without its unit."""
    name = re.sub(r"\s*\([^()]*\)$", "", text).strip().lower()
    return "dilution" if names_factors(name) else name


def read_pairs(sheet: Sheet, rows: Iterable[int]) -> dict[str, str]:
    """The "Key: value" lines of some rows, those of curves aside."""
    lines = (sheet.cell(row, 0) for row in rows)
    pairs = (line.partition(":") for line in lines if ":" in line and not line.startswith(ENDING))
    return {key.strip(): value.strip() for key, _, value in pairs}


def kind_of(code: str) -> SampleType:
    """What a code of the instrument (B, S1, C1, X1) says of a well."""
    found = TYPE.fullmatch(code)
    return TYPES[found[1]] if found else SampleType.SAMPLE


def check_rows(table: AnalyteTable, left: LeftOut) -> None:
    """Raise unless every row has a type and wells of its own."""
    seen: set[str] = set()
    for row in table.rows:
        kind, well = table.cell(row, "type"), positions(table.cell(row, "well"))
        if not TYPE.fullmatch(kind):
            raise table.error(
                row,
                "type",
                Message(
                    "no_type_sample_b",
                    "“%(kind)s” is no type of sample (B, S1, C1, X1).",
                    kind=kind,
                ),
            )
        if well is None:
            raise table.error(
                row,
                "well",
                Message("not_well", "“%(text)s” is not a well.", text=table.cell(row, "well")),
            )
        if table.cell(row, "outlier") not in ("", "0", "1"):
            left.error(
                "Outlier",
                table.error(
                    row, "outlier", Message("mark_outlier", "The mark of an outlier is 0 or 1.")
                ),
            )
        if seen & set(well.split(",")):
            raise table.error(
                row,
                "well",
                Message("well_stands_twice", "The well %(well)s stands twice.", well=well),
            )
        seen |= set(well.split(","))


def single_wells(wells: Iterable[str]) -> list[str]:
    """All wells of some readings, each of one or more ("A1,A2")."""
    return [well for text in wells for well in (positions(text) or text).split(",")]


def are_averages(wells: list[str], of: list[str]) -> bool:
    """Whether readings are the averages of others: of the same wells, but fewer."""
    return len(wells) < len(of) and sorted(single_wells(wells)) == sorted(single_wells(of))
