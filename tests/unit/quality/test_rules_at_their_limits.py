"""Each rule at the very number where it begins: what stands at a limit still passes."""

import numpy as np
import pytest

from assays.quality import Limits, judge

from .test_rules import found, rows, standards

HIGH, LOW = 130.0, 70.0  # percent: recovered badly


def levels(*percent: float):
    """Standards of rising levels, each recovered by so many percent."""
    expected = [10.0 * 2**k for k in range(len(percent))]
    return standards([e * p / 100 for e, p in zip(expected, percent, strict=True)], expected)


@pytest.mark.parametrize(
    ("percent", "fails"),
    [
        ((100, 100, 100, HIGH, HIGH, LOW), False),  # three of six
        ((100, 100, 100, HIGH, HIGH, LOW, LOW), True),  # three of seven
        ((100, 100, HIGH), True),  # two levels are not enough
        ((100, 100, 100), False),
        ((HIGH, LOW), False),  # two levels say nothing
        ((80, 120, 100), False),  # the limits themselves
        ((79.9, 120, 100), True),
        ((80, 120.1, 100), True),
    ],
)
def test_three_levels_and_half_of_all_must_be_recovered(percent, fails) -> None:
    assert [rule for rule, _, _ in found(levels(*percent))] == ["recovery"] * fails


def test_the_recovery_of_a_level_is_the_mean_of_its_wells() -> None:
    """70 and 130 % of one level are 100 %."""
    frame = standards([100.0, 50.0, 17.5, 32.5], expected=[100.0, 50.0, 25.0, 25.0])
    frame["sample"] = ["S1", "S2", "S3", "S3"]
    assert found(frame) == []


def test_a_median_cv_at_the_limit_passes() -> None:
    frame = rows(value=[9.0, 11.0], specimen=[1.0, 1.0])  # 14.14 %
    exactly = 100 * np.std([9.0, 11.0], ddof=1) / 10
    assert found(frame, Limits(max_intra_cv=exactly)) == []
    assert found(frame, Limits(max_intra_cv=exactly - 0.01)) == [("intra_cv", None, 7)]


def test_a_share_out_of_range_at_the_limit_passes() -> None:
    half = rows(flag=["below_lloq", "in_range"])
    assert found(half, Limits(max_out_of_range=50)) == []
    assert found(half, Limits(max_out_of_range=49)) == [("out_of_range", None, 7)]


def test_what_a_finding_says_is_what_was_found_and_the_limit() -> None:
    (few,) = judge(rows(bead_count=[34.0, 60.0]), Limits())
    assert (few.rule, few.well, few.analyte, few.value, few.limit) == ("bead_count", 1, 7, 34.0, 35)
    (bad,) = judge(levels(100, HIGH, LOW, LOW), Limits())
    assert (bad.value, bad.limit, bad.well) == (25.0, 50, None)
    (far,) = judge(rows(value=[5.0, 15.0], specimen=[1.0, 1.0]), Limits())
    assert (round(far.value, 4), far.limit) == (70.7107, 15)
    (out,) = judge(rows(flag=["missing", "missing", "in_range"]), Limits())
    assert (out.value, out.limit) == (66.67, 50)


def control(value: float | None, low: float | None, high: float | None, flag: str = "in_range"):
    told = [np.nan if x is None else x for x in (value, low, high)]
    return rows(
        sample_type="control", sample="High", value=[told[0]], range_low=told[1],
        range_high=told[2], flag=flag,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "low", "high", "fails"),
    [
        (10.0, 10.0, 20.0, False),
        (20.0, 10.0, 20.0, False),
        (9.99, 10.0, 20.0, True),
        (20.01, 10.0, 20.0, True),
        (5.0, None, 20.0, False),
        (25.0, None, 20.0, True),
        (25.0, 10.0, None, False),
        (5.0, 10.0, None, True),
        (5.0, None, None, False),
        (None, 10.0, 20.0, False),
    ],
)
def test_a_control_may_stand_at_the_ends_of_the_kits_range(value, low, high, fails) -> None:
    told = found(control(value, low, high))
    assert told == [("kit_range", None, 7)] * fails
    assert found(control(value, low, high), Limits(kit_ranges=False)) == []


@pytest.mark.parametrize("flag", ["below_lloq", "above_uloq"])
def test_a_control_beyond_what_can_be_quantified_is_outside_its_range(flag: str) -> None:
    assert found(control(None, 10.0, 20.0, flag)) == [("kit_range", None, 7)]


def test_one_analyte_does_not_fail_for_another() -> None:
    frame = rows(bead_count=[30.0, 100.0], analyte=[7, 8])
    assert found(frame) == [("bead_count", 1, 7)]
    repeats = rows(
        value=[5.0, 15.0, 10.0, 10.0], specimen=[1.0, 1.0, 1.0, 1.0], analyte=[7, 7, 8, 8]
    )
    assert found(repeats) == [("intra_cv", None, 7)]
