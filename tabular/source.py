"""A file as it came, unpacked once for whoever recognises it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from tabular import text, workbook

PARQUET = b"PAR1"


@dataclass(frozen=True)
class FileSource:
    """The bytes of a file, and its text or its sheets when they are asked for."""

    content: bytes
    filename: str = ""

    @property
    def is_workbook(self) -> bool:
        return workbook.is_workbook(self.content)

    @property
    def is_parquet(self) -> bool:
        return self.content.startswith(PARQUET)

    @property
    def is_text(self) -> bool:
        return not (self.is_workbook or self.is_parquet)

    @cached_property
    def text(self) -> str:
        """The file's text; FileError where it is none."""
        return text.decoded(self.content)[0]

    @cached_property
    def encoding(self) -> str:
        return text.decoded(self.content)[1]

    @cached_property
    def sheets(self) -> list[workbook.Sheet]:
        """The sheets of a workbook; FileError where it is damaged or too large."""
        return workbook.sheets(self.content)
