"""Cut-offs against R's maxstat 0.7-25 and scikit-survival's log-rank test."""

import json
import time

import numpy as np
import pytest
from sksurv.compare import compare_survival

from ciri.survival.cutoff import Cutoff, correct_p, lock_cutoff, logrank_scores, percentiles
from ciri.survival.outcome import outcome

from .cohorts import simulated

# library(survival); library(maxstat); data(DLBCL)
# d <- DLBCL[!is.na(DLBCL$MGE) & !is.na(DLBCL$time),]; d$time[28] <- 71.4
# maxstat.test(Surv(time,cens) ~ MGE, d, smethod="LogRank", pmethod="Lau92")
# M = 3.170525296806294, cutpoint 0.186052631578947, p = 0.036160643958218
# (The one tie, with row 3, is taken out: maxstat counts those at risk at a tie otherwise than the
# log-rank test, 3.177 in place of 3.171.)
DLBCL_TIME = """77.4 3.4 71.3 69.6 51.2 3.2 8.3 102.4 89.8 88.1 27.1 4.1 23.7 59 56.6 15.5 2.4 2.9 80.4
4.6 8.2 129.9 32.5 11.8 5.1 90.2 83.8 71.4 12.3 69.1 68.8 1.3 12.67 72.03 91.33 53.73 31.47 39.6 9.45
22.3"""
DLBCL_EVENT = "0110011000111001110110111000100110001111"
DLBCL_MGE = """.24797368421053 -.00689473684211 .13755263157895 .37128947368421 .02571052631579
.09813157894737 -.00331578947368 .21497368421053 .12815789473684 .22039473684211 .11644736842105
-.05236842105263 .01765789473684 -.07121052631579 .16268421052632 -.06197368421053 .07334210526316
.18605263157895 .08784210526316 -.15892105263158 .04023684210526 .02800000000000 -.05107894736842
.13826315789474 -.01255263157895 -.04207894736842 .26339473684211 .29178947368421 -.05721052631579
.16936842105263 .00997368421053 .15063157894737 .06463157894737 .31247368421053 .09628947368421
-.04057894736842 -.07447368421053 .01563157894737 -.04686842105263 .06705263157895"""


def test_the_maximal_cut_and_its_corrected_p_are_those_of_r():
    y = outcome([flag == "1" for flag in DLBCL_EVENT], [float(t) for t in DLBCL_TIME.split()])
    found = lock_cutoff("logrank", y, [float(value) for value in DLBCL_MGE.split()])
    assert np.sqrt(found.chi2) == pytest.approx(3.170525296806294, rel=1e-10)
    assert found.value == pytest.approx(0.1860526315789)
    assert found.p == pytest.approx(0.036160643958218, rel=1e-8)


def test_the_correction_is_the_formula_of_lausen_and_schumacher():
    # By hand, M = 3: phi(3) = 0.0044318; 4 phi / 3 = 0.0059091; phi (3 - 1/3) log 81 = 0.0519348
    density = np.exp(-4.5) / np.sqrt(2 * np.pi)
    by_hand = 4 * density / 3 + density * (8 / 3) * np.log(81)
    assert correct_p(9.0) == pytest.approx(by_hand, rel=1e-12)
    assert correct_p(9.0) == pytest.approx(0.0578438845692)  # R: pLausen92(3)
    assert correct_p(6.25, 0.2) == pytest.approx(0.1301026941535)  # R: pLausen92(2.5, 0.2, 0.8)
    assert correct_p(0.5) == 1.0
    assert all(0 <= correct_p(chi2) <= 1 for chi2 in np.linspace(0, 60, 200))


def test_the_corrected_p_errs_to_the_careful_side_of_shuffling_and_not_far():
    _, y = simulated(100, gaps=0, seed=3)
    random = np.random.default_rng(5)
    shuffled = [lock_cutoff("logrank", y, random.permutation(100)).chi2 for _ in range(2000)]
    for chi2 in (6.0, 9.0):
        share = (np.array(shuffled) >= chi2).mean()
        assert share < correct_p(chi2) < 2 * share


@pytest.mark.parametrize("seed", range(5))
def test_the_search_is_that_of_every_cut_alone(seed):
    random = np.random.default_rng(seed)
    y = outcome(random.uniform(size=60) < 0.6, random.integers(1, 25, 60))
    scores = random.integers(0, 15, 60).astype(float)
    residuals = logrank_scores(y["event"], y["time"])
    best = {}
    for value in np.unique(scores)[:-1]:
        low = scores <= value
        if 6 <= low.sum() <= 54:
            variance = low.sum() * (~low).sum() / (60 * 59) * (residuals**2).sum()
            best[value] = residuals[low].sum() ** 2 / variance
    found = lock_cutoff("logrank", y, scores)
    assert found.chi2 == pytest.approx(max(best.values()))
    assert best[found.value] == pytest.approx(found.chi2)


