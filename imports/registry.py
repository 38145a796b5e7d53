"""The kinds of import: each app says of itself how its files are read, compared and written, so that the import
services, the pages and the jobs serve all of them without knowing any (docs/seams.md lists them)."""

from dataclasses import dataclass
from typing import Any, Protocol

from accounts.models import User
from imports.kinds import LABELS
from imports.models import ImportBatch, SourceFile
from studies.models import Study
from studies.permissions import Capability


@dataclass(frozen=True)
class Files:
    """What an import reads: the file, its mapping, and for some kinds a second file (samples)."""

    source: SourceFile
    mapping_text: str
    samples: SourceFile | None = None
    sheet: str | None = None
    """The sheet of a workbook that a person chose; it goes before what the mapping says."""
    samples_sheet: str | None = None


class Plan(Protocol):
    """What an import would do. `preview` is what people see of it (imports.preview)."""

    @property
    def preview(self) -> dict[str, Any]: ...


class Importer(Protocol):
    """One kind of import, in steps: read the files, compare with the database, write."""

    label: Any
    """What people call the kind."""
    capability: Capability
    seen_with: Capability
    """What it takes, for the whole study, to see what others imported: a preview shows their values."""
    second_file: Any
    """What a second file says, in a sentence; "" where none belongs to this kind."""
    needs_mapping: bool
    """Whether a file cannot be read without one."""
    preview_template: str
    """What it shows of a preview beside counts and rows; "" for nothing."""

    def preview_context(self, preview: dict[str, Any]) -> dict[str, Any]:
        """What that template needs beside `preview` and `batch`."""
        ...

    def read(self, files: Files) -> Any:
        """Parse and validate mapping and files; touches no patient. Raises Refused."""
        ...

    def hold(self, study: Study, parsed: Any) -> None:
        """Hold, until the caller's transaction ends, what a plan reads and people may change without holding the study."""
        ...

    def plan(self, study: Study, parsed: Any, by: User | None) -> Plan:
        """Compare with the database; writes nothing. Raises Refused."""
        ...

    def write(self, plan: Any, batch: ImportBatch, by: User | None) -> None:
        """Write all of a plan without rejections, in the caller's transaction."""
        ...


IMPORTERS: dict[str, Importer] = {}


def register_importer(kind: str, importer: Importer) -> None:
    """Name a kind of import; done once, in an app's ready()."""
    if kind in IMPORTERS and type(IMPORTERS[kind]) is not type(importer):
        raise ValueError(f"The kind of import {kind!r} is registered twice.")
    IMPORTERS[kind], LABELS[kind] = importer, importer.label
