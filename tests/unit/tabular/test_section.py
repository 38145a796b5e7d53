"""A section is read key by key; all that is wrong comes out at once, as codes with their parameters."""

from typing import Any

import pytest

from tabular.section import MAX_PROBLEMS, EnoughProblems, Problem, Section


def only_problem(section: Section) -> Problem:
    (found,) = section.problems
    return found


def test_an_unknown_key_is_told_with_its_place_and_what_is_near() -> None:
    section = Section({"labs": {"albumine": "a"}}).section("labs")
    assert section is not None
    section.only(("albumin", "nlr"))
    assert only_problem(section) == Problem(
        "labs.albumine",
        "unknown_key",
        {"key": "albumine", "section": "labs", "keys": ("albumin", "nlr")},
        ("albumin",),
    )


def test_what_was_read_is_known() -> None:
    section = Section({"trees": 5, "tree": 6})
    assert section.whole("trees", 1, 1, 10) == 5
    section.refuse_unread()
    assert only_problem(section).parameters["keys"] == ("trees",)


@pytest.mark.parametrize(
    ("value", "code"),
    [(0, "no_whole"), (11, "no_whole"), (True, "no_whole"), (2.0, "no_whole"), ("2", "no_whole")],
)
def test_a_whole_number_lies_between_its_bounds(value: object, code: str) -> None:
    section = Section({"n": value})
    assert section.whole("n", 3, 1, 10) == 3
    assert (only_problem(section).code, only_problem(section).parameters["high"]) == (code, 10)


@pytest.mark.parametrize("value", [1, 10])
def test_its_bounds_are_allowed(value: int) -> None:
    section = Section({"n": value})
    assert section.whole("n", 3, 1, 10) == value
    assert section.wholes("m", (1, 2), 1, 10) == (1, 2)
    assert section.number("x", 0.5, 0, 1) == 0.5
    assert section.problems == []


@pytest.mark.parametrize("value", [float("nan"), -0.1, 1.1, True, "0.5", None])
def test_a_number_lies_between_its_bounds(value: object) -> None:
    section = Section({"x": value})
    assert section.number("x", 0.5, 0, 1) == 0.5
    assert [problem.code for problem in section.problems] == (
        [] if value is None else ["no_number"]
    )


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (["a", "a"], "twice"),
        (["a", ""], "no_name"),
        (["a\n"], "no_name"),
        (["c"], "not_among"),
        (["a" * 201], "name_too_long"),
        (["a"] * 20_001, "too_many"),
        ("a", "no_list"),
    ],
)
def test_a_list_of_names(content: object, code: str) -> None:
    section = Section({"names": content})
    assert section.names("names", ("b",), allowed=("a", "b")) == ("b",)
    assert only_problem(section).code == code


def test_the_order_of_names_is_kept() -> None:
    assert Section({"names": ["b", "a"]}).names("names", ()) == ("b", "a")


@pytest.mark.parametrize("value", ["five", ["one"], {"one": 1}, True])
def test_one_of_a_few(value: Any) -> None:
    section = Section({"key": value})
    assert section.one_of("key", ("one", "fixe"), "one") == "one"
    assert only_problem(section).parameters == {"value": value, "choices": ("one", "fixe")}
    assert only_problem(section).near == (("fixe",) if value == "five" else ())


def test_a_shorthand_stands_for_a_section() -> None:
    section = Section({"age": "AGE", "sex": ["x"]})
    age = section.section("age", shorthand="column")
    assert age is not None
    assert (age.text("column"), age.where) == ("AGE", "age")
    assert section.section("sex", shorthand="column") is None
    assert only_problem(section).code == "no_section"


def test_sections_of_a_list_say_which_one() -> None:
    first, second = Section({"follow_up": [{}, {"date": 1}]}).sections("follow_up")
    assert (first.where, second.path("date")) == ("follow_up[1]", "follow_up[2].date")
    assert second.problems is first.problems


def test_a_coding_keeps_its_keys_as_texts() -> None:
    assert Section({"c": {"01": "male", True: "x"}}).table("c") == {"01": "male", "TRUE": "x"}


def test_looking_stops_when_enough_is_wrong() -> None:
    section = Section({})
    for _ in range(MAX_PROBLEMS - 1):
        section.refuse("key", "no_text")
    with pytest.raises(EnoughProblems):
        section.refuse("key", "no_text")
    assert len(section.problems) == MAX_PROBLEMS
