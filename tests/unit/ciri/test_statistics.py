"""Against R's survival 3.5-3, lifelines and scikit-survival, which share no code with each other.

R is run on its `veteran`, which scikit-survival ships too:

    library(survival); v <- veteran
    s <- survfit(Surv(time,status) ~ celltype, v, conf.type="log-log")
    print(s, rmean=300); print(s, rmean=100)
    summary(survfit(Surv(time,status) ~ 1, v, conf.type="log-log"), times=c(1,8,51,100,300))
    survdiff(Surv(time,status) ~ celltype, v)$chisq
    summary(coxph(Surv(time,status) ~ celltype, v))
"""

import numpy as np
import pandas as pd
import pytest
from lifelines import KaplanMeierFitter
from lifelines.datasets import load_waltons
from lifelines.statistics import logrank_test
from lifelines.utils import median_survival_times
from scipy import stats
from sksurv.datasets import load_veterans_lung_cancer
from sksurv.metrics import concordance_index_censored

from ciri import concordance_index, concordance_interval
from ciri.signature.correlation import score_correlations
from ciri.survival.concordance import concordance_indices
from ciri.survival.curves import (
    hazard_ratio,
    kaplan_meier,
    log_rank,
    median_survival,
    numbers_at_risk,
    restricted_mean,
)
from ciri.survival.outcome import outcome

from .cohorts import simulated

VETERAN, VETERAN_Y = load_veterans_lung_cancer()
CELL = VETERAN["Celltype"].to_numpy(dtype=object)


@pytest.fixture(scope="module")
def waltons():
    frame = load_waltons()
    return frame.assign(y=list(outcome(frame["E"] == 1, frame["T"])))


def test_kaplan_meier_and_its_interval_agree_with_lifelines(waltons):
    y = outcome(waltons["E"] == 1, waltons["T"])
    fitted = KaplanMeierFitter().fit(waltons["T"], waltons["E"])
    ours = kaplan_meier(y).set_index("time")
    theirs = fitted.survival_function_["KM_estimate"].reindex(ours.index)
    np.testing.assert_allclose(ours["survival"], theirs, atol=1e-12)
    inner = (ours["survival"] > 0) & (ours["survival"] < 1)
    bounds = fitted.confidence_interval_.reindex(ours.index)[inner]
    np.testing.assert_allclose(ours[inner][["low", "high"]], bounds, atol=1e-8)
    table = fitted.event_table.reindex(ours.index)
    assert (ours["at_risk"] == table["at_risk"]).iloc[1:].all()


@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")  # inside lifelines
def test_log_rank_agrees_with_lifelines(waltons):
    mir = waltons["group"] == "miR-137"
    found = log_rank(outcome(waltons["E"] == 1, waltons["T"]), mir)
    theirs = logrank_test(
        waltons["T"][mir], waltons["T"][~mir], waltons["E"][mir], waltons["E"][~mir]
    )
    assert found.chi2 == pytest.approx(theirs.test_statistic, rel=1e-10)
    assert found.p == pytest.approx(theirs.p_value, rel=1e-6)
    assert found.df == 1


def test_median_survival_agrees_with_lifelines(waltons):
    found = median_survival(outcome(waltons["E"] == 1, waltons["T"]))
    fitted = KaplanMeierFitter().fit(waltons["T"], waltons["E"])
    interval = median_survival_times(fitted.confidence_interval_).to_numpy()[0]
    assert found.median == fitted.median_survival_time_
    assert [found.low, found.high] == interval.tolist()


def test_kaplan_meier_and_its_interval_are_those_of_r():
    found = kaplan_meier(VETERAN_Y).set_index("time").loc[[1, 8, 51, 100]]
    known = {
        "survival": [0.98540146, 0.91240876, 0.59721301, 0.41799451],
        "low": [0.942893109, 0.850914573, 0.509921593, 0.334194691],
        "high": [0.99632883, 0.94928295, 0.67399092, 0.49946499],
        "at_risk": [137, 129, 84, 55],
    }
    for column, values in known.items():
        np.testing.assert_allclose(found[column], values, rtol=1e-7)
    last = kaplan_meier(VETERAN_Y).iloc[-1]
    assert last["survival"] == 0
    assert np.isnan([last["low"], last["high"]]).all()


