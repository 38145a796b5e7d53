"""What lies between nought and one, and readings beyond the range: places where a sign alone decides."""

import numpy as np
import pandas as pd
import pytest

from assays.quality import Limits, cv_percent, judge
from assays.quality.curves import Curve
from assays.quality.refit import Accepted, _recover_levels, refit
from assays.quality.verdict import verdict_of

from .test_rules import rows

CURVE = Curve(lower=0.1, upper=200.0, bend=150.0, slope=-1.1)
LEVELS = np.array([2000.0, 500.0, 125.0, 31.25, 7.8125, 1.953125])
KIT = {"sample_type": "control", "sample": "High", "range_low": 10.0, "range_high": 20.0}


def test_the_cv_of_small_means_is_a_number_too() -> None:
    # 100 * 0.141421356 / 0.5
    assert cv_percent(pd.Series([0.4, 0.6])) == pytest.approx(28.2842712)
    assert cv_percent(pd.Series([1.0, 2.0, 3.0])) == pytest.approx(50.0)
    assert np.isnan(cv_percent(pd.Series([0.0, 0.0])))


def kit(flags: list[str]) -> list[str]:
    """What the kit's range says of one control in several wells: in range at 15, or beyond."""
    values = [15.0 if flag == "in_range" else np.nan for flag in flags]
    return [one.text for one in judge(rows(value=values, flag=flags, **KIT), Limits())]


@pytest.mark.parametrize(
    ("flags", "fails"),
    [
        (["below_lloq", "in_range", "in_range"], ""),
        (["below_lloq", "below_lloq", "in_range"], "below range"),
        (["in_range", "in_range", "above_uloq", "above_uloq"], ""),
        (["in_range", "above_uloq", "above_uloq"], "above range"),
        (["below_lloq", "in_range"], "below range"),
        (["below_lloq", "below_lloq", "in_range", "in_range", "in_range"], ""),
    ],
)
def test_of_readings_beyond_the_range_the_lower_middle_one_is_held_against_the_kit(
    flags: list[str], fails: str
) -> None:
    told = kit(flags)
    assert bool(told) == bool(fails)
    assert all(fails in text for text in told)


def standards() -> pd.DataFrame:
    seen = CURVE.fluorescence(LEVELS)
    return pd.DataFrame({"expected": LEVELS, "net_mfi": seen, "mfi": np.nan})


def test_a_standard_of_half_a_unit_of_fluorescence_is_not_dark() -> None:
    frame = standards()
    frame.loc[5, "net_mfi"] = 0.5
    assert refit(frame, "4PL").told == [] or "without net fluorescence" not in str(
        refit(frame, "4PL").told[0]
    )
    frame.loc[5, "net_mfi"] = 0.0
    assert "without net fluorescence" in str(refit(frame, "4PL").told[0])


def test_a_level_is_given_back_by_the_mean_of_its_wells() -> None:
    """Recoveries of 100, 100 and 190 % are 130 %; their middle would pass."""
    expected = np.array([125.0, 125.0, 125.0, 500.0])
    seen = CURVE.fluorescence(expected * [1.0, 1.0, 1.9, 1.0])
    used = pd.DataFrame({"expected": expected, "seen": seen})
    assert _recover_levels(CURVE, used, Accepted()).index.tolist() == [500.0]


def test_by_our_own_curves_the_other_rules_judge_as_well() -> None:
    seen = CURVE.fluorescence(LEVELS)
    curve = rows(
        sample_type="standard", expected=LEVELS.tolist(), net_mfi=seen.tolist(), mfi=seen.tolist()
    )
    samples = rows(bead_count=[3.0, 100.0], mfi=[100.0, 100.0], net_mfi=[100.0, 100.0])
    frame = pd.concat([curve, samples.assign(well=[11, 12])], ignore_index=True).assign(dilution=1)
    ours = verdict_of(frame, Limits(), curve_kinds={7: "4PL"})
    assert [(one.rule, one.well) for one in ours.findings] == [("bead_count", 11)]
    assert ours.refits[7] is not None
