"""What a reader leaves out of a file because it cannot be read and no value of the file needs it: told, part by
part. A dilution factor is needed by our own curve, so a well that loses its own is marked, too."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assays.formats.errors import PlateFormatError
from tabular.message import Message
from tabular.numbers import half_width

TOLD = 3
FACTORS = frozenset({"dilution", "dilutionfactor", "factor"})
UNREAD = "dilution factor as written cannot be read"
"""The remark of a well, and of its measurements, whose factor is given and not known."""


def names_factors(name: str) -> bool:
    """Whether a column or a block of this name holds dilution factors."""
    return re.sub(r"[^a-z]", "", half_width(name).lower()) in FACTORS


class LeftOut:
    """Collects what was left out; `notes` are sentences for the person who looks at the preview."""

    def __init__(self) -> None:
        self._parts: dict[str, list[Message]] = {}
        self._without_factor: dict[tuple[str, str], None] = {}

    def add(
        self, part: str, why: Message, *, line: int | None = None, cell: str | None = None
    ) -> None:
        """Leave something of a part (a block, a column, a sheet) out, for a reason."""
        self.error(part, PlateFormatError(why, line=line, cell=cell))

    def error(self, part: str, error: PlateFormatError) -> None:
        """Leave out what an error says that it cannot be read."""
        self._parts.setdefault(part, []).append(error.message)

    def factor(self, part: str, well: str, error: PlateFormatError, analyte: str = "") -> None:
        """Leave out the dilution factor of a well, of one analyte or ("") of all."""
        self.error(part, error)
        self._without_factor[well, analyte] = None

    def lost_factor(self, well: str) -> bool:
        """Whether the factor of a well was given for all its analytes, and could not be read."""
        return (well, "") in self._without_factor

    def remarks(self) -> Iterator[tuple[str, str, str]]:
        """Well, analyte ("" for all) and remark of each factor that was left out."""
        return ((well, analyte, UNREAD) for well, analyte in self._without_factor)

    def notes(self) -> list[Message]:
        """One sentence for each part, with the first places."""
        return [self._note(part, reasons) for part, reasons in self._parts.items()]

    def _note(self, part: str, reasons: list[Message]) -> Message:
        different = list(dict.fromkeys(reasons))
        told = different[:TOLD]
        if len(different) > TOLD:
            told.append(Message("more", "and %(n)d more", n=len(different) - TOLD))
        if names_factors(part):
            return Message(
                "factors_left_out",
                "Left out of “%(part)s”, so that our own curve gives no concentration there unless a layout tells the dilution: %(why)s.",
                part=part,
                why=told,
            )
        return Message(
            "left_out",
            "Left out of “%(part)s” (no value needs it): %(why)s.",
            part=part,
            why=told,
        )
