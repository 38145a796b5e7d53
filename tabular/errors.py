"""The one error that readers of files raise."""

from __future__ import annotations

from collections.abc import Sequence

from tabular.message import CodedError, Message


class FileError(CodedError, ValueError):
    """A file that cannot be read without guessing: where (line, or sheet and cell) and why.

    `line` counts from 1, as a text editor does; `cell` is written as a spreadsheet does ("C12"). `reason` is
    what is wrong there; `message` says the place, too.
    """

    def __init__(
        self,
        reason: Message,
        *,
        line: int | None = None,
        sheet: str | None = None,
        cell: str | None = None,
    ) -> None:
        self.reason, self.line, self.sheet, self.cell = reason, line, sheet, cell
        place = _place(line, sheet, cell)
        super().__init__(
            Message("at", "%(place)s: %(why)s", place=place, why=reason) if place else reason
        )

    @property
    def code(self) -> str:
        return self.reason.code

    @property
    def place(self) -> str:
        """Where it is: "line 12", "sheet “IL-6”, cell C12", or "" for the file as a whole."""
        return str(_place(self.line, self.sheet, self.cell) or "")


def _place(line: int | None, sheet: str | None, cell: str | None) -> Message | None:
    if sheet is not None and cell is not None:
        return Message("sheet_cell", "sheet “%(sheet)s”, cell %(cell)s", sheet=sheet, cell=cell)
    if sheet is not None:
        return Message("sheet", "sheet “%(sheet)s”", sheet=sheet)
    if cell is not None:
        return Message("cell", "cell %(cell)s", cell=cell)
    return None if line is None else Message("line", "line %(line)d", line=line)


class SheetsToChoose(FileError):
    """A workbook of which a person has to say the sheet: several could be meant."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        super().__init__(
            Message(
                "sheets_to_choose",
                "The workbook has %(n)d sheets that could be meant: %(names)s. Choose one: in the list "
                "of the import's page, by sheet: NAME in the mapping, or by --sheet NAME on the command.",
                n=len(self.names),
                names=", ".join(f"“{name}”" for name in self.names[:40]),
            )
        )
