"""Texts come in a few encodings; a name of another, and bytes that are none, are refused at once."""

import contextlib
import encodings.aliases
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tabular import FileError
from tabular.encodings import ENCODINGS, decode, resolve_encoding

OTHERS = sorted(
    {*encodings.aliases.aliases.values(), "idna", "punycode", "unicode_escape", "undefined", "mbcs"}
)


@pytest.mark.parametrize("name", OTHERS)
def test_every_codec_of_python_is_on_the_list_or_refused(name: str) -> None:
    started = time.process_time()
    with contextlib.suppress(FileError):
        text, _label = decode(b"a,b\n+2AA-\\ud800\\x00,\x80\xff" * 20_000, name)
        text.encode()
        assert "\0" not in text
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    "name",
    [
        "punycode",
        "unicode_escape",
        "utf-7",
        "idna",
        "hex",
        "zlib",
        "",
        "utf\0",
        "\ud800",
        "x" * 9_000,
    ],
)
def test_what_is_no_encoding_here_is_refused_by_the_list(name: str) -> None:
    with pytest.raises(FileError, match="use one of UTF-8, UTF-16, CP932"):
        resolve_encoding(name)


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("utf-8", "UTF-8"),
        ("Shift_JIS", "CP932"),
        ("sjis", "CP932"),
        ("euc_jp", "EUC-JP"),
        ("JIS", "ISO-2022-JP"),
        ("latin-1", "Latin-1"),
        ("ISO-8859-1", "Latin-1"),
        ("windows-1252", "CP1252"),
        ("utf-16", "UTF-16"),
    ],
)
def test_usual_names_are_known(said: str, label: str) -> None:
    assert resolve_encoding(said) == label


@pytest.mark.parametrize("label", ["UTF-8", "CP932", "EUC-JP", "ISO-2022-JP", "UTF-16"])
def test_japanese_is_read_in_each_encoding_that_is_named(label: str) -> None:
    assert decode("病期,６０．５".encode(ENCODINGS[label]), label) == ("病期,６０．５", label)


@pytest.mark.parametrize(
    "text", ["男", "a,女,b", "齋藤", "瞳", "嚥下", "ﾀﾛｳ,1", "５歳", "がん患者", "id,性別\n1,男"]
)
def test_bytes_that_read_as_japanese_are_cp932(text: str) -> None:
    assert decode(text.encode("cp932")) == (text, "CP932")


@pytest.mark.parametrize(
    "text",
    [
        "patient’s",
        "µg/mL",
        "Hélène Müller",
        "“Good” – yes",
        "„Gut“",
        "±5 °C",
        "naïve",
        "5 µL…",
        "Hélène",
        "élève",
        "Noël’s",
    ],
)
def test_western_bytes_that_would_also_be_japanese_are_cp1252(text: str) -> None:
    """“patient’s” is “patient痴” in CP932, which no rule of bytes alone tells apart."""
    assert decode(text.encode("cp1252")) == (text, "CP1252")


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60), st.sampled_from([None, *ENCODINGS]))
def test_any_bytes_give_a_storable_text_or_a_sentence(content: bytes, label: str | None) -> None:
    with contextlib.suppress(FileError):
        text, _label = decode(content, label)
        text.encode()
        assert "\0" not in text


def test_bytes_that_only_cp932_has_are_cp932_though_nothing_in_them_is_japanese() -> None:
    assert decode("dose,10×3\n".encode("cp932")) == ("dose,10×3\n", "CP932")


def test_a_byte_order_mark_goes_before_what_a_person_named() -> None:
    assert decode("名".encode("utf-8-sig"), "CP932") == ("名", "UTF-8")
    assert decode("名".encode("utf-16"), "UTF-8") == ("名", "UTF-16")


# What a clinical file is made of: kana, and the Chinese characters of its headers and answers.
WORDS = st.lists(
    st.sampled_from(
        [
            "患者",
            "年齢",
            "性別",
            "男",
            "女",
            "あり",
            "なし",
            "データ",
            "がん",
            "病期",
            "６０．５",
            "東京都",
            "治療前",
        ]
    ),
    min_size=1,
    max_size=8,
).map(",".join)
WESTERN = st.lists(
    st.sampled_from(
        [
            "Müller",
            "Hélène",
            "créée",
            "naïve",
            "Größe",
            "µg/mL",
            "±5 °C",
            "10 µL…",
            "“Good”",
            "Señor",
            "patient’s",
        ]
    ),
    min_size=1,
    max_size=8,
).map(",".join)
HALF = st.lists(
    st.sampled_from(["ﾀﾛｳ", "ﾊﾅｺ", "ﾒﾓ", "ｶﾝｼﾞｬ", "ﾔﾏﾀﾞ･ﾀﾛｳ", "ﾃﾞｰﾀ", "ｱﾘ"]), min_size=1, max_size=8
).map(",".join)


@given(WORDS)
def test_the_escapes_of_iso_2022_jp_are_known(text: str) -> None:
    assert decode(text.encode("iso2022_jp")) == (text, "ISO-2022-JP")


@pytest.mark.parametrize("escape", [b"\x1b$(D0\x21", b"\x1b(I1", b"\x1b$B\x7f\x7f", b"\x1b$)C\x0e"])
def test_escapes_of_its_kin_are_refused_with_its_name(escape: bytes) -> None:
    with pytest.raises(FileError, match="not valid ISO-2022-JP"):
        decode(b"id,name\n1," + escape + b"\n")


@pytest.mark.parametrize("content", [b"a\x1b[31mb", b"a\x1bb", b"cost $B (J)"])
def test_other_escapes_are_not_taken_for_them(content: bytes) -> None:
    assert decode(content) == (content.decode(), "UTF-8")


@given(WORDS)
def test_cp932_stays_cp932(text: str) -> None:
    assert decode(text.encode("cp932")) == (text, "CP932")


@given(HALF)
def test_half_width_kana_stay_cp932(text: str) -> None:
    assert decode(text.encode("cp932")) == (text, "CP932")


@given(WESTERN)
def test_accents_stay_cp1252(text: str) -> None:
    assert decode(text.encode("cp1252")) == (text, "CP1252")


@given(WORDS)
def test_euc_jp_is_never_read_as_western_letters(text: str) -> None:
    """Kana, or bytes that CP932 has not, refuse it; a few Chinese characters alone could be half-width kana."""
    content = text.encode("euc_jp")
    with contextlib.suppress(FileError):
        read, label = decode(content)
        assert label == "CP932"
        assert all(sign.isascii() or "\uff61" <= sign <= "\uff9f" for sign in read)
    assert decode(content, "EUC-JP") == (text, "EUC-JP")


@pytest.mark.parametrize(
    "content",
    [
        "患者,年齢,性別\nP1,60,男".encode("euc_jp"),
        "転移,あり\n".encode("euc_jp"),
        "患者,年龄,性别\n1,60,男".encode("gbk"),
    ],
)
def test_what_could_be_euc_jp_asks_for_its_encoding(content: bytes) -> None:
    with pytest.raises(FileError, match=r"could be EUC-JP, or GBK. Save it as UTF-8, or name"):
        decode(content)
