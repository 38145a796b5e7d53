"""Which format a file has, by its content; a file's name is never believed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assays.formats import generic
from assays.formats.bioplex import results as bioplex
from assays.formats.errors import PlateFormatError
from assays.formats.foreign import refuse_other_instruments, refuse_other_programs
from assays.formats.luminex import intelliflex, xponent
from assays.formats.olink import file as olink
from assays.formats.reading import PlateReading
from assays.formats.table_mapping import TableMapping
from tabular.limits import MAX_BYTES
from tabular.message import Message
from tabular.source import FileSource


def read_plate(
    source: str | Path | bytes,
    filename: str | None = None,
    mapping: Mapping[str, Any] | TableMapping | None = None,
    sheet: str | None = None,
) -> PlateReading:
    """Read a plate file whole, or refuse it whole.

    source: a path, or the file's bytes. filename: how people call it, for sentences only. mapping: for
    tables of no instrument, which column is what (`assays.formats.generic`); a file that names its own
    format needs none. sheet: the sheet of a workbook that is meant, where several could be
    (`tabular.errors.SheetsToChoose` names them). Raises PlateFormatError, with the place and the reason, and nothing else.
    """
    file = _open(source, filename, sheet)
    if not file.content.strip():
        raise PlateFormatError(Message("file_empty", "The file is empty."))
    refuse_other_programs(file)
    for reader in (xponent, intelliflex, bioplex, olink):
        if mapping is None and reader.recognizes(file):
            return reader.read(file)
    if mapping is None:
        refuse_other_instruments(file)
    return generic.read(file, mapping)


def _open(source: str | Path | bytes, filename: str | None, sheet: str | None) -> FileSource:
    if isinstance(source, bytes):
        content, name = source, filename or ""
    else:
        path = Path(source)
        name = filename or path.name
        try:
            size = path.stat().st_size
            content = path.read_bytes() if size <= MAX_BYTES else b""
        except (OSError, ValueError) as error:
            raise PlateFormatError(
                Message(
                    "file_cannot_opened",
                    "The file “%(name)s” cannot be opened (%(error)s).",
                    name=name,
                    error=str(error),
                )
            ) from error
        if size > MAX_BYTES:
            raise _too_large(size)
    if len(content) > MAX_BYTES:
        raise _too_large(len(content))
    return FileSource(content, name, sheet=sheet)


def _too_large(size: int) -> PlateFormatError:
    return PlateFormatError(
        Message(
            "file_mb_most_mb",
            "The file has %(size)s MB; at most %(most)s MB are read. Export one plate at a time.",
            size=f"{size / 1000000.0:,.0f}",
            most=f"{MAX_BYTES / 1000000.0:,.0f}",
        )
    )
