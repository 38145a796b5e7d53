"""YAML up to its bounds and one beyond, and each word that is no text."""

import pytest

from tabular.checked_yaml import MAX_NODES, YamlError, read_yaml, write_yaml


def refusal(text: str) -> str:
    with pytest.raises(YamlError) as caught:
        read_yaml(text)
    return str(caught.value.reason)


@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        (["true", "True", "TRUE"], True),
        (["false", "False", "FALSE"], False),
        (["null", "Null", "NULL", "~", ""], None),
    ],
)
def test_every_spelling_of_true_false_and_nothing(words: list[str], meaning: object) -> None:
    assert all(read_yaml(f"a: {word}") == {"a": meaning} for word in words)
    assert all(read_yaml(write_yaml(word)) == word for word in words)


@pytest.mark.parametrize("text", ["1e999", "-1e999", "9" * 19, "1" * 400])
def test_a_text_that_would_be_a_number_beyond_the_bounds_is_written_as_a_text(text: str) -> None:
    assert read_yaml(write_yaml({"code": text})) == {"code": text}


def test_sections_are_written_in_their_order() -> None:
    assert list(read_yaml(write_yaml({"b": 1, "c": 2, "a": 3}))) == ["b", "c", "a"]


def test_letters_of_every_language_are_written_as_they_are() -> None:
    assert write_yaml({"病期": "é"}) == "病期: é\n"


def test_as_many_values_as_are_read_and_one_more() -> None:
    """The list itself is one of them."""
    assert len(read_yaml("[" + "1," * (MAX_NODES - 1) + "]")) == MAX_NODES - 1
    assert refusal("[" + "1," * MAX_NODES + "]") == "There are more than 50,000 values."


def test_a_text_of_as_many_bytes_as_are_read_and_one_more() -> None:
    filled = "a: 1 #" + "x" * 199_994
    assert read_yaml(filled) == {"a": 1}
    assert refusal(filled + "x") == "The text has 200,001 bytes; at most 200,000 are read."


@pytest.mark.parametrize("key", ["&a x", "!!str x", "*a"])
def test_a_key_with_an_anchor_or_a_tag_is_refused(key: str) -> None:
    assert refusal(f"{key} : 1") == "A key is a text of one line, without & and !."


def test_what_is_wrong_is_told_and_not_where_the_reader_was() -> None:
    assert refusal("a: [") == "It is not valid YAML: did not find expected node content."


def test_a_text_of_as_many_characters_as_are_read_and_one_more() -> None:
    assert read_yaml("a: " + "x" * 10_000) == {"a": "x" * 10_000}
    assert "10,001 characters" in refusal("a: " + "x" * 10_001)
