"""What a section says of each thing that it refuses: its place, its code, and what a sentence needs of it."""

from typing import Any

import pytest

from tabular.section import Problem, Section, near_names


class Strict(Section):
    """A section in which a key that holds nothing is a key that is there."""

    def is_given(self, key: str) -> bool:
        self._read.append(key)
        return key in self.content


def problems(section: Section) -> list[tuple[str, str, dict[str, Any], tuple[str, ...]]]:
    return [(p.where, p.code, dict(p.parameters), p.near) for p in section.problems]


def test_a_section_as_a_whole_may_be_refused() -> None:
    section = Section({}, "labs")
    section.refuse("", "no_section")
    section.refuse("nlr", "no_text")
    assert section.problems == [Problem("labs", "no_section"), Problem("labs.nlr", "no_text")]


def test_nothing_is_a_choice_where_none_is_one_and_else_no_text() -> None:
    section = Strict({"a": None, "b": "two"})
    assert section.one_of("a", ("none", "one")) == "none"
    assert section.one_of("b", ("none", "two"), "none") == "two"
    assert section.problems == []
    assert section.one_of("a", ("one", "two"), "two") == "two"
    assert problems(section) == [("a", "no_text", {"value": None, "choices": ("one", "two")}, ())]


@pytest.mark.parametrize("value", [True, ["one"], {"one": 1}])
def test_what_is_no_text_is_none_of_a_few(value: object) -> None:
    section = Section({"key": value}, "top")
    assert section.one_of("key", ("one", "two"), "two") == "two"
    assert problems(section) == [("top.key", "no_text", {"value": value, "choices": ("one", "two")}, ())]  # fmt: skip


def test_a_number_may_be_one_of_a_few_and_another_word_is_told_with_what_is_near() -> None:
    section = Section({"n": 1, "word": "Tow"})
    assert section.one_of("n", ("1", "2")) == "1"
    assert section.one_of("word", ("one", "two")) is None
    assert section.one_of("left out", ("one",), "one") == "one"
    assert problems(section) == [
        ("word", "not_one_of", {"value": "Tow", "choices": ("one", "two")}, ("two",))
    ]


def test_a_flag_is_true_or_false_and_false_where_it_is_left_out() -> None:
    section = Section({"a": True, "b": False, "c": "yes"})
    assert [section.flag(key) for key in "abcd"] == [True, False, False, False]
    assert problems(section) == [("c", "no_flag", {}, ())]


def test_texts_are_written_as_a_file_has_them() -> None:
    section = Section({"a": ["x", 1, True, None], "b": "x", "c": [["x"]], "d": [{}]})
    assert section.texts("a") == ("x", "1", "TRUE", "")
    assert [section.texts(key) for key in "bcde"] == [()] * 4
    assert problems(section) == [(key, "no_texts", {}, ()) for key in "bcd"]


def test_tables_and_sections_are_refused_where_they_are_none() -> None:
    section = Section({"table": [1], "below": [1], "some": {}, "others": [{}, 1]})
    assert section.table("table") == {}
    assert section.section("below") is None
    assert section.sections("some") == []
    assert section.sections("others") == []
    assert (section.table("x"), section.section("x"), section.sections("x")) == ({}, None, [])
    assert problems(section) == [
        ("table", "no_table", {}, ()),
        ("below", "no_section", {"value": [1]}, ()),
        ("some", "no_sections", {}, ()),
        ("others", "no_sections", {}, ()),
    ]


def test_numbers_are_told_with_their_bounds() -> None:
    section = Section({"n": 0, "x": "0.5", "list": [1, 11], "none": "1"})
    assert section.whole("n", 3, 1, 10) == 3
    assert section.number("x", 0.5, 0, 1) == 0.5
    assert section.wholes("list", (2,), 1, 10) == (2,)
    assert section.wholes("none", (2,), 1, 10) == (2,)
    assert problems(section) == [
        ("n", "no_whole", {"value": 0, "low": 1, "high": 10}, ()),
        ("x", "no_number", {"value": "0.5", "low": 0, "high": 1}, ()),
        ("list", "no_whole", {"value": 11, "low": 1, "high": 10}, ()),
        ("none", "no_list", {"value": "1"}, ()),
    ]


def test_bounds_and_lists_within_them_are_taken() -> None:
    section = Section({"low": 0, "high": 1, "list": [1, 10]})
    assert (section.number("low", 0.5, 0, 1), section.number("high", 0.5, 0, 1)) == (0.0, 1.0)
    assert section.wholes("list", (2,), 1, 10) == (1, 10)
    assert section.problems == []


@pytest.mark.parametrize(
    ("content", "code", "parameters", "near"),
    [
        (["tow"], "not_among", {"value": "tow", "choices": ("one", "two")}, ("two",)),
        ([" "], "no_name", {"value": " "}, ()),
        ([5], "no_name", {"value": 5}, ()),
        (["x" * 201], "name_too_long", {"value": "x" * 201, "most": 200}, ()),
        (["one", "two", "one"], "twice", {"names": ("one",)}, ()),
        (["one"] * 20_001, "too_many", {"n": 20_001, "most": 20_000}, ()),
    ],
)
def test_names_are_told_with_what_is_wrong(content, code, parameters, near) -> None:
    section = Section({"names": content})
    assert section.names("names", ("one",), ("one", "two")) == ("one",)
    assert problems(section) == [("names", code, parameters, near)]


def test_names_up_to_their_bounds_are_taken_and_ten_that_stand_twice_are_told() -> None:
    section = Section({"long": ["x" * 200], "many": [f"n{i}" for i in range(20_000)]})
    assert section.names("long", ()) == ("x" * 200,)
    assert len(section.names("many", ())) == 20_000
    twice = [f"n{i:02}" for i in range(12)] * 2
    assert Section({"names": twice}).names("names", ()) == ()
    section = Section({"names": twice})
    section.names("names", ())
    assert section.problems[0].parameters == {"names": tuple(twice[:10])}


def test_names_are_near_whatever_their_case() -> None:
    assert near_names("ALBUMINE", ["Albumin", "NLR"]) == ("Albumin",)
    assert near_names("nlr", ["Albumin", "NLR"]) == ("NLR",)
    assert near_names("x", ["Albumin", "NLR"]) == ()
    assert near_names("a" * 150, ["a" * 100]) == ("a" * 100,)
