"""Bridge samples, guide sets, survival over plates and concentrations of our own curve, against R and by hand."""

import numpy as np
import pandas as pd
import pytest

from assays.quality.confounding import survival_difference
from assays.quality.control_chart import levey_jennings
from assays.quality.curves import Curve
from assays.quality.drift import bridge_drift
from assays.quality.hook import find_hook
from assays.quality.refit import Accepted, Refit, recompute, refit

HERE, THERE = [10.2, 15.1, 7.7, 22.0, 31.4], [8.1, 12.9, 7.0, 15.5, 27.3]
# R 4.2.2: t.test(log2(HERE), log2(THERE), paired = TRUE)
MEAN, LOW, HIGH = 0.280871052592, 0.102343174986, 0.459398930198


def bridged(here: list[float], there: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "plate": [1] * len(here) + [2] * len(there),
            "specimen": [*range(len(here)), *range(len(there))],
            "value": [*here, *there],
        }
    )


def test_bridge_drift_is_the_paired_t_test_of_r() -> None:
    (row,) = bridge_drift(bridged(HERE, THERE), 1).to_dict("records")
    assert [row["difference"], row["low"], row["high"]] == pytest.approx([MEAN, LOW, HIGH])
    assert (row["plate"], row["n"], row["differs"]) == (2, 5, True)
    assert row["ratio"] == pytest.approx(2**MEAN)
    (back,) = bridge_drift(bridged(HERE, THERE), 2).to_dict("records")
    assert [back["low"], back["high"]] == pytest.approx([-HIGH, -LOW])


def test_bridge_drift_of_npx_takes_the_values_as_they_are() -> None:
    logs = bridged(np.log2(HERE).tolist(), np.log2(THERE).tolist())
    (row,) = bridge_drift(logs, 1, is_log2=True).to_dict("records")
    assert row["difference"] == pytest.approx(MEAN)


def test_repeats_are_averaged_and_what_has_no_number_is_left_out() -> None:
    readings = pd.DataFrame(
        {
            "plate": [1, 1, 2, 1, 2, 1],
            "specimen": [7, 7, 7, 8, 8, 9],
            "value": [2.0, 8.0, 2.0, np.nan, 5.0, 3.0],
        }
    )
    (row,) = bridge_drift(readings, 1).to_dict("records")
    # the mean of log2 2 and log2 8 is 2, less log2 2
    assert (row["n"], row["difference"]) == (1, pytest.approx(1.0))
    assert np.isnan(row["low"])
    assert not row["differs"]


def test_a_sure_but_small_difference_is_no_drift_and_no_bridge_gives_no_row() -> None:
    small = [value * 1.01 for value in THERE]
    (row,) = bridge_drift(bridged(small, THERE), 1).to_dict("records")
    assert row["low"] > 0
    assert not row["differs"]
    apart = bridged(HERE, THERE).assign(specimen=range(10))
    assert bridge_drift(apart, 1).empty
    assert bridge_drift(apart, 3).empty


def test_a_chosen_guide_set_gives_target_and_spread() -> None:
    runs = [10.0, 12.0, 20.0, 22.0, 30.0]
    chosen = levey_jennings(runs, [False, False, True, True, False])
    assert chosen["target"].iloc[0] == 21.0
    assert chosen["z"].iloc[4] == pytest.approx(9 / np.std([20, 22], ddof=1))
    assert levey_jennings(runs, [False] * 5).equals(levey_jennings(runs))


def test_survival_over_plates_is_the_log_rank_test_of_r() -> None:
    # R 4.2.2, survival: survdiff(Surv(time, event) ~ plate), chi-squared 7.1992506352959 on 2 df
    plate = pd.Series([1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3])
    time = pd.Series([5, 8, 12, 20, 30, 35, 40, 44, 6, 33, 15, 50.0])
    event = pd.Series([1, 1, 1, 1, 0, 1, 0, 0, 1, 0, 1, 0])
    assert survival_difference(plate, time, event) == pytest.approx(0.0273339620821)
    assert survival_difference(plate, time, event * 0) is None
    assert survival_difference(pd.Series(range(12)), time, event) is None


CURVE = Curve(lower=20.0, upper=20_000.0, bend=150.0, slope=-1.1, asymmetry=0.9)


def standards() -> pd.DataFrame:
    expected = np.array([2000.0, 500.0, 125.0, 31.25, 7.8125, 1.953125])
    return pd.DataFrame(
        {"expected": expected, "net_mfi": CURVE.fluorescence(expected), "mfi": np.nan}
    )


def wells(ours: Refit, fluorescence: list[float], dilution: float = 1.0) -> pd.DataFrame:
    told = {**ours.to_dict()["curve"], "lowest": ours.lowest, "highest": ours.highest}
    told["hook"] = np.nan if ours.hook is None else ours.hook
    return pd.DataFrame([told | {"fluorescence": f, "dilution": dilution} for f in fluorescence])


