"""YAML is read as it is written, or refused in a sentence, at once: whatever is sent."""

import contextlib
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tabular.checked_yaml import MAX_DEPTH, YamlError, read_yaml, write_yaml

ALIASES = "a: &a [x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n"
    for old, new in zip("abcdefghij", "bcdefghijk", strict=True)
)


def refusal(text: str) -> YamlError:
    started = time.process_time()
    with pytest.raises(YamlError) as caught:
        read_yaml(text)
    assert time.process_time() - started < 1
    assert len(str(caught.value)) < 300
    return caught.value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ALIASES, "line 1: Anchors and aliases"),
        ("a: 1\nb: *a", "not valid YAML|Anchors"),
        ("a: !!python/object/apply:os.system [x]", "Tags"),
        ("a: ! b", "Tags"),
        ("a: 1\nb: 2\na: 3", "line 3: The key “a” stands twice"),
        ("[" * 100_000, "more than 20 deep"),
        ("- " * 90_000, "more than 20 deep"),
        ("{" * 90_000, "A key is a text"),
        ("? " * 90_000, "A key is a text"),
        ("[" + "a," * 90_000 + "]", "more than 50,000 values"),
        ("a: " + "x" * 10_001, "10,001 characters; at most 10,000"),
        ("x" * 200_001, "at most 200,000"),
        ("seed: " + "9" * 4_000, "4,000 digits; at most 18"),
        ("seed: 1e999", "too large"),
        ("a: b\0c", "NUL"),
        ("b: 1\na: \ud800", "line 2: .*half a character"),
        ('a: "\\0"', "NUL"),
        ('a: "\\ud800"', "not valid YAML|half a character"),
        ('"\\0": a', "NUL"),
        ("a: \x07", "control characters"),
        ("a: 1\n---\nb: 2", "second document"),
        ("a: [", "line 2: It is not valid YAML"),
        ("%YAML 9.9\n---\na: 1", "not valid YAML"),
    ],
)
def test_what_is_beyond_a_bound_is_refused_in_a_sentence_at_once(text: str, said: str) -> None:
    assert re.search(said, str(refusal(text)))


def test_what_is_written_is_what_is_meant() -> None:
    """YAML 1.1 reads 8, False, 750 and a date here, and no cell of a file would fit the coding."""
    assert read_yaml("{010: a, NO: b, yes: c, 1.0: d, TRUE: e, 2023-04-15: f, ~: g}") == dict(
        zip(("010", "NO", "yes", "1.0", "TRUE", "2023-04-15", "~"), "abcdefg", strict=True)
    )
    assert read_yaml("[1, 01, 12:30, 0x1f, yes, true, null, 1.5, 2023-13-45, '1', .inf]") == [
        *(1, "01", "12:30", "0x1f", "yes", True, None, 1.5, "2023-13-45", "1", ".inf")
    ]
    assert read_yaml("") is None


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**17), 10**17),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(
        st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\ufffe\uffff"),
        max_size=12,
    ),
    st.sampled_from(
        ["1e5", "01", "yes", "null", "0x1f", "12:30", "2020-01-01", "", "~", "1.", "9" * 30, "- a"]
    ),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(st.sampled_from("ab01yes:#- "), min_size=1, max_size=6), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(VALUES)
def test_what_is_written_out_is_read_back_as_it_was(value: object) -> None:
    assert read_yaml(write_yaml(value)) == value


PIECES = st.sampled_from(
    [
        *(
            "a",
            ":",
            " ",
            "\n",
            "- ",
            "&a ",
            "*a",
            "[",
            "]",
            "{",
            "}",
            ",",
            "? ",
            "|\n",
            ">",
            "'",
            '"',
            "#",
        ),
        *("!!int ", "%", "<<: ", "\t", "0x", "1e9", "\\ud800", "\\0", "\0", "\ud800", "\u2028"),
        *("\ufeff", "---\n", "...", "@", "`"),
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join), st.integers(1, 4_000))
def test_hostile_text_gives_a_value_or_a_sentence_at_once(text: str, times: int) -> None:
    started = time.process_time()
    for sent in (text, (text * times)[:200_000]):
        with contextlib.suppress(YamlError):
            found = read_yaml(sent)
            str(found).encode()  # no half character: whatever comes out can be stored
            assert "\0" not in str(found)
    assert time.process_time() - started < 1.5


@given(st.integers(1, 60))
def test_depth_is_counted_whatever_makes_it(depth: int) -> None:
    for text in ("[" * depth + "]" * depth, "\n".join(" " * i + "a:" for i in range(depth))):
        if depth <= MAX_DEPTH:
            read_yaml(text)
        elif depth > MAX_DEPTH + 1:
            assert "deep" in str(refusal(text))