def test_the_scores_of_a_group_sum_to_observed_less_expected_deaths():
    _, y = simulated(80, gaps=0)
    group = np.arange(80) % 2
    _, _, table, _ = compare_survival(y, group, return_stats=True)
    residuals = logrank_scores(y["event"], y["time"])
    for one in (0, 1):
        expected = table.loc[one, "observed"] - table.loc[one, "expected"]
        assert residuals[group == one].sum() == pytest.approx(expected)


def test_a_search_among_20000_patients_takes_less_than_a_second():
    random = np.random.default_rng(0)
    y = outcome(random.uniform(size=20_000) < 0.7, random.exponential(size=20_000) + 1e-6)
    scores = random.normal(size=20_000)
    start = time.perf_counter()
    lock_cutoff("logrank", y, scores)
    assert time.perf_counter() - start < 1


def test_tertiles_make_three_groups():
    _, y = simulated(90, gaps=0)
    cutoff = lock_cutoff("tertiles", y, np.arange(90.0))
    groups = cutoff.groups(np.arange(90.0))
    assert [(groups == name).sum() for name in cutoff.names] == [30, 30, 30]
    assert cutoff.names == ("good", "intermediate", "poor")
    assert cutoff.groups([-1.0, 45.0, 1000.0, np.nan]).tolist() == [
        "good",
        "intermediate",
        "poor",
        None,
    ]
    assert cutoff.values == (cutoff.lower, cutoff.value)


def test_a_cutoff_is_stored_as_json_and_read_again():
    X, y = simulated(120, gaps=0)
    for rule in ("median", "tertiles", "logrank"):
        cutoff = lock_cutoff(rule, y, X[:, 0])
        assert Cutoff(**json.loads(json.dumps(cutoff.to_dict()))) == cutoff
    old = Cutoff(**{"rule": "logrank", "value": 2.5, "chi2": 7.0})
    assert old.groups([2.5, 2.6]).tolist() == ["good", "poor"]
    assert old.values == (2.5,)


def test_the_cut_at_the_median_halves_the_patients():
    X, y = simulated(150, gaps=0)
    cutoff = lock_cutoff("median", y, X[:, 0])
    assert cutoff.value == np.median(X[:, 0])
    assert (cutoff.groups(X[:, 0]) == "poor").sum() == 75


def test_where_nothing_separates_the_median_stands_in():
    _, y = simulated()
    same = lock_cutoff("logrank", y, np.ones(len(y)))
    assert set(same.groups(np.ones(3))) == {"good"}
    assert (same.chi2, same.p) == (None, None)
    nobody = lock_cutoff("logrank", outcome([0, 0, 0, 0], [1, 2, 3, 4]), [1, 2, 3, 4])
    assert (nobody.value, nobody.chi2) == (2.5, None)
    assert lock_cutoff("logrank", outcome([1], [1]), [3.0]).value == 3.0


def test_scores_that_do_not_fit_are_refused():
    y = outcome([1, 0], [1, 2])
    with pytest.raises(ValueError, match="finite score for each"):
        lock_cutoff("median", y, [1.0, np.nan])
    with pytest.raises(ValueError, match="one risk per patient"):
        lock_cutoff("median", y, [1.0])
    with pytest.raises(ValueError, match="median or tertiles or logrank"):
        lock_cutoff("quartiles", y, [1.0, 2.0])


def test_percentiles_are_bounded_and_rise():
    training = np.array([1.0, 2.0, 2.0, 4.0])
    assert percentiles([0, 1, 2, 3, 9], training).tolist() == [0, 12.5, 50, 75, 100]


@pytest.mark.parametrize(("first_to_die", "value"), [(0, 1.0), (9, 9.0)])
def test_a_cut_may_leave_a_tenth_of_the_patients_alone_and_no_fewer(first_to_die, value):
    """One of ten dies at once, and all others live: the cut parts that one from the nine."""
    event = [k == first_to_die for k in range(10)]
    y = outcome(event, [1.0 if dead else 10.0 for dead in event])
    assert lock_cutoff("logrank", y, np.arange(1.0, 11.0)).value == value
    # Of eleven, one is less than a tenth.
    longer = outcome([*event, False], [*y["time"], 10.0])
    scores = np.r_[np.arange(1.0, 11.0), 0.0 if first_to_die else 11.0]
    place = lock_cutoff("logrank", longer, scores).value
    assert min((scores <= place).sum(), (scores > place).sum()) >= 2
