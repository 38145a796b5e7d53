"""Whether an XLS file can be given to the reader of workbooks: its compiled part takes memory for whatever
a count or a position in the file says, and a process that is refused memory ends without an exception.

The container is that of [MS-CFB], the records are those of [MS-XLS].
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

import numpy as np

from tabular.errors import FileError
from tabular.limits import MAX_CELLS, MAX_REPEATED
from tabular.message import Message

LAST_SECTOR = 0xFFFFFFFA  # numbers from here on are marks, not sectors
STREAM, ROOT = 2, 5
BOUNDSHEET, STRINGS, DIMENSIONS, MULTIPLE, END = 0x85, 0xFC, 0x200, 0xBD, 0x0A
CONTINUE, SHARED_TEXT, PASSWORD = 0x3C, 0xFD, 0x2F
CELLS = frozenset({0x06, 0xBD, 0xFD, 0x203, 0x204, 0x205, 0x207, 0x27E})
FORMULA, BOOLERR = 0x06, 0x205
ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}  # BErr of [MS-XLS]
MAX_SHEETS = 1_000
MAX_XLS_COLUMNS = 256  # no XLS file can have more; a damaged place would make each row that wide

CellError = tuple[int, int, str]
"""Row and column, counted from 0, and what the cell shows ("#REF!")."""


def check(content: bytes) -> list[Iterator[CellError]]:
    """Raise FileError where the file is damaged, or where its sheets extend too far. Gives back the errors that
    cells of each sheet hold, read when they are asked for: millions of them take no memory."""
    try:
        stream = _workbook_stream(content)
        return [_errors(stream, start) for start in _check_sheets(stream)]
    except (struct.error, IndexError, ValueError) as error:
        if isinstance(error, FileError):
            raise
        raise _say_damaged() from error


def _say_damaged() -> FileError:
    return FileError(
        Message("workbook_cannot_read_damaged", "The workbook cannot be read: it is damaged.")
    )


def _say_protected() -> FileError:
    return FileError(
        Message(
            "workbook_protected_password_save",
            "The workbook is protected by a password. Save it without one.",
        )
    )


def _too_large() -> FileError:
    return FileError(
        Message(
            "workbook_more_sheets_cells",
            "The workbook has more sheets or cells than a reader takes. Delete what lies far outside the table, or export one plate at a time.",
        )
    )


class _Sectors:
    """The sectors of the file (or of its stream of small pieces) and what follows each in its chain."""

    def __init__(self, content: bytes, size: int, following: list[int]) -> None:
        self.content, self.size, self.following = content, size, following

    def chain(self, start: int) -> bytes:
        """All that a chain holds; ValueError where it leaves the file or runs in a circle."""
        pieces: list[bytes] = []
        sector = start
        while sector < LAST_SECTOR:
            at = sector * self.size
            if at >= len(self.content) or len(pieces) > len(self.following):
                raise ValueError("a chain of sectors leaves the file or runs in a circle")
            pieces.append(self.content[at : at + self.size])
            sector = self.following[sector]
        return b"".join(pieces)


def _workbook_stream(content: bytes) -> bytes:
    """The stream with the records of the workbook; every other stream is followed too."""
    size = 1 << struct.unpack_from("<H", content, 30)[0]
    fat_count, first_directory = struct.unpack_from("<I I", content, 44)
    cutoff, first_small, small_count, first_more, more_count = struct.unpack_from(
        "<5I", content, 56
    )
    body = content[size:]
    most = len(body) // size + 1
    if size not in (512, 4096) or max(fat_count, small_count, more_count) > most:
        raise _say_damaged()
    tables = _table_sectors(content, body, size, first_more)
    if len(tables) > most:
        raise _say_damaged()
    joined = b"".join(body[t * size : (t + 1) * size] for t in tables)
    following = np.frombuffer(joined[: len(joined) // 4 * 4], dtype="<u4").tolist()
    large = _Sectors(body, size, following)
    small_table = np.frombuffer(large.chain(first_small), dtype="<u4").tolist()
    directory = large.chain(first_directory)
    entries = [directory[i : i + 128] for i in range(0, len(directory) - 127, 128)]
    small = _Sectors(b"", 64, small_table)
    found: dict[str, bytes] = {}
    followed = 0
    for entry in entries:
        length, kind = struct.unpack_from("<H B", entry, 64)
        start, bytes_told = struct.unpack_from("<I Q", entry, 116)
        if kind not in (STREAM, ROOT):
            continue
        if bytes_told > len(content):
            raise _say_damaged()
        source = small if kind == STREAM and bytes_told < cutoff else large
        stream = source.chain(start) if bytes_told else b""
        followed += len(stream)
        if followed > 2 * len(content):  # streams that share sectors could be followed for hours
            raise _say_damaged()
        if kind == ROOT:
            small = _Sectors(stream, 64, small_table)
            continue
        name = entry[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        found.setdefault(name, stream[:bytes_told])
    if "EncryptedPackage" in found:
        raise _say_protected()
    return found.get("Workbook") or found.get("Book") or b""


def _table_sectors(content: bytes, body: bytes, size: int, more: int) -> list[int]:
    """The sectors that hold the table of chains: the first 109 stand in the head, others in a chain."""
    told = list(struct.unpack_from("<109I", content, 76))
    seen = set()
    while more < LAST_SECTOR:
        if more in seen:
            raise ValueError("the tables of sectors run in a circle")
        seen.add(more)
        *numbers, more = struct.unpack_from(f"<{size // 4}I", body, more * size)
        told += numbers
    return [sector for sector in told if sector < LAST_SECTOR]


def _records(stream: bytes, start: int) -> Iterator[tuple[int, int, int]]:
    """Type, place and length of the records from a place to the end of their part."""
    while start + 4 <= len(stream):
        kind, length = struct.unpack_from("<H H", stream, start)
        yield kind, start + 4, length
        if kind == END:
            return
        start += 4 + length


def _check_sheets(stream: bytes) -> list[int]:
    """Where the sheets begin, in the order of the workbook."""
    sheets, records, cells, shared = [], 0, 0, 0
    texts: list[bytes] = []  # the record of shared texts and those that go on with it
    before = 0
    for kind, at, length in _records(stream, 0):
        if kind == PASSWORD:
            raise _say_protected()
        if kind == BOUNDSHEET:
            sheets.append(struct.unpack_from("<I", stream, at)[0])
        elif kind == STRINGS or (kind == CONTINUE and before in (STRINGS, CONTINUE) and texts):
            texts.append(stream[at : at + length])
        before = kind
    lengths = _lengths_of_texts(texts) if texts else []
    if len(sheets) > MAX_SHEETS:
        raise _too_large()
    for start in sheets:
        last_row = last_column = 0
        for kind, at, length in _records(stream, start):
            records += 1
            row = column = 0
            if kind == SHARED_TEXT and length >= 10:
                named = struct.unpack_from("<I", stream, at + 6)[0]
                shared += lengths[named] if named < len(lengths) else 0
            if kind in CELLS and length >= 4:
                row, column = struct.unpack_from("<H H", stream, at)
                column += length // 6 if kind == MULTIPLE else 0
            elif kind == DIMENSIONS:
                row, column = _extent(stream, at, length)
            last_row, last_column = max(last_row, row), max(last_column, column)
            if records > MAX_CELLS or shared > MAX_REPEATED:
                raise _too_large()
            if (
                last_column > MAX_XLS_COLUMNS
                or cells + (last_row + 1) * (last_column + 1) > MAX_CELLS
            ):
                raise _too_large()
        cells += (last_row + 1) * (last_column + 1)
    return sheets


def _errors(stream: bytes, start: int) -> Iterator[CellError]:
    """The cells of a sheet that hold an error, written as one or as the result of a formula."""
    for kind, at, length in _records(stream, start):
        if kind == BOOLERR and length >= 8 and stream[at + 7]:
            code = stream[at + 6]
        elif kind == FORMULA and length >= 14 and _is_error_result(stream[at + 6 : at + 14]):
            code = stream[at + 8]
        else:
            continue
        yield *struct.unpack_from("<H H", stream, at), ERRORS.get(code, "#UNKNOWN!")


def _is_error_result(result: bytes) -> bool:
    """Whether eight bytes are an error and no number: FormulaValue of [MS-XLS]."""
    return result[0] == 2 and result[6:] == b"\xff\xff"


def _lengths_of_texts(parts: list[bytes]) -> list[int]:
    """Characters of each text that cells share. A text that goes on in the next part has there its
    byte of flags again; its formatting goes on without one."""
    count = struct.unpack_from("<I", parts[0], 4)[0]
    if count * 3 > sum(map(len, parts)) or count > MAX_CELLS:
        raise _say_damaged()
    part, at, lengths = 0, 8, []
    for _ in range(count):
        if at >= len(parts[part]):
            part, at = part + 1, 0
        length, flags = struct.unpack_from("<H B", parts[part], at)
        at += 3
        left, rest = length, 0
        lengths.append(length)
        if flags & 8:
            rest += 4 * struct.unpack_from("<H", parts[part], at)[0]
            at += 2
        if flags & 4:
            rest += struct.unpack_from("<I", parts[part], at)[0]
            at += 4
        while left:
            width = 1 + (flags & 1)
            taken = min(left, (len(parts[part]) - at) // width)
            left, at = left - taken, at + taken * width
            if left:
                part, at = part + 1, 1
                flags = parts[part][0]
        while rest > len(parts[part]) - at:
            rest -= len(parts[part]) - at
            part, at = part + 1, 0
        at += rest
    return lengths


def _extent(stream: bytes, at: int, length: int) -> tuple[int, int]:
    """The last row and column that a sheet says it has: rows are of two bytes before version 8."""
    if length >= 14:
        first, last, left, right = struct.unpack_from("<I I H H", stream, at)
    else:
        first, last, left, right = struct.unpack_from("<4H", stream, at)
    if last < first or right < left:
        raise _say_damaged()
    return last, right