def test_log_rank_of_four_groups_is_that_of_r():
    found = log_rank(VETERAN_Y, CELL)
    assert found.chi2 == pytest.approx(25.4037003458, rel=1e-10)
    assert found.df == 3


@pytest.mark.parametrize(
    ("cell", "median", "low", "high", "means"),
    [
        ("squamous", 118, 44, 242, [154.035589, 20.2881142, 73.228571, 6.3891517]),
        ("smallcell", 51, 24, 61, [73.831919, 12.1247302, 51.496528, 5.1984970]),
        ("adeno", 51, 24, 90, [65.555556, 9.9302859, 55.802469, 6.8515647]),
        ("large", 156, 100, 216, [155.238683, 18.0742894, 83.074074, 5.7565912]),
    ],
)
def test_medians_and_restricted_means_are_those_of_r(cell, median, low, high, means):
    y = VETERAN_Y[cell == CELL]
    found = median_survival(y)
    assert (found.median, found.low, found.high) == (median, low, high)
    at_300, at_100 = restricted_mean(y, 300), restricted_mean(y, 100)
    ours = [at_300.mean, at_300.se, at_100.mean, at_100.se]
    np.testing.assert_allclose(ours, means, rtol=1e-7)


@pytest.mark.parametrize(
    ("event", "time", "known"),
    [
        # m <- function(event, time) print(survfit(Surv(time,event)~1, conf.type="log-log"))
        ([1, 1, 1, 1], [1, 2, 3, 4], (2.5, 1, None)),
        ([1, 1, 0, 0], [1, 2, 3, 4], (2, 1, None)),
        ([1, 1, 1, 0, 1, 0], [1, 2, 3, 4, 5, 6], (4, 1, None)),
        ([1, 1, 1, 1, 1, 0, 1, 1, 1, 1], range(1, 11), (6, 1, 9)),
        (
            [1, 1, 1, 0, 1, 0, 1, 1, 0, 1, 0, 0],
            [2, 2, 3, 3, 5, 6, 7, 9, 9, 10, 11, 12],
            (9, 2, None),
        ),
        ([1, 0, 1, 1] * 10, np.repeat(range(1, 21), 2), (13, 9, 16)),
    ],
)
def test_medians_of_small_and_level_curves_are_those_of_r(event, time, known):
    found = median_survival(outcome(event, time))
    assert (found.median, found.low, found.high) == known


def test_hazard_ratios_between_groups_are_those_of_r():
    found = hazard_ratio(VETERAN_Y, CELL, "squamous").set_index("group")
    assert found.index.tolist() == ["adeno", "large", "smallcell"]
    known = {
        "hr": [3.15097849085, 1.25878317062, 2.72169046783],
        "low": [1.774782331322, 0.731002171302, 1.655971323614],
        "high": [5.59430036832, 2.16762019709, 4.47326526556],
        "p": [8.90250888956e-05, 4.06554491899e-01, 7.82816241273e-05],
    }
    for column, values in known.items():
        np.testing.assert_allclose(found[column], values, rtol=1e-6)
    assert found["events"].tolist() == [26, 26, 45]


def test_a_group_without_events_leaves_the_other_ratios_as_they_are():
    X, y = simulated(90, gaps=0)
    groups = np.where(y["event"], "b", "none").astype(object)
    groups[X[:, 0] > 0] = "a"
    found = hazard_ratio(y, groups, "a").set_index("group")
    pair = groups != "none"
    alone = hazard_ratio(y[pair], groups[pair], "a").set_index("group")
    assert found.loc["b", "hr"] == alone.loc["b", "hr"]
    assert "Nobody in the group none" in found.loc["none", "reason"]
    assert np.isnan(found.loc["none", "hr"])
    assert found.loc["none", "events"] == 0


