"""Numbers as people read them."""

import pytest

from assays.templatetags.figures import significant, write_number
from studies.templatetags.words import unlike


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (1020.0, "1020"), (12345.678, "12300"), (0.012345, "0.0123"), (12.345, "12.3"), (100.0, "100"),
        (999.96, "1000"), (0.0, "0"), (-1234.0, "-1230"), (5.0, "5"), (2.5e7, "2.5e+07"), (1e-9, "1e-09"),
    ],
)  # fmt: skip
def test_three_digits_in_plain_notation(number: float, shown: str) -> None:
    assert significant(number) == shown


@pytest.mark.parametrize(
    ("number", "text", "shown"),
    [
        (993.6253418, "993.6253418", '<span title="993.6253418">993.6</span>'),
        (993.6253418, "", '<span title="993.6253418">993.6</span>'),
        (12.5, "12.5", "12.5"), (None, "OOR <", "OOR &lt;"), (None, "", "–"), (0.0, "0", "0"),
        (None, "< 3.2011234", '<span title="&lt; 3.2011234">&lt; 3.201</span>'),
        (3.42, "*3.42", '<span title="*3.42">3.42</span>'),
    ],
)  # fmt: skip
def test_a_number_is_rounded_and_never_cut(number: float | None, text: str, shown: str) -> None:
    """Half of a number ("993.62…") is another number; what was written stands beside it on demand."""
    assert write_number(number, text) == shown


def test_a_label_like_its_code_is_not_said_twice() -> None:
    assert [unlike(label, "discovery") for label in ("Discovery", "validation", None)] == [
        *("", "validation", "")
    ]
