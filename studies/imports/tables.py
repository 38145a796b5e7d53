"""A file's bytes -> a table of text cells, with the row numbers that a person sees in a spreadsheet.

CSV and TSV (UTF-8, UTF-16 with a byte order mark, CP932, or an encoding named by the mapping) and XLSX.
"""

import codecs
import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from django.conf import settings
from django.utils.translation import gettext as _

from studies.imports.workbooks import is_workbook, workbook_records
from studies.refusals import Refused

MAX_COLUMNS = 5_000
MAX_ROWS = 1_000_000
MAX_CELLS = 10_000_000
DELIMITERS = {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar"}
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
OLD_EXCEL = b"\xd0\xcf\x11\xe0"

Record = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number in the file (the header is usually 1) and its cells, stripped."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A file as text: one name per column, rows as wide as the header, and how it was read."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    header_row: int
    read_as: str

    def position(self, column: str) -> int:
        """The place of a column in each row's cells."""
        return self._places[column]

    @cached_property
    def _places(self) -> dict[str, int]:
        return {column: place for place, column in enumerate(self.columns)}


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


def read_table(
    name: str, content: bytes, *, encoding: str | None = None, sheet: str | None = None
) -> Table:
    """Read a CSV, TSV or XLSX file; raises Refused with a sentence that names row and column."""
    check_size(name, len(content))
    if is_workbook(content):
        records, read_as = workbook_records(name, content, sheet, max_cells=MAX_CELLS)
    elif content.startswith(OLD_EXCEL):
        raise Refused(
            _(
                "“%(name)s” is an old Excel file (.xls) or is protected by a password. "
                "Save it as .xlsx or CSV without a password."
            )
            % {"name": name}
        )
    else:
        records, read_as = _text_records(name, content, encoding)
    return _table(name, records, read_as)


def decoded(name: str, content: bytes, encoding: str | None = None) -> tuple[str, str]:
    """The text of a file and the name of its encoding.

    A byte order mark decides. Without one, UTF-8 is tried before CP932, both strictly: Japanese text in
    CP932 is practically never valid UTF-8, while the reverse may be valid by accident.
    """
    if encoding is not None:
        return _strictly(name, content, encoding, encoding)
    for mark, codec, label in BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return _strictly(name, content, codec, label)
    if b"\0" in content:
        raise Refused(
            _("“%(name)s” is not a text file. Save it as CSV (UTF-8) or .xlsx.") % {"name": name}
        )
    for codec, label in (("utf-8", "UTF-8"), ("cp932", "CP932")):
        try:
            return content.decode(codec), label
        except UnicodeDecodeError:
            continue
    raise Refused(
        _(
            "“%(name)s” is neither UTF-8, UTF-16 with a byte order mark, nor CP932 (Shift-JIS). "
            "Save it as UTF-8, or name its encoding in the mapping (encoding: latin-1)."
        )
        % {"name": name}
    )


def _strictly(name: str, content: bytes, codec: str, label: str) -> tuple[str, str]:
    try:
        return content.decode(codec), label
    except (ValueError, LookupError) as error:  # also names that are no encoding at all
        raise Refused(
            _("“%(name)s” cannot be read as %(encoding)s: %(why)s.")
            % {"name": name, "encoding": label, "why": error}
        ) from error


def _text_records(name: str, content: bytes, encoding: str | None) -> tuple[list[Record], str]:
    text, label = decoded(name, content, encoding)
    delimiter = sniffed_delimiter(text)
    records: list[Record] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, cells in enumerate(reader, start=1):
            if number > MAX_ROWS + 1:
                raise _too_large(name)
            records.append((number, cells))
    except csv.Error as error:
        raise Refused(
            _("Row %(row)d of “%(name)s” (line %(line)d) cannot be read: %(why)s.")
            % {
                "row": len(records) + 1,
                "name": name,
                "line": reader.line_num,
                "why": error,
            }
        ) from error
    return records, _("%(encoding)s, cells separated by %(delimiter)s") % {
        "encoding": label,
        "delimiter": DELIMITERS[delimiter],
    }


def sniffed_delimiter(text: str) -> str:
    """The delimiter under which the first rows agree best on the number of cells."""

    def agreement(delimiter: str) -> tuple[float, int]:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            widths = [len(cells) for cells in islice(reader, 50) if cells]
        except csv.Error:
            return (0.0, 0)
        if not widths or widths[0] < 2:
            return (0.0, 0)
        return (Counter(widths)[widths[0]] / len(widths), widths[0])

    return max(DELIMITERS, key=agreement)


def _too_large(name: str) -> Refused:
    return Refused(
        _(
            "“%(name)s” has more than %(rows)d rows, %(columns)d columns or %(cells)d cells. Split it."
        )
        % {"name": name, "rows": MAX_ROWS, "columns": MAX_COLUMNS, "cells": MAX_CELLS}
    )


def _table(name: str, records: list[Record], read_as: str) -> Table:
    filled = [
        (number, [cell.strip() for cell in cells])
        for number, cells in records
        if any(cell.strip() for cell in cells)
    ]
    if not filled:
        raise Refused(_("The file “%(name)s” is empty.") % {"name": name})
    header_row, header = filled[0]
    columns = _columns(name, header)
    if len(columns) > MAX_COLUMNS or len(columns) * len(filled) > MAX_CELLS:
        raise _too_large(name)
    if len(filled) == 1:
        raise Refused(_("“%(name)s” holds a header but no rows below it.") % {"name": name})
    rows = tuple(_rows(name, filled[1:], len(columns)))
    return Table(columns=columns, rows=rows, header_row=header_row, read_as=read_as)


def _columns(name: str, header: list[str]) -> tuple[str, ...]:
    while header and not header[-1]:
        header = header[:-1]
    if all(re.fullmatch(r"[-+]?\d+([.,]\d+)?", cell) for cell in header if cell):
        raise Refused(
            _("The first row of “%(name)s” holds numbers. It must hold the names of the columns.")
            % {"name": name}
        )
    columns = [cell or f"(column {place})" for place, cell in enumerate(header, start=1)]
    repeated = [column for column, times in Counter(columns).items() if times > 1]
    if repeated:
        raise Refused(
            _("The header of “%(name)s” has the column %(columns)s more than once. Rename one.")
            % {"name": name, "columns": ", ".join(f"“{c}”" for c in repeated)}
        )
    return tuple(columns)


def _rows(name: str, records: list[Record], width: int) -> list[Row]:
    rows, ragged = [], []
    for number, cells in records:
        extra = any(cells[width:])
        if extra or len(cells) < width:
            ragged.append((number, len(cells)))
            continue
        rows.append(Row(number, tuple(cells[:width])))
    if ragged:
        number, found = ragged[0]
        raise Refused(
            _(
                "Row %(row)d of “%(name)s” has %(found)d cells, the header has %(width)d "
                "(%(count)d such rows in all). Check for a missing or unquoted separator."
            )
            % {"row": number, "name": name, "found": found, "width": width, "count": len(ragged)}
        )
    return rows
