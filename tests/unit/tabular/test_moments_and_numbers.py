"""Times of instruments in every spelling, and numbers up to their bounds."""

from datetime import datetime
from decimal import Decimal

import pytest

from tabular.moments import day_first, moment
from tabular.numbers import exact, half_width, number

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@pytest.mark.parametrize(("place", "month"), list(enumerate(MONTHS, 1)))
def test_every_month_by_its_name(place: int, month: str) -> None:
    assert moment(f"11-{month}-2007, 01:20 PM", None) == datetime(2007, place, 11, 13, 20)
    assert moment(f"1 {month.lower()} 2007", None) == datetime(2007, place, 1)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("5 March 2020 09:05:07", (2020, 3, 5, 9, 5, 7)),
        ("2020/3/5", (2020, 3, 5)),
        ("2020.03.05 9:05", (2020, 3, 5, 9, 5)),
        ("13.02.2014 21:44:35", (2014, 2, 13, 21, 44, 35)),
        ("13-02-2014", (2014, 2, 13)),
        ("2020-03-05 12:00:00 am", (2020, 3, 5, 0)),
    ],
)
def test_other_spellings_of_a_time(text: str, found: tuple[int, ...]) -> None:
    assert moment(text, True) == datetime(*found)


@pytest.mark.parametrize(
    "text", ["", "noon", "5 Foo 2020", "2020-13-05", "2020-03-05 25:00", "30/02/2020", "13:20"]
)
def test_what_names_no_time_is_none(text: str) -> None:
    assert moment(text, True) is None


def test_the_thirteenth_tells_the_order_and_the_twelfth_does_not() -> None:
    assert day_first(["12/12/2014", "1/12/2014"]) is None
    assert day_first(["13/12/2014"]) is True
    assert day_first(["12-13-2014"]) is False
    assert day_first(["13/13/2014"]) is None


def test_numbers_of_as_many_digits_as_are_read_and_one_more() -> None:
    assert number("0" * 399 + "7") == 7
    assert number("0" * 400 + "7") is None
    assert exact("1" * 28) == Decimal("1" * 28)
    assert exact("1" * 29) is None


@pytest.mark.parametrize("minus", "\u2212\u2010\u2011\u2012\u2013\ufe63-")
def test_every_minus_is_one(minus: str) -> None:
    assert number(f"{minus}3.5") == -3.5


@pytest.mark.parametrize(
    ("text", "value"),
    [("1,5", 1.5), ("-,5", -0.5), ("1,5e3", 1500), ("1,2,3", None), ("1.5", None)],
)
def test_decimal_commas(text: str, value: float | None) -> None:
    assert number(text, decimal=",") == value


@pytest.mark.parametrize("text", ["NaN", "Infinity", "1_0", "", "one", "1,5"])
def test_what_is_no_number_is_no_exact_one(text: str) -> None:
    assert exact(text) is None


def test_letters_of_japanese_stay_as_they_are_beside_digits_that_do_not() -> None:
    assert half_width(" カタカナ１２．Ａ ") == "カタカナ12.A"
