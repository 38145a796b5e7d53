"""Bytes -> text, in the encodings that people's files have, and in no other.

Python knows a hundred more by name: some take time by the square of the bytes (punycode), some are programs
(zlib), some give text that no database stores (unicode_escape, utf-7). A name that is not on the list is
refused by the list.
"""

from __future__ import annotations

import codecs
import difflib
import re
import string
from itertools import product

from tabular.errors import FileError
from tabular.message import Message

ENCODINGS = {
    "UTF-8": "utf-8-sig",
    "UTF-16": "utf-16",
    "CP932": "cp932",
    "EUC-JP": "euc_jp",
    "ISO-2022-JP": "iso2022_jp",
    "CP1252": "cp1252",
    "Latin-1": "latin-1",
    "Latin-9": "iso8859-15",
    "CP1250": "cp1250",
    "Mac Roman": "mac_roman",
}
"""What the encodings are called here, and Python's codec."""
OTHER_NAMES = {
    "utf8sig": "UTF-8",
    "utf8bom": "UTF-8",
    "shiftjis": "CP932",
    "sjis": "CP932",
    "ms932": "CP932",
    "windows31j": "CP932",
    "jis": "ISO-2022-JP",
    "ansi": "CP1252",
    "windows1252": "CP1252",
    "windows1250": "CP1250",
    "iso88591": "Latin-1",
    "l1": "Latin-1",
    "iso885915": "Latin-9",
    "macroman": "Mac Roman",
    "macintosh": "Mac Roman",
}
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "UTF-8"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
KANA = re.compile("[\u3000-\u30ff\uff00-\uffee]")
ALONE = re.compile("(?<![A-Za-z\ue000])[\u4e00-\u9fff\uf900-\ufaff\ue000](?![A-Za-z\ue000])")
PAIR = re.compile("[\u4e00-\u9fff][\u4e00-\u9fff\ue000]|\ue000[\u4e00-\u9fff]")
HALF_WIDTH = re.compile("[\uff61-\uff9f]")
HALF_WIDTH_ONLY = re.compile("[\x00-\x7f\uff61-\uff9f]*")
SYLLABLES = re.compile("[\u3041-\u3096\u30a1-\u30fa]{2}")
SHIFTED = re.compile(rb"\x1b(\$[@-D()*+]|\([IJ])")
"""What begins a run of another character set in ISO-2022-JP and its kin, and stands in no other text."""
LATIN = "\ue000"
FROM_LATIN = {
    ord(sign): LATIN
    for pair in product((0x92, *range(0xE0, 0xFD)), string.ascii_letters.encode() + b"\x92")
    if len(sign := bytes(pair).decode("cp932", "ignore")) == 1 and not sign.isascii()
}
"""The signs that CP932 makes of an accented letter or an apostrophe of CP1252 and the letter after it, as one:
“Hélène” would be “H駘鈩e”."""


def resolve_encoding(encoding: str) -> str:
    """The encoding that a person names, as it is called here; FileError for one that is not read."""
    plain = re.sub(r"[^a-z0-9]", "", encoding[:40].lower())
    known = {re.sub(r"[^a-z0-9]", "", name.lower()): name for name in ENCODINGS} | OTHER_NAMES
    if plain in known:
        return known[plain]
    close = difflib.get_close_matches(plain, known, n=1)
    hint = (
        Message("encoding_meant", " Did you mean %(name)s?", name=known[close[0]]) if close else ""
    )
    raise FileError(
        Message(
            "no_encoding_read_use",
            "“%(encoding)s” is no encoding that is read here; use one of %(known)s.%(hint)s",
            encoding=encoding[:40],
            known=", ".join(ENCODINGS),
            hint=hint,
        )
    )


def decode(content: bytes, encoding: str | None = None) -> tuple[str, str]:
    """The text of a file and the name of its encoding; FileError where it is no text.

    A byte order mark decides, then what a person named, then the escapes of ISO-2022-JP, then UTF-8,
    strictly. What is left is CP932 where it reads as Japanese, else CP1252: most bytes are valid in both. What
    reads as Japanese in EUC-JP, and in CP932 does not, is refused: GBK has the same bytes.
    """
    said = None if encoding is None else resolve_encoding(encoding)
    label = next((name for mark, name in BYTE_ORDER_MARKS if content.startswith(mark)), said)
    if label is not None:
        text = _strictly(content, label)
    elif b"\0" in content:
        raise FileError(
            Message("file_holds_nul_bytes", "The file is not text: it holds NUL bytes.")
        )
    else:
        text, label = _recognise(content)
    if "\0" in text:
        raise FileError(
            Message("file_holds_nul_characters", "The file is not text: it holds NUL characters.")
        )
    return text, label


def _strictly(content: bytes, label: str) -> str:
    try:
        return content.decode(ENCODINGS[label])
    except UnicodeError as error:
        line = content.count(b"\n", 0, getattr(error, "start", 0)) + 1
        reason = getattr(error, "reason", error)
        raise FileError(
            Message(
                "file_not_valid_save",
                "The file is not valid %(label)s (%(reason)s). Save it as UTF-8, or name its encoding.",
                label=label,
                reason=reason,
            ),
            line=line,
        ) from error


def _recognise(content: bytes) -> tuple[str, str]:
    if content.isascii() and SHIFTED.search(content):
        return _strictly(content, "ISO-2022-JP"), "ISO-2022-JP"
    try:
        return content.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        pass
    japanese, western = _as(content, "cp932"), _as(content, "cp1252")
    if _may_be_euc(content, japanese):
        raise FileError(
            Message(
                "file_may_be_euc_jp",
                "The file is not UTF-8; its bytes could be EUC-JP, or GBK. Save it as UTF-8, or name its encoding.",
            )
        )
    if japanese is not None and (western is None or _is_japanese(japanese.translate(FROM_LATIN))):
        return japanese, "CP932"
    if western is not None:
        return western, "CP1252"
    raise FileError(
        Message(
            "file_neither_utf_utf",
            "The file is neither UTF-8, UTF-16 with a byte order mark, CP932 (Shift-JIS) nor CP1252. Save it as UTF-8, or name its encoding.",
        )
    )


def _as(content: bytes, codec: str) -> str | None:
    try:
        return content.decode(codec)
    except UnicodeDecodeError:
        return None


def _may_be_euc(content: bytes, japanese: str | None) -> bool:
    """Whether bytes were meant in pairs, as EUC-JP has them: they read as Japanese so, and in CP932 (japanese)
    they could at most be half-width kana, which hardly ever make two kana together. CP932's own kana and usual
    Chinese characters have bytes that EUC-JP has not, and accents seldom stand in pairs alone."""
    text = _as(content, "euc_jp")
    if text is None:
        return False
    could_be_kana = japanese is not None and HALF_WIDTH_ONLY.fullmatch(japanese)
    return bool(SYLLABLES.search(text)) or (not could_be_kana and _is_japanese(text))


def _is_japanese(text: str) -> bool:
    """Whether bytes that are valid in both were meant as Japanese: they hold kana or full-width signs, two
    Chinese characters together, or one that stands at no Latin letter. (“patient’s” of CP1252 is
    “patient痴” in CP932, a lone µ is a lone ｵ.)"""
    wide = HALF_WIDTH.sub("", text)
    return bool(KANA.search(wide) or PAIR.search(wide) or ALONE.search(wide)) or bool(
        re.search(f"{HALF_WIDTH.pattern}{{2}}", text)
    )
