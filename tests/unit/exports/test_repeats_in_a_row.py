"""Repeats of an analyte in one row of the dataset: number, flags and limits, by hand."""

from types import SimpleNamespace
from typing import Any

import pytest

from assays.models.measurement import Flag
from exports.selectors.columns import Measured
from exports.selectors.dataset import Repeat, _fill_measured

IN, BELOW, ABOVE, EXTRA = Flag.IN_RANGE, Flag.BELOW_LLOQ, Flag.ABOVE_ULOQ, Flag.EXTRAPOLATED


@pytest.mark.parametrize(
    ("repeats", "row"),
    [
        ([], [None, None, None, None]),
        ([(2.0, IN, None), (4.0, IN, None)], [3.0, "in_range", None, None]),
        ([(2.0, IN, None), (9.0, EXTRA, None)], [2.0, "in_range+extrapolated", None, None]),
        ([(8.0, EXTRA, None), (9.0, EXTRA, None)], [8.5, "extrapolated", None, None]),
        # Of several limits the outermost: nothing is known within.
        ([(None, BELOW, 3.2), (None, BELOW, 1.6)], [None, "below_lloq", 1.6, None]),
        ([(None, ABOVE, 900.0), (None, ABOVE, 990.0)], [None, "above_uloq", None, 990.0]),
        ([(None, BELOW, 3.2), (None, ABOVE, 900.0)], [None, "below_lloq+above_uloq", 3.2, 900.0]),
        ([(5.0, IN, None), (None, BELOW, 3.2)], [5.0, "in_range+below_lloq", 3.2, None]),
        # An NPX below its limit of detection is a number that models take.
        ([(-1.5, BELOW, None)], [-1.5, "below_lloq+extrapolated", None, None]),
        ([(5.0, IN, None), (-1.5, BELOW, None)], [5.0, "in_range+below_lloq", None, None]),
        ([(None, "excluded_from_models", None)], [None, "excluded_from_models", None, None]),
        (
            [(5.0, IN, None), (None, "excluded_from_models", None)],
            [5.0, "in_range+excluded_from_models", None, None],
        ),
    ],
)
def test_number_flags_and_limits(repeats: list[Repeat], row: list[Any]) -> None:
    layout: Any = SimpleNamespace(measured=[Measured("IL6", "pg/mL", "IL6")])
    assert list(_fill_measured({("IL6", "pg/mL"): repeats}, layout)) == row
