"""What instruments write: numbers, limits, extrapolations, and nothing."""

import pytest

from assays.imports.values import Value, read_value
from imports.texts import Texts, Unreadable


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3.42", Value(3.42, "in_range")),
        ("1e3", Value(1000.0, "in_range")),
        ("<3.2", Value(None, "below_lloq", 3.2)),
        ("< 3.2", Value(None, "below_lloq", 3.2)),
        (">500", Value(None, "above_uloq", 500.0)),
        ("OOR <", Value(None, "below_lloq")),
        ("OOR >", Value(None, "above_uloq")),
        ("*3.42", Value(3.42, "extrapolated")),
        ("***", Value(None, "missing")),
        ("---", Value(None, "missing")),
        ("NaN", Value(None, "missing")),
        ("NA", Value(None, "missing")),
        ("", Value(None, "missing")),
    ],
)
def test_a_written_value_becomes_number_flag_and_limit(text: str, value: Value) -> None:
    assert read_value(text, Texts(), negative=False) == value


@pytest.mark.parametrize(
    "text", ["high", "3,42", "< low", "1.2.3", "inf", "-1", "x" * 101, "1e999"]
)
def test_a_text_where_a_number_belongs_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_value(text, Texts(), negative=False)


def test_npx_may_be_negative() -> None:
    assert read_value("-1.5", Texts(), negative=True) == Value(-1.5, "in_range")


def test_a_decimal_comma_is_read_only_where_the_mapping_says_so() -> None:
    assert read_value("<3,2", Texts(decimal=","), negative=False).limit == 3.2
    with pytest.raises(Unreadable, match="decimal comma"):
        read_value("3.2", Texts(decimal=","), negative=False)
