"""Readings by our own curve, levels of standards and words of findings, each worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from assays.quality import Limits, judge
from assays.quality.curves import Curve, fit_curve
from assays.quality.refit import levels_of, recompute, refit
from assays.quality.rules import recoveries

from .test_rules import rows

CURVE = Curve(lower=10.0, upper=110.0, bend=10.0, slope=-1.0)  # FI = 10 + 100 x / (x + 10)


@pytest.mark.parametrize(
    ("fluorescence", "dilution", "hook", "value", "flag", "limit"),
    [
        (60.0, 1.0, np.nan, 10.0, "in_range", np.nan),
        (60.0, np.nan, np.nan, np.nan, "missing", np.nan),  # a dilution that nobody could read
        (10.0, np.nan, np.nan, np.nan, "missing", np.nan),
        (60.0, 4.0, np.nan, 40.0, "in_range", np.nan),
        (20.0, 1.0, np.nan, 10 / 9, "extrapolated", np.nan),  # below the lowest standard, 2
        (100.0, 1.0, np.nan, 90.0, "extrapolated", np.nan),  # above the highest, 50
        (10.0, 4.0, np.nan, np.nan, "below_lloq", 8.0),
        (110.0, 4.0, np.nan, np.nan, "above_uloq", 200.0),
        (60.0, 4.0, 60.0, np.nan, "above_uloq", 200.0),
        (59.9, 1.0, 60.0, 9.96007984, "in_range", np.nan),
        (np.nan, 1.0, np.nan, np.nan, "missing", np.nan),
    ],
)
def test_a_reading_by_our_own_curve(fluorescence, dilution, hook, value, flag, limit) -> None:
    row = {
        **{"lower": 10.0, "upper": 110.0, "bend": 10.0, "slope": -1.0, "asymmetry": 1.0},
        **{"lowest": 2.0, "highest": 50.0, "hook": hook},
        **{"fluorescence": fluorescence, "dilution": dilution},
    }
    (found,) = recompute(pd.DataFrame([row])).to_dict("records")
    assert found["value"] == pytest.approx(value, nan_ok=True)
    assert found["flag"] == flag
    assert found["limit"] == pytest.approx(limit, nan_ok=True)


def test_a_curve_and_its_inverse_at_the_asymptotes() -> None:
    assert CURVE.fluorescence([0, 10, 90]).tolist() == pytest.approx([10.0, 60.0, 100.0])
    inverse = CURVE.concentration([5.0, 10.0, 60.0, 110.0, 120.0, np.nan])
    assert inverse.tolist() == pytest.approx([0.0, 0.0, 10.0, np.inf, np.inf, np.nan], nan_ok=True)


def test_a_level_is_the_mean_of_its_wells_and_levels_rise() -> None:
    frame = pd.DataFrame(
        {"expected": [20.0, 5.0, 5.0, 5.0, 0.0, 20.0], "mfi": [90.0, 1.0, 2.0, 6.0, 7.0, np.nan]}
    )
    assert levels_of(frame, "mfi").to_dict() == {5.0: 3.0, 20.0: 90.0}


def test_standards_that_follow_a_curve_give_it_back_with_all_of_its_numbers() -> None:
    x = np.array([1.0, 3.0, 9.0, 27.0, 81.0, 243.0])
    fit = fit_curve(x, CURVE.fluorescence(x), "4PL")
    assert fit.curve is not None
    told = (fit.curve.lower, fit.curve.upper, fit.curve.bend, fit.curve.slope, fit.curve.asymmetry)
    assert told == pytest.approx((10.0, 110.0, 10.0, -1.0, 1.0), rel=1e-3)
    assert fit.r_squared == pytest.approx(1.0, abs=1e-9)


def test_r_squared_is_one_less_the_share_that_is_left() -> None:
    x = np.array([1.0, 3.0, 9.0, 27.0, 81.0, 243.0])
    y = CURVE.fluorescence(x) * np.array([1.1, 0.9, 1.1, 0.9, 1.1, 0.9])
    fit = fit_curve(x, y, "4PL")
    assert fit.curve is not None
    left = float(((fit.curve.fluorescence(x) - y) ** 2).sum())
    assert fit.r_squared == pytest.approx(1 - left / float(((y - y.mean()) ** 2).sum()))
    assert 0.8 < fit.r_squared < 0.999


def test_what_is_dark_is_told_and_what_is_bright_is_not() -> None:
    x = np.array([1.0, 3.0, 9.0, 27.0, 81.0, 243.0, 0.5])
    seen = pd.DataFrame({"expected": x, "net_mfi": CURVE.fluorescence(x), "mfi": np.nan})
    assert not any("above zero" in str(told) for told in refit(seen, "4PL").told)
    seen.loc[6, "net_mfi"] = 0.0
    found = refit(seen, "4PL")
    assert found.refit is not None
    assert found.refit.by == "net_mfi"
    told = "standards without net fluorescence above zero are left out of our curve: 0.5 (wells: 1)"
    assert [str(one) for one in found.told] == [told]


def test_only_standards_with_a_number_and_an_expectation_are_recovered() -> None:
    frame = rows(
        sample_type=["standard", "standard", "sample", "standard", "standard", "standard"],
        sample=["S1", "S1", "S1", "S2", "S3", "S4"],
        value=[110.0, 90.0, 500.0, np.nan, 5.0, 7.0],
        expected=[100.0, 100.0, 100.0, 50.0, 0.0, 10.0],
    )
    frame["doubted"] = [False, False, False, False, False, True]
    assert recoveries(frame).to_dict("records") == [
        {"analyte": 7, "sample": "S1", "expected": 100.0, "recovery": 100.0}
    ]


def test_the_share_of_levels_that_are_recovered_is_told() -> None:
    frame = rows(
        sample_type=["standard"] * 8,
        sample=[f"S{n}" for n in range(8)],
        value=[100.0] * 3 + [150.0] * 5,
        expected=[100.0] * 8,
    )
    (found,) = judge(frame, Limits())
    assert (found.rule, found.value, found.limit) == ("recovery", 37.5, 50)
    assert found.text == "3 of 8 levels of the standards are recovered within 80–120 %"


@pytest.mark.parametrize(
    ("values", "flags", "read"),
    [
        ([np.nan, np.nan], ["below_lloq", "below_lloq"], "below range"),
        ([np.nan, np.nan], ["above_uloq", "above_uloq"], "above range"),
        ([np.nan, np.nan, 20.0], ["below_lloq", "below_lloq", "in_range"], "below range"),
        ([4.0, 5.0], ["in_range", "in_range"], "4.5"),
        ([-1.0, 0.0], ["in_range", "in_range"], "-0.5"),
    ],
)
def test_how_a_control_outside_the_kits_range_reads(values, flags, read) -> None:
    frame = rows(
        value=values, flag=flags, sample_type=["control"] * len(values), sample="C1"
    ).assign(range_low=10.0, range_high=30.0)
    (found,) = judge(frame, Limits())
    assert found.text == f"control “C1” reads {read}, outside the kit's 10–30"


def test_a_control_partly_beyond_counts_by_its_lower_middle_well() -> None:
    frame = rows(
        value=[np.nan, 20.0], flag=["above_uloq", "in_range"], sample_type=["control"] * 2
    ).assign(range_low=10.0, range_high=30.0)
    assert judge(frame, Limits()) == []
