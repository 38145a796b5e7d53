"""A file's bytes -> a table of text cells (`tabular`), with what cannot be read told as a refusal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.conf import settings

from sentences import Sentence
from sentences import storable as _
from studies.refusals import Refused
from tabular import FileError
from tabular.errors import SheetsToChoose
from tabular.source import FileSource
from tabular.table import Row, Table
from tabular.table import read_table as table_in

__all__ = ["Row", "SheetNeeded", "Table", "check_size", "read_each", "read_table", "refusing"]

T = TypeVar("T")


class SheetNeeded(Refused):
    """A workbook of which a person has to choose the sheet: one of `names`, in the `part` of an import."""

    def __init__(self, sentence: Sentence, file: str, names: tuple[str, ...], part: str) -> None:
        super().__init__(sentence)
        self.file, self.names, self.part = file, names, part


def check_size(name: str, size: int) -> None:
    """Refuse a file above the limit by its size alone, before its content is read."""
    limit = settings.MAX_UPLOAD_MB
    if size > limit * 1_000_000:
        raise Refused(
            _(
                "The file “%(name)s” has %(size).1f MB; at most %(limit)d MB are taken. "
                "Split it, or ask the manager of this server to raise YOGO_MAX_UPLOAD_MB."
            )
            % {"name": name, "size": size / 1_000_000, "limit": limit}
        )
    if size == 0:
        raise Refused(_("The file “%(name)s” is empty.") % {"name": name})


@contextmanager
def refusing(name: str, part: str = "source") -> Iterator[None]:
    """Tell what a reader of files refuses as a refusal that names the file. part: "source", or "samples"
    for the second file of an import."""
    try:
        yield
    except SheetsToChoose as error:
        raise SheetNeeded(_in(name, error), name, error.names, part) from error
    except FileError as error:
        raise Refused(_in(name, error)) from error


def _in(name: str, error: FileError) -> Sentence:
    return _("%(file)s: %(why)s") % {"file": name, "why": error.message}


def read_table(
    name: str,
    content: bytes,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    part: str = "source",
) -> Table:
    """Read a table of text, XLSX, XLS or Parquet; raises Refused with a sentence that names the place, and
    SheetNeeded where several sheets of a workbook have rows and none was chosen."""
    check_size(name, len(content))
    with refusing(name, part):
        return table_in(FileSource(content, name, named_encoding=encoding, sheet=sheet))


def read_each(name: str, content: bytes, read: Callable[[Table], T]) -> dict[str, T | Refused]:
    """What `read` makes of each sheet with rows of a workbook, unpacked once; or why it refuses the sheet."""
    found: dict[str, T | Refused] = {}
    with refusing(name):
        file = FileSource(content, name)
        sheets = [sheet for sheet in file.sheets if sheet.has_rows]
    for sheet in sheets:
        try:
            with refusing(name):
                table = table_in(file, sheet)
            found[sheet.name] = read(table)
        except Refused as error:
            found[sheet.name] = error
    return found
