"""A writer of small XLS files, for what no library at hand writes: the container of [MS-CFB] around the
records of [MS-XLS]."""

import struct

FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
SECTOR = 512


ERRORS = {
    "#NULL!": 0,
    "#DIV/0!": 7,
    "#VALUE!": 15,
    "#REF!": 23,
    "#NAME?": 29,
    "#NUM!": 36,
    "#N/A": 42,
}


class CellError(str):
    """What a cell shows that holds an error; computed: whether it is the result of a formula."""

    computed = False


class ComputedError(CellError):
    computed = True


def record(kind, content):
    return struct.pack("<HH", kind, len(content)) + content


def _cell(row, column, value, shared):
    head = struct.pack("<3H", row, column, 0)
    if shared and value == shared:
        return record(0xFD, head + struct.pack("<I", 0))
    if isinstance(value, CellError) and value.computed:
        result = struct.pack("<B x B 3x H", 2, ERRORS[value], 0xFFFF)
        return record(0x06, head + result + struct.pack("<H I H", 0, 0, 2) + b"\x1c\x17")
    if isinstance(value, CellError):
        return record(0x205, head + struct.pack("<2B", ERRORS[value], 1))
    if isinstance(value, bool):
        return record(0x205, head + struct.pack("<2B", value, 0))
    if isinstance(value, int | float):
        return record(0x203, head + struct.pack("<d", value))
    return record(0x204, head + struct.pack("<HB", len(value), 0) + value.encode("latin-1"))


def _sheet(rows, size, shared):
    size = size or (len(rows), max(map(len, rows)))
    cells = (
        _cell(i, j, value, shared)
        for i, row in enumerate(rows)
        for j, value in enumerate(row)
        if value != ""
    )
    return (
        record(0x809, struct.pack("<2H", 0x600, 0x10) + bytes(12))
        + record(0x200, struct.pack("<2I3H", 0, size[0], 0, size[1], 0))
        + b"".join(cells)
        + record(0x0A, b"")
    )


def xls(sheets, *, size=None, circle=False, shared=""):
    """An XLS file of {name: rows of cells}. size: what each sheet says of its extent, where that is not
    true; circle: whether its chain of sectors ends where it began; shared: a text that cells share."""
    parts = [_sheet(rows, size, shared) for rows in sheets.values()]
    head = record(0x809, struct.pack("<2H", 0x600, 5) + bytes(12))
    if shared:
        text = struct.pack("<HB", len(shared), 0) + shared.encode("latin-1")
        head += record(0xFC, struct.pack("<2I", 1, 1) + text)
    at = len(head) + sum(12 + len(name) for name in sheets) + 4
    for name, part in zip(sheets, parts, strict=True):
        told = struct.pack("<IHBB", at, 0, len(name), 0) + name.encode("latin-1")
        head += record(0x85, told)
        at += len(part)
    return _contained(head + record(0x0A, b"") + b"".join(parts), circle)


def _contained(stream, circle):
    """The stream as "Workbook" in a container: tables of chains, directory, stream."""
    stream = stream.ljust(4096, b"\0")
    count = -(-len(stream) // SECTOR)
    tables = -(-(count + 2) // (SECTOR // 4 - 1))
    first = tables + 1
    chain = [FAT] * tables + [END] + [first + i + 1 for i in range(count)]
    chain[-1] = first if circle else END
    chain += [FREE] * (tables * SECTOR // 4 - len(chain))
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
        + struct.pack("<9I", 0, tables, tables, 0, 4096, END, 0, END, 0)
        + struct.pack("<109I", *range(tables), *[FREE] * (109 - tables))
    )
    directory = _entry("Root Entry", 5, 1, END, 0) + _entry("Workbook", 2, FREE, first, len(stream))
    body = struct.pack(f"<{len(chain)}I", *chain) + directory.ljust(SECTOR, b"\0")
    return header + body + stream.ljust(count * SECTOR, b"\0")


def _entry(name, kind, child, start, length):
    text = (name + "\0").encode("utf-16-le")
    return (
        text.ljust(64, b"\0")
        + struct.pack("<H2B3I", len(text), kind, 1, FREE, FREE, child)
        + bytes(36)
        + struct.pack("<IQ", start, length)
    )