def test_a_refit_gives_concentrations_back_and_survives_json() -> None:
    ours = refit(standards(), "5PL").refit
    assert ours is not None
    assert (ours.lowest, ours.highest, ours.by) == (1.953125, 2000.0, "net_mfi")
    assert Refit.from_dict(ours.to_dict()) == ours
    seen = CURVE.fluorescence([10.0, 300.0, 1000.0]).tolist()
    found = recompute(wells(ours, seen, dilution=4.0))
    assert found["value"].tolist() == pytest.approx([40.0, 1200.0, 4000.0], rel=1e-3)
    assert found["flag"].tolist() == ["in_range"] * 3


def test_readings_off_the_curve_are_flagged_and_never_a_number() -> None:
    ours = Refit(CURVE, 1.953125, 2000.0, 0.999, "net_mfi")
    beyond = float(CURVE.fluorescence(5000.0))
    found = recompute(wells(ours, [5.0, 25_000.0, beyond, np.nan], dilution=2.0))
    assert found["flag"].tolist() == ["below_lloq", "above_uloq", "extrapolated", "missing"]
    assert found["value"].tolist() == pytest.approx([np.nan, np.nan, 10_000.0, np.nan], nan_ok=True)
    assert found["limit"].tolist() == pytest.approx([3.90625, 4000.0, np.nan, np.nan], nan_ok=True)
    none = wells(ours, [100.0]).assign(bend=np.nan, lower=np.nan, upper=np.nan)
    assert recompute(none)["flag"].tolist() == ["missing"]


def test_standards_that_cannot_be_fitted_give_no_refit() -> None:
    found = refit(standards().head(3), "5PL")
    assert found.refit is None
    assert "fewer than 5" in str(found.fit.reason)
    assert str(refit(standards().head(0), "5PL").fit.reason) == "no standards"


def test_the_range_of_our_curve_ends_at_standards_that_it_gives_back() -> None:
    """The two lowest standards read alike, as they do where the background drowns them: the lowest of them is
    given back as if it held about as much as the next."""
    rows = standards()
    rows["net_mfi"] = [15_000.0, 6_000.0, 1_500.0, 300.0, 60.0, 58.0]
    found = refit(rows, "5PL")
    assert found.refit is not None
    back = found.refit.curve.concentration(rows["net_mfi"]) / rows["expected"] * 100
    good = rows["expected"][(back >= 80) & (back <= 120)]
    assert back.iloc[-1] > 120
    assert found.refit.lowest == good.min() == 31.25
    assert found.refit.highest == good.max()
    assert any("trusted from 31.25 on" in str(told) for told in found.told)
    wide = refit(rows, "5PL", Accepted(low=1, high=900))
    assert wide.refit is not None
    assert wide.refit.lowest == 1.953125


def test_a_curve_that_gives_back_no_standard_has_no_range() -> None:
    found = refit(standards(), "5PL", Accepted(low=100.5, high=101))
    assert found.refit is None
    assert "gives back no standard within 100.5" in str(found.fit.reason)


def test_standards_without_net_fluorescence_are_told() -> None:
    rows = standards()
    rows.loc[[4, 5], "net_mfi"] = [-3.0, 0.0]
    found = refit(rows, "4PL")
    assert (
        "without net fluorescence above zero are left out of our curve: 1.953, 7.812 (wells: 2)"
        in str(found.told[0])
    )
    assert found.refit is not None
    assert found.refit.lowest >= 31.25


def test_a_hook_at_the_top_is_told_and_readings_beyond_it_are_above_the_range() -> None:
    rows = standards()
    rows = pd.concat([pd.DataFrame({"expected": [8000.0], "net_mfi": [15_000.0]}), rows])
    assert (
        rows["net_mfi"].iloc[1] > 17_000
    )  # at 2000, on the curve: the four-fold falls below it, and below 500
    found = refit(rows, "5PL")
    assert found.hook is not None
    assert (found.hook.peak, found.hook.fluorescence) == (2000.0, 15_000.0)
    assert found.refit is not None
    assert (found.refit.highest, found.refit.hook) == (125.0, 15_000.0)
    seen = recompute(wells(found.refit, [14_000.0, 15_000.0, 17_000.0]))
    assert seen["flag"].tolist() == ["extrapolated", "above_uloq", "above_uloq"]
    assert seen["limit"].tolist()[1:] == [125.0, 125.0]


def test_a_small_fall_at_the_top_and_standards_that_hardly_rise_show_no_hook() -> None:
    levels = pd.Series([100.0, 1_000.0, 10_000.0, 9_100.0], index=[1.0, 4.0, 16.0, 64.0])
    assert find_hook(levels, 10) is None
    assert find_hook(levels, 5) is not None
    assert find_hook(levels / levels * [1.0, 1.2, 1.1, 0.8], 10) is None
    assert find_hook(levels.iloc[:3], 10) is None
