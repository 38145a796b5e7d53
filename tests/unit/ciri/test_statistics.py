"""Against lifelines and scikit-survival, which share no code with ours or with each other."""

import numpy as np
import pandas as pd
import pytest
from lifelines import KaplanMeierFitter
from lifelines.datasets import load_waltons
from lifelines.statistics import logrank_test
from lifelines.utils import median_survival_times
from scipy import stats
from sksurv.metrics import concordance_index_censored

from modeling.ciri import concordance_index, concordance_interval
from modeling.ciri.concordance import concordance_indices
from modeling.ciri.correlation import score_correlations
from modeling.ciri.cutoff import lock_cutoff, percentiles
from modeling.ciri.outcome import outcome
from modeling.ciri.survival import kaplan_meier, log_rank, median_survival, numbers_at_risk

from .cohorts import simulated


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


def test_the_maximal_cut_separates_at_least_as_well_as_the_median():
    X, y = simulated(150, gaps=0)
    best, median = (lock_cutoff(rule, y, X[:, 0]) for rule in ("logrank", "median"))
    assert best.chi2 >= log_rank(y, X[:, 0] > median.value).chi2
    assert median.value == np.median(X[:, 0])


def test_one_score_for_all_is_one_good_group():
    _, y = simulated()
    cutoff = lock_cutoff("logrank", y, np.ones(len(y)))
    assert set(cutoff.groups(np.ones(3))) == {"good"}


def test_percentiles_are_bounded_and_rise():
    training = np.array([1.0, 2.0, 2.0, 4.0])
    assert percentiles([0, 1, 2, 3, 9], training).tolist() == [0, 12.5, 50, 75, 100]


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
