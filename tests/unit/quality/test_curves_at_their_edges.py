"""Charts, hooks and our own curves exactly at their limits, and with what a file itself contradicts."""

import numpy as np
import pandas as pd
import pytest

from assays.quality import Limits, judge, verdict_of
from assays.quality.between_plates import distances, findings_between
from assays.quality.control_chart import find_broken_rule
from assays.quality.curves import Curve
from assays.quality.hook import find_hook
from assays.quality.refit import Accepted, _recover_levels, fluorescence_of, refit
from assays.quality.rules import recoveries

CURVE = Curve(lower=20.0, upper=20_000.0, bend=150.0, slope=-1.1, asymmetry=0.9)
EXPECTED = np.array([2000.0, 500.0, 125.0, 31.25, 7.8125, 1.953125])


@pytest.mark.parametrize(
    ("z", "rule"),
    [
        ([0, 3.0], "1-2s"),  # 1-3s: beyond three, not at three
        ([0, 2.0], ""),
        ([-2.1, -2.2], "2-2s"),
        ([-1.9, 2.2], "1-2s"),  # R-4s: four apart, and each beyond two
        ([-2.5, 1.9], ""),
        ([2.1, -2.2], "R-4s"),
        ([-1.1, -1.2, -1.3, -1.4], "4-1s"),
        ([-1.1, -1.2, -1.3, -1.0], ""),
        ([0.1] * 9, ""),
        ([-0.1] * 10, "10x"),
        ([0.1] * 9 + [-0.1], ""),
    ],
)
def test_the_rules_of_westgard_at_their_limits_on_either_side(z: list[float], rule: str) -> None:
    assert find_broken_rule(z) == rule


def test_a_plate_at_the_limit_is_not_off_and_its_level_is_the_mean_of_its_wells() -> None:
    """Means 100, 100 and 125 (of 100, 100 and 175): 25 % above."""
    rows = [(1, 100.0)] * 3 + [(2, 100.0)] * 3 + [(3, 100.0), (3, 100.0), (3, 175.0)]
    controls = pd.DataFrame(rows, columns=["plate", "value"]).assign(control="C1", analyte=7)
    found = distances(controls)
    assert found.set_index("plate")["distance"].tolist() == [0, 0, 25]
    assert findings_between(found, 25) == {}
    assert list(findings_between(found, 24.9)) == [3]


def test_a_hook_begins_beyond_the_fall_allowed_and_at_the_darkest_standard_above_the_peak() -> None:
    levels = pd.Series({1.0: 100.0, 4.0: 1000.0, 16.0: 750.0, 64.0: 950.0})
    assert find_hook(levels, 25) is None
    hook = find_hook(levels, 24.9)
    assert hook is not None
    assert (hook.peak, hook.fluorescence, hook.fall) == (4.0, 750.0, 25)


def standards(seen: np.ndarray, expected: np.ndarray = EXPECTED) -> pd.DataFrame:
    return pd.DataFrame({"expected": expected, "net_mfi": seen, "mfi": seen + 10})


def test_the_background_is_taken_off_where_the_file_tells_it_of_any_standard() -> None:
    known = standards(CURVE.fluorescence(EXPECTED))
    known.loc[0, "net_mfi"] = np.nan
    assert fluorescence_of(known) == "net_mfi"
    assert fluorescence_of(known.assign(net_mfi=np.nan)) == "mfi"


def test_a_recovery_is_what_the_curve_says_of_what_is_expected() -> None:
    """82 of 100 is accepted; of 121.5 for 100, of which 100 would be 82 %, nothing is."""
    used = pd.DataFrame({"expected": [100.0, 200.0], "seen": CURVE.fluorescence([82.0, 243.0])})
    assert _recover_levels(CURVE, used, Accepted(80, 120)).index.tolist() == [100.0]


def test_standards_beyond_a_hook_do_not_bend_the_curve() -> None:
    """A standard of 8,000 as dark as one of 125: left out, the curve gives the others back exactly."""
    expected = np.r_[8000.0, EXPECTED]
    seen = np.r_[CURVE.fluorescence([125.0]), CURVE.fluorescence(EXPECTED)]
    found = refit(standards(seen, expected), "5PL")
    assert found.hook is not None
    assert found.fit.curve is not None
    assert found.fit.curve.fluorescence(EXPECTED) == pytest.approx(seen[1:], rel=1e-3)


def plate(**more: object) -> pd.DataFrame:
    """Six standards and a sample whose value by the vendor is missing."""
    seen = [*CURVE.fluorescence(EXPECTED), float(CURVE.fluorescence(300.0))]
    base = {
        "well": range(1, 8), "analyte": 7, "specimen": [np.nan] * 6 + [1.0],
        "sample": [*(f"Standard{i}" for i in range(1, 7)), "S-1"],
        "sample_type": ["standard"] * 6 + ["sample"], "value": [*EXPECTED, np.nan],
        "flag": ["in_range"] * 6 + ["missing"], "bead_count": 100.0,
        "expected": [*EXPECTED, np.nan], "doubted": False, "mfi": seen, "net_mfi": seen,
        "range_low": np.nan, "range_high": np.nan, "dilution": 1.0,
    }  # fmt: skip
    return pd.DataFrame({**base, **more})


def test_a_plate_is_judged_by_the_concentrations_that_models_take_from_it() -> None:
    assert [f.rule for f in judge(plate(), Limits())] == ["out_of_range"]
    assert verdict_of(plate(), Limits(), curve_kinds={7: "5PL"}).findings == []


def test_our_curve_is_trusted_within_the_recovery_of_the_policy() -> None:
    """The highest standard written as 2,200 instead of 2,000 comes back at some 91 %."""
    wrong = plate(expected=[2200.0, *EXPECTED[1:], np.nan])
    wide = verdict_of(wrong, Limits(recovery_low=50, recovery_high=200), curve_kinds={7: "5PL"})
    assert wide.refits[7] is not None
    assert wide.refits[7]["highest"] == 2200
    nowhere = Limits(recovery_low=300, recovery_high=400)
    assert verdict_of(wrong, nowhere, curve_kinds={7: "5PL"}).refits[7] is None


def test_a_standard_whose_concentration_the_file_contradicts_counts_for_nothing() -> None:
    """1.953125 written as 1,953,125: no level of a recovery, no point of our curve, no peak of a hook."""
    lost = plate(
        expected=[*EXPECTED[:5], 1_953_125.0, np.nan],
        doubted=[False] * 5 + [True] + [False],
        flag=["in_range"] * 7,
        value=[*EXPECTED, 300.0],
    )
    assert judge(lost, Limits()) == []
    assert sorted(recoveries(lost)["sample"]) == [f"Standard{i}" for i in range(1, 6)]
    found = verdict_of(lost, Limits(), curve_kinds={7: "5PL"})
    assert found.refits[7] is not None
    assert found.refits[7]["highest"] == 2000


def test_repeats_of_npx_differ_by_their_powers_of_two() -> None:
    """3 and 4 have a CV of 20 % as numbers, 8 and 16 one of 47 %."""
    repeats = pd.concat([plate().iloc[[6]]] * 2).assign(flag="in_range", value=[3.0, 4.0])
    limits = Limits(max_intra_cv=30)
    assert judge(repeats, limits) == []
    assert [f.rule for f in judge(repeats, limits, is_log2=True)] == ["intra_cv"]
