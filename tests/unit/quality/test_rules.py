"""Rules of plate quality, against hand calculations."""

import numpy as np
import pandas as pd
import pytest

from assays.quality import Limits, cv_percent, intra_plate_cv, judge

LIMITS = Limits()


def rows(**columns):
    """Measurements of one analyte: lists for what differs, one value for what does not."""
    n = max(len(v) for v in columns.values() if isinstance(v, list))
    base = {
        "well": list(range(1, n + 1)), "analyte": 7, "specimen": np.nan, "sample": "s",
        "sample_type": "sample", "value": 5.0, "flag": "in_range", "bead_count": 100.0,
        "expected": np.nan, "doubted": False, "mfi": np.nan, "net_mfi": np.nan, "range_low": np.nan,
        "range_high": np.nan,
    }  # fmt: skip
    return pd.DataFrame({**base, **columns})


def found(frame, limits=LIMITS, **more):
    return [(f.rule, f.well, f.analyte) for f in judge(frame, limits, **more)]


def test_the_cv_is_the_standard_deviation_of_n_minus_1_over_the_mean():
    # 100 * sqrt(((9 - 10)^2 + (11 - 10)^2) / 1) / 10
    assert cv_percent(pd.Series([9.0, 11.0])) == pytest.approx(14.1421356, abs=1e-6)
    assert np.isnan(cv_percent(pd.Series([3.0])))
    assert np.isnan(cv_percent(pd.Series([-1.0, 1.0])))


def test_the_cv_of_npx_is_that_of_their_powers_of_two():
    frame = pd.DataFrame({"analyte": 1, "specimen": 1, "value": [3.0, 4.0]})
    # 8 and 16: mean 12, standard deviation 5.65685425
    assert intra_plate_cv(frame, is_log2=True)["cv"].tolist() == pytest.approx([47.1404521])


def test_a_sample_with_too_few_beads_fails_where_it_stands():
    frame = rows(bead_count=[34.0, 35.0, np.nan])
    assert found(frame) == [("bead_count", 1, 7)]


def test_few_beads_of_a_standard_do_not_exclude_a_sample():
    assert found(rows(sample_type=["standard", "control"], bead_count=[3.0, 3.0])) == []


def test_repeats_that_differ_fail_the_analyte_by_the_median():
    near, far = [9.0, 11.0], [5.0, 15.0]
    assert found(rows(value=near, specimen=[1.0, 1.0])) == []
    assert found(rows(value=far, specimen=[1.0, 1.0])) == [("intra_cv", None, 7)]
    both = rows(value=[*far, *near, 10.0, 10.0], specimen=[1.0, 1.0, 2.0, 2.0, 3.0, 3.0])
    assert found(both) == []


def standards(observed, expected=(100.0, 50.0, 25.0, 12.5), **more):
    names = [f"Standard{i}" for i in range(1, len(observed) + 1)]
    return rows(
        sample_type="standard", sample=names, value=list(observed), expected=list(expected), **more
    )


def test_standards_must_be_recovered_at_three_levels_and_half_of_all():
    assert found(standards([100.0, 55.0, 20.0, 30.0])) == []  # 100, 110, 80, 240 %
    assert found(standards([100.0, 55.0, 19.9, 30.0])) == [("recovery", None, 7)]


def test_a_doubted_expectation_does_not_count():
    frame = standards([100.0, 50.0, 25.0, 12.5], expected=[100.0, 50.0, 25.0, 12500.0])
    frame["doubted"] = [False, False, False, True]
    assert found(frame) == []


def test_an_analyte_mostly_out_of_range_fails():
    flags = ["below_lloq", "in_range", "extrapolated", "missing"]
    assert found(rows(flag=flags)) == []
    assert found(rows(flag=["above_uloq", *flags])) == [("out_of_range", None, 7)]


def test_limits_can_be_changed():
    assert found(rows(bead_count=[34.0]), Limits(min_bead_count=30)) == []


def controls(**columns):
    low_high = {"range_low": 20.0, "range_high": 40.0, "sample_type": "control", "sample": "C1"}
    return rows(**(low_high | columns))


@pytest.mark.parametrize(
    ("values", "flags", "outside"),
    [
        ([19.0, 22.0], ["in_range"] * 2, None),  # their mean is 20.5
        ([19.0, 20.9], ["in_range"] * 2, (19.95, 20.0)),
        ([40.0, 41.0], ["in_range"] * 2, (40.5, 40.0)),
        ([np.nan, np.nan], ["below_lloq"] * 2, (20.0, 20.0)),
        ([np.nan, np.nan], ["above_uloq"] * 2, (40.0, 40.0)),
        ([np.nan, 30.0], ["missing", "in_range"], None),
        ([np.nan, np.nan], ["missing"] * 2, None),
    ],
)
def test_a_control_outside_the_kits_range_fails_the_analyte(values, flags, outside):
    frame = controls(value=values, flag=flags)
    failed = [f for f in judge(frame, LIMITS) if f.rule == "kit_range"]
    expected = [] if outside is None else [(7, pytest.approx(outside[0]), outside[1])]
    assert [(f.analyte, f.value, f.limit) for f in failed] == expected
    assert not judge(frame, Limits(kit_ranges=False))


def test_a_kits_range_is_told_as_far_as_the_file_tells_it():
    (one,) = judge(controls(value=[19.0, 45.0], sample=["C1", "C2"], range_high=np.nan), LIMITS)
    assert one.text == (
        "control “C1” reads 19, outside the kit's at least 20 (1 of 2 controls are outside)"
    )
    assert judge(controls(value=[30.0], range_low=40.0, range_high=20.0), LIMITS) == []
    target = controls(
        value=[30.0], range_low=1203.33, range_high=1203.33
    )  # as xPONENT files have it
    assert judge(target, LIMITS) == []
    (one,) = judge(controls(value=[16_770.0], range_low=19_580.0, range_high=np.nan), LIMITS)
    assert one.text == "control “C1” reads 16770, outside the kit's at least 19580"
    assert judge(controls(value=[30.0], range_low=np.nan, range_high=np.nan), LIMITS) == []
    # as the real xPONENT plate has it: both ends are the expected concentration, so nothing is allowed
    assert judge(controls(value=[30.0], range_low=45.0, range_high=45.0), LIMITS) == []


def test_a_sample_that_may_lie_beyond_a_hook_fails_where_it_stands():
    frame = rows(
        sample_type=["standard"] * 4 + ["sample"] * 4,
        expected=[16.0, 64.0, 256.0, 1024.0] + [np.nan] * 4,
        sample=["S4", "S3", "S2", "S1", "a", "b", "c", "d"],
        mfi=[100.0, 2_000.0, 20_000.0, 14_000.0, 13_999.0, 14_000.0, 19_000.0, 15_000.0],
        flag=["in_range"] * 7 + ["above_uloq"],
        value=[16.0, 64.0, 256.0, 1024.0, 180.0, 190.0, 240.0, np.nan],
    )
    beyond = [f for f in judge(frame, LIMITS) if f.rule == "hook"]
    assert [(f.well, f.analyte, f.value, f.limit) for f in beyond] == [
        (6, 7, 14_000.0, 14_000.0),
        (7, 7, 19_000.0, 14_000.0),
    ]
    # 100 * (1 - 14000 / 20000)
    assert "falls by 30 % above 256 (a hook)" in beyond[0].text
    assert [f for f in judge(frame, Limits(max_hook=31)) if f.rule == "hook"] == []
