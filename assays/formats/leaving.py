"""What a reader leaves out of a file because it cannot be read and no value needs it: told, part by part."""

from __future__ import annotations

from assays.formats.errors import PlateFormatError
from tabular.message import Message

TOLD = 3


class LeftOut:
    """Collects what was left out; `notes` are sentences for the person who looks at the preview."""

    def __init__(self) -> None:
        self._parts: dict[str, list[Message]] = {}

    def add(
        self, part: str, why: Message, *, line: int | None = None, cell: str | None = None
    ) -> None:
        """Leave something of a part (a block, a column, a sheet) out, for a reason."""
        self.error(part, PlateFormatError(why, line=line, cell=cell))

    def error(self, part: str, error: PlateFormatError) -> None:
        """Leave out what an error says that it cannot be read."""
        self._parts.setdefault(part, []).append(error.message)

    def notes(self) -> list[Message]:
        """One sentence for each part, with the first places."""
        found = []
        for part, reasons in self._parts.items():
            different = list(dict.fromkeys(reasons))
            told = different[:TOLD]
            if len(different) > TOLD:
                told.append(Message("more", "and %(n)d more", n=len(different) - TOLD))
            found.append(
                Message(
                    "left_out",
                    "Left out of “%(part)s” (no value needs it): %(why)s.",
                    part=part,
                    why=told,
                )
            )
        return found
