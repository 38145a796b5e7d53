"""A file that is written while it is read, and recorded as handed out when it was read to its end."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from accounts.models import User
from audit.recording import record
from exports.models import Export
from exports.selectors.columns import Column
from exports.selectors.dataset import Row
from exports.services.writers import MEDIA_TYPES, SUFFIXES, WRITERS
from sentences import Sentence
from studies.models import Study


@dataclass(frozen=True)
class Download:
    """A file that is ready to be read once, by `chunks`. What it holds, a subclass says."""

    export: Export
    by: User | None

    @property
    def study(self) -> Study:
        return self.export.study

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.export.format]

    @property
    def file_name(self) -> str:
        return name_file(self._name(), self.study, self.export.format)

    def chunks(self) -> Iterator[bytes]:
        """The bytes, block by block; then the export is recorded as finished, with rows and SHA-256."""
        counted = Counted()
        digest, size = hashlib.sha256(), 0
        for chunk in self._write(counted):
            digest.update(chunk)
            size += len(chunk)
            yield chunk
        with record(by=self.by, reason=Sentence("exports.handed_out")):
            export = self.export
            export.row_count, export.size, export.sha256 = counted.total, size, digest.hexdigest()
            export.finished_at = timezone.now()
            written = ("row_count", "size", "sha256", "finished_at", "champions", "known_at")
            export.save(update_fields=written)

    def _name(self) -> str:
        raise NotImplementedError

    def _write(self, counted: "Counted") -> Iterator[bytes]:
        raise NotImplementedError

    def _in_format(
        self, columns: Sequence[Column], blocks: Iterator[list[Row]], note: dict[str, str]
    ) -> Iterator[bytes]:
        return WRITERS[self.export.format](columns, blocks, note)


def name_file(name: str, study: Study, format: str) -> str:
    """The name of a file: what it is of and, where it is so, that nobody in it exists."""
    mark = "-simulated" if study.is_simulated else ""
    return f"{name}{mark}.{SUFFIXES[format]}"


class Counted:
    """Counts the rows that pass."""

    def __init__(self) -> None:
        self.total = 0

    def rows(self, of: Iterator[list[Any]]) -> Iterator[list[Any]]:
        for block in of:
            self.total += len(block)
            yield block
