"""A file as it came, unpacked once for whoever reads it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from tabular import encodings, workbook
from tabular.errors import FileError, SheetsToChoose
from tabular.message import Message

PARQUET = b"PAR1"


@dataclass(frozen=True)
class FileSource:
    """The bytes of a file, and its text or its sheets when they are asked for.

    What a person said of it: how people call it, its encoding (of a text that has no byte order mark), and
    which sheet of a workbook is meant.
    """

    content: bytes
    filename: str = ""
    named_encoding: str | None = None
    sheet: str | None = None

    @property
    def is_workbook(self) -> bool:
        return workbook.is_workbook(self.content)

    @property
    def is_parquet(self) -> bool:
        return self.content.startswith(PARQUET)

    @property
    def is_text(self) -> bool:
        return not (self.is_workbook or self.is_parquet)

    @property
    def text(self) -> str:
        """The file's text; FileError where it is none."""
        return self._decoded[0]

    @property
    def encoding(self) -> str:
        return self._decoded[1]

    @cached_property
    def _decoded(self) -> tuple[str, str]:
        return encodings.decode(self.content, self.named_encoding)

    @cached_property
    def sheets(self) -> list[workbook.Sheet]:
        """The sheets of a workbook, or the one that a person chose; FileError where it is damaged or too
        large, or has no such sheet."""
        found = workbook.sheets(self.content)
        if self.sheet is None:
            return found
        chosen = [sheet for sheet in found if sheet.name == self.sheet]
        if not chosen:
            names = ", ".join(f"“{sheet.name}”" for sheet in found[:40])
            raise FileError(
                Message(
                    "workbook_no_sheet",
                    "The workbook has no sheet “%(sheet)s”; it has %(names)s.",
                    sheet=self.sheet[:80],
                    names=names,
                )
            )
        return chosen

    def one_of(self, sheets: list[workbook.Sheet]) -> workbook.Sheet:
        """The one sheet that can be meant; SheetsToChoose where there are several."""
        if len(sheets) > 1:
            raise SheetsToChoose([sheet.name for sheet in sheets])
        if not sheets:
            raise FileError(
                Message("workbook_no_sheet_table", "The workbook has no sheet with a table.")
            )
        return sheets[0]
