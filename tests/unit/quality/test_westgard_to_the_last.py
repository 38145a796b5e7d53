"""Westgard's rules at their limits, associations and drifts by hand, and the words for what is off."""

import numpy as np
import pandas as pd
import pytest

from assays.quality.between_plates import distances, findings_between
from assays.quality.confounding import association
from assays.quality.control_chart import find_broken_rule, levey_jennings
from assays.quality.curves import fit_curve
from assays.quality.digits import significant
from assays.quality.drift import bridge_drift

NAN = float("nan")


@pytest.mark.parametrize(
    ("z", "rule"),
    [
        ([2.0], ""),
        ([2.1], "1-2s"),
        ([-2.1], "1-2s"),
        ([3.0], "1-2s"),
        ([3.1], "1-3s"),
        ([-3.1], "1-3s"),
        ([2.1, 2.1], "2-2s"),
        ([-2.1, -2.1], "2-2s"),
        ([2.0, 2.1], "1-2s"),
        ([-2.0, -2.1], "1-2s"),
        ([9.0, 2.1, 1.9], ""),
        ([-2.1, 2.1], "R-4s"),
        ([2.1, -2.1], "R-4s"),
        ([-2.0, 2.1], "1-2s"),
        ([-2.1, 2.0], ""),
        ([-2.9, 1.9], ""),
        ([1.1, 1.1, 1.1], ""),
        ([1.1, 1.1, 1.1, 1.1], "4-1s"),
        ([-1.1, -1.1, -1.1, -1.1], "4-1s"),
        ([1.0, 1.1, 1.1, 1.1], ""),
        ([-1.0, -1.1, -1.1, -1.1], ""),
        ([9.0, 1.1, 1.1, 1.1, 0.5], ""),
        ([0.1] * 9, ""),
        ([0.1] * 10, "10x"),
        ([-0.1] * 10, "10x"),
        ([0.0] + [0.1] * 9, ""),
        ([0.0] + [-0.1] * 9, ""),
        ([0.1] * 10 + [-0.1], ""),
        ([NAN], ""),
        ([2.1, NAN], ""),
    ],
)
def test_westgards_rules_at_their_limits(z: list[float], rule: str) -> None:
    assert find_broken_rule(z) == rule


@pytest.mark.parametrize("values", [[5.0], [5.0, 5.0, 5.0], [], [NAN, NAN]])
def test_without_spread_no_rule_is_judged(values: list[float]) -> None:
    chart = levey_jennings(values)
    assert chart["z"].isna().all()
    assert (chart["rule"] == "").all()


def test_whole_numbers_are_charted_as_numbers() -> None:
    assert levey_jennings([1, 2, 3])["value"].dtype == np.float64


@pytest.mark.parametrize(
    ("number", "told"),
    [(-12345.6, "-12300"), (-0.5, "-0.5"), (-99.96, "-100"), (0.0, "0"), (-2e6, "-2e+06")],
)
def test_a_number_below_zero_is_told_as_plainly(number: float, told: str) -> None:
    assert significant(number) == told


def pairs(table: list[list[int]]) -> tuple[pd.Series, pd.Series]:
    rows = [(r, c) for r, line in enumerate(table) for c, n in enumerate(line) for _ in range(n)]
    frame = pd.DataFrame(rows, columns=["first", "second"])
    return frame["first"], frame["second"]


@pytest.mark.parametrize(
    ("table", "v"),
    [
        # n 24; expected 5, 4.5, 2.5 in both rows; chi2 = 2 (25/5 + 20.25/4.5 + 0.25/2.5) = 19.2; by Bergsma
        # phi = 19.2/24 - 2/23 = 0.713043, r = 2 - 1/23 = 1.956522, c = 3 - 4/23: v = sqrt(0.713043 / 0.956522).
        ([[10, 0, 2], [0, 9, 3]], 0.863400),
        # The same on its side.
        ([[10, 0], [0, 9], [2, 3]], 0.863400),
        # n 2: phi = 2/2 - 1/1 = 0.
        ([[1, 0], [0, 1]], 0.0),
    ],
)
def test_cramers_v_by_hand(table: list[list[int]], v: float) -> None:
    found = association(*pairs(table))
    assert found is not None
    assert found.v == pytest.approx(v, abs=1e-5)


def test_each_level_of_the_first_in_one_of_the_second_is_complete() -> None:
    complete, open_ = (
        association(*pairs([[3, 0], [0, 4], [2, 0]])),
        association(*pairs([[3, 1], [0, 4]])),
    )
    assert complete is not None
    assert complete.is_complete
    assert open_ is not None
    assert not open_.is_complete


def controls(by_plate: dict[int, list[float]]) -> pd.DataFrame:
    rows = [
        {"plate": plate, "control": f"C{n}", "analyte": 7, "value": value}
        for plate, values in by_plate.items()
        for n, value in enumerate(values)
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("off", "told"),
    [
        (
            [0.65],
            "controls lie 30.0 % above their target, more than 20 %; the target is the median of 3 plates",
        ),
        (
            [0.35],
            "controls lie 30.0 % below their target, more than 20 %; the target is the median of 3 plates",
        ),
        (
            [0.65, 0.60, 0.30],
            "controls lie 30.0 % above their target (median of 3 controls), more than 20 %; the target is the "
            "median of 3 plates",
        ),
    ],
)
def test_a_plate_that_is_off_is_told_by_how_much_and_which_way(off: list[float], told: str) -> None:
    """Targets of half a unit count as any other; the way is that of the median, not of the mean."""
    good = [0.5] * len(off)
    found = findings_between(distances(controls({1: good, 2: good, 3: off})), 20.0)
    assert list(found) == [3]
    (finding,) = found[3]
    assert (finding.rule, finding.well, finding.analyte) == ("inter_cv", None, 7)
    assert finding.value == pytest.approx(30.0)
    assert finding.limit == 20.0
    assert finding.text == told


def test_a_control_without_a_value_counts_on_no_plate() -> None:
    found = distances(controls({1: [10.0], 2: [10.0], 3: [NAN], 4: [20.0]}))
    assert found["plate"].tolist() == [1, 2, 4]
    assert found["plates"].tolist() == [3, 3, 3]


def test_bridges_without_a_value_above_zero_are_left_out_and_other_gaps_are_not() -> None:
    readings = pd.DataFrame(
        {
            "plate": [1, 2, 1, 2, 1, 2, 1, 2],
            "specimen": list("aabbccdd"),
            "value": [8.0, 4.0, 0.0, 4.0, NAN, 4.0, 8.0, 4.0],
            "remark": [None, None, "x", "x", "x", "x", "x", "x"],
        }
    )
    (row,) = bridge_drift(readings, 1).to_dict("records")
    assert (row["plate"], row["n"], row["difference"], row["ratio"]) == (2, 2, 1.0, 2.0)
    assert bool(row["differs"]) is True


def test_a_standard_that_is_no_number_on_either_side_is_left_out() -> None:
    x = np.array([1.0, 4.0, 16.0, 64.0, 256.0, 1024.0])
    y = 30 + 30000 / (1 + (300 / x) ** 1.1)
    clean = fit_curve(x, y)
    odd = fit_curve([*x, np.inf, 2048.0, NAN], [*y, 100.0, np.inf, 5.0])
    assert clean.curve is not None
    assert odd == clean
