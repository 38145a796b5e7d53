"""Each encoding under each of its names, by bytes that only it reads so."""

import pytest

from tabular import FileError
from tabular.encodings import decode, resolve_encoding

NAMES = {
    "UTF-8": ["utf-8", "UTF8", "utf-8-sig", "UTF-8 BOM"],
    "UTF-16": ["utf-16", "UTF16"],
    "CP932": ["cp932", "Shift_JIS", "SJIS", "MS932", "Windows-31J"],
    "EUC-JP": ["euc-jp", "EUC_JP"],
    "ISO-2022-JP": ["iso-2022-jp", "JIS"],
    "CP1252": ["cp1252", "ANSI", "Windows-1252"],
    "Latin-1": ["latin-1", "latin1", "ISO-8859-1", "L1"],
    "Latin-9": ["latin-9", "ISO-8859-15"],
    "CP1250": ["cp1250", "Windows-1250"],
    "Mac Roman": ["Mac Roman", "MacRoman", "Macintosh"],
}
BYTES = {
    "UTF-8": (b"\xe2\x82\xac", "€"),
    "UTF-16": (b"\xac\x20", "€"),
    "CP932": (b"\x92\x6a", "男"),
    "EUC-JP": (b"\xc3\xcb", "男"),
    "ISO-2022-JP": (b"\x1b$BCK\x1b(B", "男"),
    "CP1252": (b"\x80", "€"),
    "Latin-1": (b"\xa4", "¤"),
    "Latin-9": (b"\xa4", "€"),
    "CP1250": (b"\xf5", "ő"),
    "Mac Roman": (b"\xdb", "€"),
}


@pytest.mark.parametrize(("label", "said"), [(k, one) for k, all in NAMES.items() for one in all])
def test_an_encoding_is_known_under_each_of_its_names(label: str, said: str) -> None:
    assert resolve_encoding(said) == label


@pytest.mark.parametrize("label", BYTES)
def test_bytes_are_read_as_the_encoding_that_a_person_named(label: str) -> None:
    content, text = BYTES[label]
    assert decode(content, label) == (text, label)


@pytest.mark.parametrize(
    ("said", "hint"),
    [("shift-jiss", " Did you mean CP932?"), ("utf-9", " Did you mean UTF-8?"), ("zzzz", "")],
)
def test_a_name_that_is_near_is_told(said: str, hint: str) -> None:
    with pytest.raises(FileError) as caught:
        resolve_encoding(said)
    assert str(caught.value) == (
        f"“{said}” is no encoding that is read here; use one of UTF-8, UTF-16, CP932, EUC-JP, "
        f"ISO-2022-JP, CP1252, Latin-1, Latin-9, CP1250, Mac Roman.{hint}"
    )


def test_bytes_that_are_not_valid_are_told_with_their_line() -> None:
    with pytest.raises(FileError, match="not valid UTF-8") as caught:
        decode(b"a,b\n1,2\n3,\xff\n", "UTF-8")
    assert caught.value.line == 3


def test_nul_is_refused_in_bytes_and_in_what_they_mean() -> None:
    with pytest.raises(FileError, match="NUL bytes"):
        decode(b"a\0b")
    with pytest.raises(FileError, match="NUL characters"):
        decode(b"\xff\xfea\0\0\0")


def test_bytes_of_neither_language_are_refused() -> None:
    """0x81 opens a pair in CP932 and is none in CP1252; 0x20 closes none."""
    with pytest.raises(FileError, match="neither UTF-8"):
        decode(b"a\x81 b")
