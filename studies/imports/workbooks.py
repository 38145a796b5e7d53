"""XLSX -> records of text, without loss: 1 stays "1", dates become ISO dates.

A workbook is a ZIP of XML and can claim far more than its size: what it unpacks to, and the last cell
it names, are measured before any of it is laid out in memory.
"""

import io
import re
import zipfile
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from studies.refusals import Refused

MAX_UNPACKED = 500_000_000
CHUNK = 1 << 20
REFERENCE = re.compile(rb'\br="([A-Z]{0,3})([0-9]{1,7})"')


def is_workbook(content: bytes) -> bool:
    """Whether the bytes are a ZIP archive, as every XLSX file is."""
    return content.startswith(b"PK\x03\x04")


def workbook_records(
    name: str, content: bytes, sheet: str | None, *, max_cells: int
) -> tuple[list[tuple[int, list[str]]], str]:
    """The records (row number, cells) of one sheet, the first unless `sheet` names another."""
    _check_extent(name, content, max_cells)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            names = workbook.sheet_names
            chosen = sheet or names[0]
            if chosen not in names:
                raise Refused(
                    _("“%(name)s” has no sheet “%(sheet)s”; it has: %(names)s.")
                    % {"name": name, "sheet": chosen, "names": ", ".join(names)}
                )
            rows = workbook.get_sheet_by_name(chosen).to_python(skip_empty_area=False)
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError, IndexError) as error:
        raise Refused(
            _("“%(name)s” cannot be read as an Excel workbook: %(why)s.")
            % {"name": name, "why": error}
        ) from error
    records = [(number, [as_text(c) for c in cells]) for number, cells in enumerate(rows, start=1)]
    return records, _("Excel workbook, sheet “%(sheet)s”") % {"sheet": chosen}


def as_text(cell: Any) -> str:
    """A cell as a person would write it in a CSV file."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell)


def _check_extent(name: str, content: bytes, max_cells: int) -> None:
    """Unpack in pieces, counting bytes and the last row and column named in each sheet."""
    unpacked = 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.infolist():
                is_sheet = member.filename.startswith("xl/worksheets/")
                tail, last_row, last_column = b"", 1, 1
                with archive.open(member) as stream:
                    while chunk := stream.read(CHUNK):
                        unpacked += len(chunk)
                        if unpacked > MAX_UNPACKED:
                            raise _too_large(name)
                        if is_sheet:
                            last_row, last_column = _extent(tail + chunk, last_row, last_column)
                            tail = chunk[-32:]
                if last_row * last_column > max_cells:
                    raise _too_large(name)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise Refused(
            _("“%(name)s” cannot be read as an Excel workbook: %(why)s.")
            % {"name": name, "why": error}
        ) from error


def _extent(xml: bytes, last_row: int, last_column: int) -> tuple[int, int]:
    for letters, digits in set(REFERENCE.findall(xml)):
        column = 0
        for letter in letters:
            column = column * 26 + letter - 64
        last_row, last_column = max(last_row, int(digits)), max(last_column, column)
    return last_row, last_column


def _too_large(name: str) -> Refused:
    return Refused(
        _(
            "“%(name)s” unpacks to more cells than an import takes. Delete what lies far outside "
            "the table, or save the sheet as CSV."
        )
        % {"name": name}
    )
