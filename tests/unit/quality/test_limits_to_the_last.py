"""What lies exactly at a limit, and standards from which only the best of several starts finds the curve."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

from assays.quality import Limits, curves
from assays.quality.between_plates import find_undecided
from assays.quality.confounding import survival_difference
from assays.quality.control_chart import find_broken_rule
from assays.quality.curves import Curve, fit_curve
from assays.quality.drift import bridge_drift
from assays.quality.hook import find_hook
from assays.quality.refit import Accepted, _recover_levels, recompute, refit
from assays.quality.verdict import derive_accepted, verdict_of

from .test_rules import found as findings
from .test_rules import rows, standards

CURVE = Curve(lower=50, upper=30_000, bend=300, slope=-1.1)
LEVELS = np.array([4.0, 16, 64, 256, 1024, 4096])


def test_the_limits_are_the_vendors_customary_ones() -> None:
    assert Limits() == Limits(
        min_bead_count=35,
        recommended_bead_count=50,
        max_intra_cv=15,
        recovery_low=80,
        recovery_high=120,
        max_out_of_range=50,
        max_hook=10,
        kit_ranges=True,
    )
    assert Accepted() == Accepted(low=80, high=120, max_hook=10)


def test_the_recovery_of_a_level_is_the_mean_of_its_wells_not_their_middle() -> None:
    """100, 100 and 190 % are 130 %: two levels of three are recovered."""
    frame = standards([100.0, 50.0, 25.0, 25.0, 47.5], expected=[100.0, 50.0, 25.0, 25.0, 25.0])
    frame["sample"] = ["S1", "S2", "S3", "S3", "S3"]
    assert findings(frame) == [("recovery", None, 7)]


def test_repeats_of_what_is_no_sample_fail_nothing() -> None:
    frame = rows(value=[5.0, 15.0], specimen=[1.0, 1.0])
    assert findings(frame) == [("intra_cv", None, 7)]
    assert findings(frame.assign(sample_type="control")) == []


@pytest.mark.parametrize(("value", "fails"), [(11.0, False), (19.0, False), (9.0, True)])
def test_a_control_with_two_ranges_may_stand_in_the_wider_one(value: float, fails: bool) -> None:
    frame = rows(
        sample_type="control",
        sample="High",
        value=[value, value],
        range_low=[10.0, 12.0],
        range_high=[18.0, 20.0],
    )
    assert findings(frame) == [("kit_range", None, 7)] * fails


def test_only_a_control_is_held_against_the_kits_range() -> None:
    outside = rows(value=[5.0], range_low=10.0, range_high=20.0, sample="x", sample_type="control")
    assert findings(outside) == [("kit_range", None, 7)]
    for kind in ("standard", "blank", "sample"):
        assert findings(outside.assign(sample_type=kind)) == []


def test_two_plates_that_differ_by_the_limit_leave_nothing_undecided() -> None:
    row = {
        "plate": 1,
        "analyte": 7,
        "control": "C",
        "of_target": True,
        "distance": 9.0,
        "plates": 2,
    }
    found = pd.DataFrame([row | {"spread": 25.0}, row | {"plate": 2, "spread": 25.1}])
    assert find_undecided(found, 25)["plate"].tolist() == [2]


def test_survival_of_plates_with_two_patients_each_is_compared() -> None:
    """Deaths on days 1 and 2 against 3 and 4: 2 observed, 1/2 + 1/3 expected, variance 1/4 + 2/9."""
    p = survival_difference(
        pd.Series(["a", "a", "b", "b"]), pd.Series([1.0, 2, 3, 4]), pd.Series([True] * 4)
    )
    assert p == pytest.approx(chi2.sf((2 - 5 / 6) ** 2 / (17 / 36), 1))


@pytest.mark.parametrize(
    ("z", "rule"),
    [([2.0, 2.5], "1-2s"), ([-2.0, -2.5], "1-2s"), ([0.0, -2.1], "1-2s"), ([0.0, -2.0], "")],
)
def test_two_standard_deviations_are_no_warning_yet(z: list[float], rule: str) -> None:
    assert find_broken_rule(z) == rule


# Curves


def test_of_several_starts_the_best_fit_is_taken() -> None:
    """From a steep curve whose bend lies high, a start at the lower standards ends far off."""
    steep = Curve(lower=10, upper=25_000, bend=2000, slope=-5)
    x = 4.0 ** np.arange(7)
    noise = np.array([1.02, 0.98, 1.01, 0.99, 1.02, 0.98, 1.0])
    seen = steep.fluorescence(x) * noise
    found = fit_curve(x, seen)
    assert found.curve is not None
    np.testing.assert_allclose(found.curve.fluorescence(x), seen, rtol=0.03)


@pytest.mark.parametrize(
    ("x", "y"), [(5000.0, 0.0), (5000.0, -3.0), (0.0, 60.0), (-1.0, 60.0), (np.nan, 60.0)]
)
def test_standards_that_no_logarithm_takes_change_nothing_of_the_fit(x: float, y: float) -> None:
    seen = CURVE.fluorescence(LEVELS)
    assert fit_curve([*LEVELS, x], [*seen, y], "4PL") == fit_curve(LEVELS, seen, "4PL")


def test_wells_of_one_concentration_are_one_level() -> None:
    x = np.repeat(LEVELS[:4], 3)
    assert str(fit_curve(x, CURVE.fluorescence(x)).reason) == "levels of standards: 4, fewer than 5"
    assert fit_curve(x, CURVE.fluorescence(x), "4PL").curve is not None


@pytest.mark.parametrize(("highest", "fitted"), [(150.0, False), (160.0, True)])
def test_fluorescence_must_rise_by_more_than_half_of_its_lowest(
    highest: float, fitted: bool
) -> None:
    found = fit_curve(LEVELS, np.linspace(100, highest, len(LEVELS)), "4PL")
    assert (str(found.reason) != "the fluorescence of the standards hardly differs") is fitted


def test_a_fit_that_did_not_converge_is_no_curve(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = SimpleNamespace(success=False, cost=1.0, x=np.array([50.0, 10.0, 5.0, 0.0, 0.0]))
    monkeypatch.setattr(curves, "_fit", lambda *args: ended)
    found = fit_curve(LEVELS, CURVE.fluorescence(LEVELS))
    assert (found.curve, str(found.reason)) == (None, "the fit did not converge")


# Bridge samples


def readings(here: list[float], other: list[float]) -> pd.DataFrame:
    rows = [(1, n, value) for n, value in enumerate(here)]
    rows += [(2, n, value) for n, value in enumerate(other)]
    return pd.DataFrame(rows, columns=["plate", "specimen", "value"])


def test_a_concentration_below_zero_has_no_logarithm_and_does_not_count() -> None:
    found = bridge_drift(readings([8.0, 16.0, -4.0], [4.0, 8.0, 4.0]), 1)
    assert found[["n", "difference"]].to_numpy().tolist() == [[2, 1.0]]


@pytest.mark.parametrize("step", [0.25, -0.25, 1.0, -1.0])
def test_a_difference_of_a_quarter_step_is_notable_up_and_down(step: float) -> None:
    found = bridge_drift(readings([3.0 + step, 5.0 + step], [3.0, 5.0]), 1, is_log2=True)
    assert found[["difference", "differs"]].to_numpy().tolist() == [[step, True]]


# Hooks


def test_standards_that_double_and_three_levels_are_enough_for_a_hook() -> None:
    hook = find_hook(pd.Series({1.0: 100.0, 4.0: 200.0, 16.0: 150.0}), 10)
    assert hook is not None
    assert (hook.peak, hook.fluorescence, hook.fall) == (4.0, 150.0, 25)
    assert find_hook(pd.Series({1.0: 100.0, 4.0: 199.0, 16.0: 150.0}), 10) is None


def hooked(levels: np.ndarray, beyond: float) -> pd.DataFrame:
    """Standards of CURVE, and one above them with a fluorescence of its own."""
    expected = [*levels, 4 * levels[-1]]
    seen = [*CURVE.fluorescence(levels), beyond]
    return pd.DataFrame({"expected": expected, "net_mfi": seen, "mfi": seen})


def test_the_brightest_standard_below_a_hook_counts_for_the_curve() -> None:
    """Without it there were four levels, and no curve of five parameters."""
    found = refit(hooked(LEVELS[1:], beyond=15_000.0), "5PL")
    assert found.hook is not None
    assert found.hook.peak == 4096
    assert found.refit is not None


def test_a_curve_ends_below_a_standard_that_is_as_dark_as_the_hook() -> None:
    """At that fluorescence a reading may belong to either of the two."""
    as_dark = float(CURVE.fluorescence(1024.0))
    found = refit(hooked(LEVELS, beyond=as_dark), "4PL").refit
    assert found is not None
    assert (found.lowest, found.highest, found.hook) == (4, 256, as_dark)


# Our own curves


def test_a_recovery_at_either_end_of_the_range_is_accepted() -> None:
    as_seen: Any = SimpleNamespace(concentration=lambda seen: seen)
    used = pd.DataFrame({"expected": [100.0, 200, 300, 400], "seen": [80.0, 240, 239, 481]})
    assert _recover_levels(as_seen, used, Accepted()).index.tolist() == [100, 200]


def test_a_reading_at_the_lowest_or_highest_standard_is_in_range() -> None:
    """A fluorescence of half the way up lies at the bend, 10, to the last bit."""
    curve = {"lower": 0.0, "upper": 2.0, "bend": 10.0, "slope": -1.0, "asymmetry": 1.0}
    common = curve | {"fluorescence": 1.0, "hook": np.nan, "dilution": 4.0}
    ranges = [(10.0, 100.0), (1.0, 10.0), (10.1, 100.0), (1.0, 9.9)]
    rows = pd.DataFrame([common | {"lowest": low, "highest": high} for low, high in ranges])
    found = recompute(rows)
    assert found["flag"].tolist() == ["in_range", "in_range", "extrapolated", "extrapolated"]
    assert found["value"].tolist() == [40.0] * 4


def test_our_own_curve_accepts_what_the_policy_accepts() -> None:
    limits = Limits(recovery_low=70, recovery_high=130, max_hook=30)
    assert derive_accepted(limits) == Accepted(low=70, high=130, max_hook=30)


def test_an_analyte_without_a_curve_of_ours_fails_by_that() -> None:
    plate = rows(value=[5.0, 5.0]).assign(dilution=1.0)
    found = verdict_of(plate, Limits(), curve_kinds={7: "5PL"})
    assert [(f.rule, f.well, f.analyte, f.text) for f in found.findings] == [
        ("curve", None, 7, "no standards")
    ]
    assert found.refits == {7: None}


@pytest.mark.parametrize("by", ["net_mfi", "mfi"])
def test_a_sample_is_read_from_the_fluorescence_that_the_curve_was_fitted_to(by: str) -> None:
    """That less its background where the file tells it, else the other."""
    seen = CURVE.fluorescence([*LEVELS, 100.0])
    plate = rows(
        sample_type=["standard"] * len(LEVELS) + ["sample"],
        expected=[*LEVELS, np.nan],
        mfi=list(seen if by == "mfi" else 2 * seen),
        net_mfi=[np.nan] * len(seen) if by == "mfi" else list(seen),
    ).assign(dilution=1.0)
    found = verdict_of(plate, Limits(), curve_kinds={7: "4PL"})
    assert found.frame["value"].iloc[-1] == pytest.approx(100, rel=1e-3)
    told = found.refits[7]
    assert told is not None
    assert told["by"] == by
