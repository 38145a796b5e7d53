"""The container of an XLS file, and the lengths of the texts that its cells share ([MS-CFB], [MS-XLS] 2.5.293)."""

import struct

import pytest

from tabular import FileError
from tabular.workbook import sheets
from tabular.workbook_xls import _lengths_of_texts, check
from tests.unit.formats.bioplex_files import xls

FILE = xls({"S": [["id", "age"], ["P1", 60]]})
LAST = struct.pack("<HB", 7, 0) + b"z" * 7
"""A text below the one that is looked at: its length is right where the other was left behind rightly."""


def text(length: int, flags: int, *more: bytes) -> bytes:
    return struct.pack("<HB", length, flags) + b"".join(more)


def lengths(*parts: bytes, count: int = 2) -> list[int]:
    first, *others = parts
    return _lengths_of_texts([struct.pack("<2I", count, count) + first, *others])


@pytest.mark.parametrize(
    ("told", "length"),
    [
        (text(3, 0, b"abc"), 3),
        (text(3, 1, b"a\0b\0c\0"), 3),
        (text(3, 8, struct.pack("<H", 2), b"abc", bytes(8)), 3),
        (text(3, 4, struct.pack("<I", 5), b"abc", bytes(5)), 3),
        (text(2, 13, struct.pack("<HI", 1, 3), b"a\0b\0", bytes(7)), 2),
        (text(0, 0), 0),
    ],
)
def test_a_text_is_as_long_as_it_says_whatever_stands_around_it(told: bytes, length: int) -> None:
    assert lengths(told + LAST) == [length, 7]
    assert lengths(told, LAST) == [length, 7]


@pytest.mark.parametrize(
    "parts",
    [
        (text(5, 0, b"abc"), b"\0de"),
        (text(5, 0, b"abc"), b"\1d\0e\0"),
        (text(5, 1, b"a\0b\0c\0"), b"\0de"),
        (text(5, 0, b"a"), b"\0bc", b"\1d\0e\0"),
        (text(5, 8, struct.pack("<H", 3), b"abc"), b"\0de" + bytes(12)),
        (text(5, 8, struct.pack("<H", 3), b"abcde", bytes(5)), bytes(7)),
        (text(5, 4, struct.pack("<I", 9), b"abcde", bytes(2)), bytes(4), bytes(3)),
    ],
)
def test_a_text_goes_on_in_the_next_record_and_so_does_its_formatting(
    parts: tuple[bytes, ...],
) -> None:
    assert lengths(*parts[:-1], parts[-1] + LAST) == [5, 7]


def test_more_texts_than_there_is_room_for_are_damage() -> None:
    assert lengths(text(0, 0), count=1) == [0]
    with pytest.raises(FileError, match="it is damaged"):
        lengths(text(0, 0) + text(0, 0), count=100)


def renamed(name: str) -> bytes:
    """The file with another name of its stream of records."""

    def entry(named: str) -> bytes:
        written = (named + "\0").encode("utf-16-le")
        return written.ljust(64, b"\0") + struct.pack("<H", len(written))

    assert FILE.count(entry("Workbook")) == 1
    return FILE.replace(entry("Workbook"), entry(name))


def test_the_stream_of_an_older_version_is_read() -> None:
    assert [sheet.rows for sheet in sheets(renamed("Book"))] == [[["id", "age"], ["P1", "60"]]]


def test_a_protected_file_is_told_to_be_protected() -> None:
    with pytest.raises(FileError, match="protected by a password"):
        check(renamed("EncryptedPackage"))


@pytest.mark.parametrize(
    ("place", "form", "value"),
    [(30, "<H", 7), (30, "<H", 10), (44, "<I", 10**6), (64, "<I", 10**6), (72, "<I", 10**6), (48, "<I", 10**6)],
)  # fmt: skip
def test_a_head_that_cannot_be_is_damage(place: int, form: str, value: int) -> None:
    """The size of sectors, how many of three kinds there are, and where the directory begins."""
    content = bytearray(FILE)
    struct.pack_into(form, content, place, value)
    with pytest.raises(FileError, match="it is damaged"):
        check(bytes(content))


@pytest.mark.parametrize("length", [0, 100, 600, len(FILE) // 2])
def test_a_file_that_was_cut_is_damaged(length: int) -> None:
    with pytest.raises(FileError):
        check(FILE[:length])
