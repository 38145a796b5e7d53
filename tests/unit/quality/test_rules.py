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
        "expected": np.nan, "doubted": False,
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


def test_few_beads_of_a_standard_do_not_bar_a_sample():
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