def test_hazard_ratios_that_cannot_be_had_say_why():
    y = outcome([0, 0, 1, 1], [1, 2, 3, 4])
    groups = ["good", "good", "poor", "poor"]
    assert "reference group good" in hazard_ratio(y, groups, "good")["reason"][0]
    assert (
        "finite estimate"
        in hazard_ratio(outcome([1] * 4, [1, 2, 3, 4]), list("bbaa"), "a")["reason"][0]
    )
    assert not len(hazard_ratio(y, ["a"] * 4, "a"))
    with pytest.raises(ValueError, match="reference group"):
        hazard_ratio(y, groups, "intermediate")
    with pytest.raises(ValueError, match="one group per patient"):
        hazard_ratio(y, groups[:3], "good")
    with pytest.raises(ValueError, match="has no group"):
        log_rank(y, np.array(["a", "b", None, "a"], dtype=object))


def test_a_restricted_mean_beyond_follow_up_is_not_known():
    censored = outcome([1, 0], [1, 2])
    assert restricted_mean(censored, 3).mean is None
    assert "ends at 2, before 3" in restricted_mean(censored, 3).reason
    assert restricted_mean(censored, 2).mean == 1.5
    dead = restricted_mean(outcome([1, 1], [1, 2]), 10)
    assert (dead.mean, dead.se) == (1.5, pytest.approx(np.sqrt(0.5**2 / 2)))
    with pytest.raises(ValueError, match="horizon"):
        restricted_mean(censored, 0)


def test_what_cannot_be_compared_says_why():
    censored = outcome([0, 0, 0], [1, 2, 3])
    assert "Nobody" in log_rank(censored, [0, 1, 1]).reason
    assert "one group" in log_rank(censored, [1, 1, 1]).reason
    assert "same time" in log_rank(outcome([0, 1], [1, 2]), [0, 1]).reason
    assert median_survival(censored).median is None
    assert kaplan_meier(censored)["survival"].eq(1).all()
    assert numbers_at_risk(censored, [0, 2, 9]) == [3, 2, 0]


@pytest.mark.parametrize("seed", range(20))
def test_concordance_follows_scikit_survivals_rules_for_ties(seed):
    random = np.random.default_rng(seed)
    y = outcome(random.uniform(size=40) < 0.6, random.integers(1, 12, 40))
    risk = random.integers(0, 6, 40).astype(float)
    theirs = concordance_index_censored(y["event"], y["time"], risk)[0]
    assert concordance_index(y, risk) == pytest.approx(theirs, abs=1e-14)


def test_many_scores_at_once_are_each_score_alone():
    _, y = simulated()
    risks = np.random.default_rng(1).normal(size=(5, len(y)))
    alone = [concordance_index(y, risk) for risk in risks]
    np.testing.assert_array_equal(concordance_indices(y, risks), alone)


def test_the_bootstrap_interval_is_that_of_resampled_patients():
    X, y = simulated(60, gaps=0)
    risk = X[:, 0]
    draws = np.random.default_rng(4).integers(0, 60, (200, 60))
    literal = [concordance_index(y[draw], risk[draw]) for draw in draws]
    found = concordance_interval(y, risk, 200, seed=4)
    low, high = np.quantile(literal, [0.025, 0.975])
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-12)
    assert (found.n, found.events) == (60, int(y["event"].sum()))


def test_concordance_without_a_pair_is_refused():
    with pytest.raises(ValueError, match="compared"):
        concordance_index(outcome([0, 0], [1, 2]), [1, 2])
    with pytest.raises(ValueError, match="finite"):
        concordance_index(outcome([1, 0], [1, 2]), [np.nan, 2])


def test_spearman_agrees_with_scipy_and_its_interval_holds_it():
    random = np.random.default_rng(0)
    score = pd.Series(random.normal(size=50))
    values = pd.DataFrame({"a": score + random.normal(size=50), "flat": 1.0, "few": np.nan})
    values.loc[:2, "a"] = np.nan
    row = score_correlations(score, values).set_index("analyte").loc["a"]
    assert row["rho"] == pytest.approx(stats.spearmanr(score[3:], values["a"][3:]).statistic)
    assert row["low"] < row["rho"] < row["high"]
    assert row["n"] == 47
    assert score_correlations(score, values)["rho"].isna().sum() == 2
