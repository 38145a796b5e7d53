"""One set of checks of what a person would see at a glance: their edges."""

from collections.abc import Sequence

import pytest

from ciri.covariates.covariate import NUMBER
from ciri.covariates.shipped import COVARIATES
from clinical.dictionary.definition import NUMBERS, Item
from clinical.dictionary.reading import shipped
from plausibility import (
    Cell,
    Doubt,
    look_at_durations,
    look_at_numbers,
    look_at_outcomes,
)


def cells(values: Sequence[float]) -> list[Cell]:
    return [Cell(row, value) for row, value in enumerate(values, start=2)]


def codes(doubts: object) -> list[tuple[str, tuple[int, ...]]]:
    return [(doubt.code, doubt.rows) for doubt in doubts]  # type: ignore[attr-defined]


SHIPPED = {item.name: item for form in shipped("nsclc-ici").forms for item in form.items}
MEASURED = [item for item in SHIPPED.values() if item.type in NUMBERS and item.is_entered]


@pytest.mark.parametrize("item", MEASURED, ids=lambda item: item.name)
def test_what_is_usual_can_be(item: Item) -> None:
    quantity = item.quantity
    assert quantity.low <= quantity.usual_low < quantity.usual_high <= quantity.high
    for value in (quantity.usual_low, quantity.usual_high):
        assert quantity.is_usual(value)
        assert quantity.is_possible(value)
    assert not quantity.is_usual(quantity.usual_low - 0.001)
    assert not quantity.is_possible(quantity.low - 0.001)


def test_the_method_ships_the_same_ranges_for_tables_that_describe_nothing() -> None:
    """A notebook has no dictionary: what stands there is held to what a study would have."""
    ranges = {
        item.name.removesuffix("_reported"): (
            item.range.low,
            item.range.usual_low,
            item.range.usual_high,
            item.range.high,
        )
        for item in MEASURED
    }
    numbers = [one for one in COVARIATES if one.kind == NUMBER and one.name in ranges]
    assert len(numbers) == 5
    for one in numbers:
        assert (one.low, one.usual_low, one.usual_high, one.high) == ranges[one.name], one.name


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([3.8] * 19, []),
        ([3.8] * 20, [("constant", ())]),
        ([3.8] * 19 + [3.9], []),
        ([6.5, 1.0], []),
        ([6.6, 3, 0.9], [("implausible", (2, 4))]),
        ([], []),
    ],
)
def test_edges_of_numbers(values: list[float], found: list[tuple[str, tuple[int, ...]]]) -> None:
    assert codes(look_at_numbers("Alb", cells(values), SHIPPED["albumin"].quantity)) == found


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([0.5] * 10 + [1.0] * 9, []),
        ([0.5] * 10 + [1.0] * 10, [("unit", ())]),
        ([0.5] * 10 + [1.0] * 9 + [1.1], []),
        ([0.0, 1.0] * 10, []),  # 0 % and 1 %, which nothing tells from a share
    ],
)
def test_edges_of_a_share_for_a_percentage(
    values: list[float], found: list[tuple[str, tuple[int, ...]]]
) -> None:
    assert codes(look_at_numbers("TPS", cells(values), SHIPPED["pdl1"].quantity)) == found


DAYS = 40 * 365.25


@pytest.mark.parametrize(
    ("days", "found"),
    [
        ([59, 59, 59, 59, 59, 100, 100, 100, 100], []),
        ([59, 59, 59, 59, 59, 60, 100, 100, 100, 100], [("unit", ())]),
        ([60, 60, 60, 60, 60, 60, 100, 100, 100, 100], []),
        ([DAYS, 1], []),
        ([DAYS + 1, 1], [("unit", (2,))]),
        ([100] * 20, [("constant", ())]),
        ([], []),
    ],
)
def test_edges_of_durations(days: list[float], found: list[tuple[str, tuple[int, ...]]]) -> None:
    assert codes(look_at_durations("OS", cells(days), "days")) == found


@pytest.mark.parametrize(
    ("events", "unknown", "found"),
    [
        ([True] * 9, 0, []),
        ([True] * 10, 0, ["only_events"]),
        ([True] * 10, 1, ["outcome_of_events_only"]),
        ([True] * 9 + [False], 5, []),
        ([], 20, []),
    ],
)
def test_edges_of_outcomes(events: list[bool], unknown: int, found: list[str]) -> None:
    assert [doubt.code for doubt in look_at_outcomes("dead", events, unknown)] == found


def test_a_sentence_is_made_in_the_readers_language() -> None:
    doubt = Doubt("unit", "OS", {"what": ("half of %(n)d", {"n": 3}), "unit": "days"})
    assert doubt.sentence() == "half of 3: is the unit right? It is read as days."
    said: list[str] = []
    doubt.sentence(lambda text: said.append(text) or text)
    assert said == ["half of %(n)d", "%(what)s: is the unit right? It is read as %(unit)s."]


def test_a_few_short_lives_among_long_ones_raise_no_doubt_of_the_unit() -> None:
    assert codes(look_at_durations("OS", cells([1.0] * 9 + [400.0] * 11), "days")) == []
