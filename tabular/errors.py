"""The one error that readers of files raise."""

from __future__ import annotations

from collections.abc import Sequence


class FileError(ValueError):
    """A file that cannot be read without guessing: where (line, or sheet and cell) and why.

    `line` counts from 1, as a text editor does; `cell` is written as a spreadsheet does ("C12").
    """

    def __init__(
        self,
        reason: str,
        *,
        line: int | None = None,
        sheet: str | None = None,
        cell: str | None = None,
    ) -> None:
        self.reason, self.line, self.sheet, self.cell = reason, line, sheet, cell
        super().__init__(f"{self.place}: {reason}" if self.place else reason)

    @property
    def place(self) -> str:
        """Where it is: "line 12", "sheet “IL-6”, cell C12", or "" for the file as a whole."""
        parts = []
        if self.sheet is not None:
            parts.append(f"sheet “{self.sheet}”")
        if self.line is not None:
            parts.append(f"line {self.line}")
        if self.cell is not None:
            parts.append(f"cell {self.cell}")
        return ", ".join(parts)


class SheetsToChoose(FileError):
    """A workbook of which a person has to say the sheet: several could be meant."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        told = ", ".join(f"“{name}”" for name in self.names[:40])
        super().__init__(
            f"The workbook has {len(self.names)} sheets that could be meant: {told}. Choose one: in the list "
            "of the import's page, by sheet: NAME in the mapping, or by --sheet NAME on the command."
        )
