"""Westgard's rules at the number of runs that each looks at, and numbers as they are told."""

import numpy as np
import pandas as pd
import pytest

from assays.quality.control_chart import find_broken_rule, levey_jennings
from assays.quality.digits import four, significant
from assays.quality.drift import bridge_drift


@pytest.mark.parametrize(
    ("z", "rule"),
    [
        ([2.5, 2.5], "2-2s"),
        ([-2.5, -2.5], "2-2s"),
        ([0.0, 2.5], "1-2s"),
        ([2.5, -2.5], "R-4s"),
        ([1.5, 1.5, 1.5], ""),
        ([1.5, 1.5, 1.5, 1.5], "4-1s"),
        ([0.5, 1.5, 1.5, 1.5], ""),
        ([-1.5, -1.5, -1.5, -1.5], "4-1s"),
        ([0.5] * 9, ""),
        ([0.5] * 10, "10x"),
        ([-0.5, *[0.5] * 10], "10x"),
        ([-0.5, *[0.5] * 9], ""),
        ([-0.5] * 10, "10x"),
        ([0.0, 3.0], "1-2s"),
        ([0.0, 3.1], "1-3s"),
        ([0.0, -3.1], "1-3s"),
        ([2.5, np.nan], ""),
        ([*[1.5] * 3, np.nan], ""),
        ([*[0.5] * 9, np.nan], ""),
    ],
)
def test_the_first_rule_that_the_last_run_breaks(z, rule) -> None:
    assert find_broken_rule(z) == rule


def test_a_chart_names_its_columns() -> None:
    assert levey_jennings([1.0, 2.0, 3.0]).columns.tolist() == [
        "value",
        "target",
        "sd",
        "z",
        "rule",
    ]


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (0.0, "0"),
        (0.000001, "1e-06"),
        (0.0000009, "9e-07"),
        (0.01234, "0.0123"),
        (12.34, "12.3"),
        (99.94, "99.9"),
        (99.96, "100"),
        (100.0, "100"),
        (123.4, "123"),
        (12345.0, "12300"),
        (999_999.0, "1000000"),
        (1_000_000.0, "1e+06"),
        (-12.34, "-12.3"),
    ],
)
def test_a_number_to_three_significant_digits(number, told) -> None:
    assert significant(number) == told


def test_measured_values_are_told_to_four() -> None:
    assert four(993.6253418) == "993.6"


def test_repeats_of_a_bridge_sample_are_averaged_and_not_counted_twice() -> None:
    """log2: plate 1 has 1, 3 (mean 2) and 4; plate 2 has 1 and 2: differences 1 and 2, mean 1.5."""

    rows = [(1, "a", 1.0), (1, "a", 3.0), (1, "b", 4.0), (2, "a", 1.0), (2, "b", 2.0)]
    found = bridge_drift(
        pd.DataFrame(rows, columns=["plate", "specimen", "value"]), 1, is_log2=True
    )
    assert found[["plate", "n", "difference"]].to_numpy().tolist() == [[2, 2, 1.5]]
