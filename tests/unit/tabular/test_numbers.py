"""Numbers are read in full width and with every minus; what could be two numbers is none."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabular.numbers import beyond, exact, number

WIDE = str.maketrans("0123456789.,-+eE", "０１２３４５６７８９．，－＋ｅＥ")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(
            ("６０．５", 60.5),
            ("６８", 68),
            ("－３．２", -3.2),
            ("−3", -3),
            ("–3", -3),
            ("\u30001.5\u3000", 1.5),
        ),
        *(("1e5", 1e5), ("１Ｅ５", 1e5), (".5", 0.5), ("5.", 5), ("+7", 7)),
        *(
            ("1,234", None),
            ("10²", None),
            ("①", None),
            ("٣", None),
            ("1e999", None),
            ("0x10", None),
        ),
        *(
            ("１，２３４", None),
            ("1 000", None),
            ("ー３", None),
            ("—3", None),
            ("1" * 500, None),
            ("", None),
        ),
    ],
)
def test_a_number_is_read_or_is_none(text: str, value: float | None) -> None:
    assert number(text) == value


def test_a_decimal_comma_is_read_where_it_is_said_in_full_width_too() -> None:
    assert number("６０，５", decimal=",") == 60.5
    assert number("60.5", decimal=",") is None


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_full_width_says_the_same_number(value: float) -> None:
    assert number(repr(value).translate(WIDE)) == value


@pytest.mark.parametrize("text", ["1", "1.0", "01", "１", "１．０", "+1", "1e0", "1.", "10e-1"])
def test_codes_are_compared_by_their_exact_number(text: str) -> None:
    assert exact(text) == Decimal(1)


def test_long_codes_that_floats_cannot_tell_apart_stay_apart() -> None:
    assert exact("9007199254740993") != exact("9007199254740992")
    assert exact("1e99999999999") is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("<3.2", ("<", 3.2)), ("> 99", (">", 99)), ("<= 3.2", ("<", 3.2)), ("＜３．２", ("<", 3.2)),
        ("＞ ９９", (">", 99)), ("<-3", ("<", -3)), ("3.2", None), ("<", None), ("<.", None),
        ("<3.2.1", None), ("<1_000", None), ("OOR <", None), ("‹60", None), ("", None),
    ],
)  # fmt: skip
def test_a_limit_is_told_by_a_mark_and_a_number(text: str, told: tuple[str, float] | None) -> None:
    assert beyond(text) == told


@given(st.sampled_from("<>"), st.floats(allow_nan=False, allow_infinity=False))
def test_a_limit_in_full_width_is_the_same(mark: str, value: float) -> None:
    wide = {"<": "＜", ">": "＞"}[mark]
    assert beyond(f"{mark}{value!r}") == (mark, value)
    assert beyond(f"{wide} {repr(value).translate(WIDE)}") == (mark, value)
