"""Numbers as people read them."""

import pytest

from assays.templatetags.figures import significant


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (1020.0, "1020"), (12345.678, "12300"), (0.012345, "0.0123"), (12.345, "12.3"), (100.0, "100"),
        (999.96, "1000"), (0.0, "0"), (-1234.0, "-1230"), (5.0, "5"), (2.5e7, "2.5e+07"), (1e-9, "1e-09"),
    ],
)  # fmt: skip
def test_three_digits_in_plain_notation(number: float, shown: str) -> None:
    assert significant(number) == shown
