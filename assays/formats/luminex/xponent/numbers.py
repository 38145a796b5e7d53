"""The decimal mark of an xPONENT file, and its cells as numbers."""

from __future__ import annotations

import re

from assays.formats.errors import PlateFormatError
from assays.formats.leaving import LeftOut
from assays.formats.luminex.xponent.blocks import WellTable
from assays.formats.reading import Flag
from assays.formats.values import NAN, NoValue, optional_number, read_value
from tabular.message import Message
from tabular.numbers import number
from tabular.text import Record

NUMERIC = re.compile(r"[<>=*\s+-]*[\d.,]+(?:[eE][+-]?\d+)?")


class Numbers:
    """Reads cells as numbers in the decimal mark of the file; errors name line and analyte. What no value
    needs is left out instead of refused (`optional`)."""

    def __init__(self, tables: dict[str, WellTable], left: LeftOut) -> None:
        self.decimal, self.left = _decimal_mark(tables), left

    def of(self, record: Record, text: str, what: str) -> float:
        found = number(text, decimal=self.decimal)
        if found is not None:
            return found
        try:
            return optional_number(text, decimal=self.decimal)
        except NoValue as error:
            raise PlateFormatError(
                Message("value_of", "%(analyte)s: %(error)s", analyte=what, error=error.message),
                line=record.line,
            ) from error

    def optional(self, record: Record, text: str, block: str, what: str = "") -> float:
        """A number of a block that is not one of values; NaN where it cannot be read, which is told."""
        try:
            return self.of(record, text, what or block)
        except PlateFormatError as error:
            self.left.error(block, error)
            return NAN

    def value(self, record: Record, text: str, what: str) -> tuple[float, Flag]:
        try:
            return read_value(text, decimal=self.decimal)
        except NoValue as error:
            raise PlateFormatError(
                Message("value_of", "%(analyte)s: %(error)s", analyte=what, error=error.message),
                line=record.line,
            ) from error


def _decimal_mark(tables: dict[str, WellTable]) -> str:
    """ "." or ",", by the blocks of values; PlateFormatError where they have both, or where a comma could as
    well part thousands. Where they have neither, the fluorescence less the background may tell."""
    for blocks in (("Median", "Result"), ("Net MFI",)):
        read = [tables[name] for name in blocks if name in tables]
        point, comma, where = _marks(read)
        if comma and point and blocks[0] == "Median":
            raise PlateFormatError(
                Message(
                    "numbers_commas_could_decimal",
                    "Numbers have commas that could be decimal marks or part thousands. Export the file again without thousands separators.",
                ),
                line=where,
            )
        if comma or point:
            return "," if comma and not point else "."
    return "."


def _marks(tables: list[WellTable]) -> tuple[bool, bool, int]:
    """Whether numbers have points, whether they have commas, and the last line with a comma; a comma that
    could part thousands counts as both."""
    point, comma, sure, where = False, False, False, 1
    for table in tables:
        for record, cells in table.values():
            numeric = [cell for cell in cells if NUMERIC.fullmatch(cell)]
            point = point or any("." in cell for cell in numeric)
            if any("," in cell for cell in numeric):
                comma, where = True, record.line
                sure = sure or any(re.search(r",(\d{1,2}|\d{4,})(\D|$)", cell) for cell in numeric)
    return point or (comma and not sure), comma, where
