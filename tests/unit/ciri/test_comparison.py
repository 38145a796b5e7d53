"""Two models compared: hand calculations, lifelines, scikit-survival and R's survival 3.5-3."""

import json

import numpy as np
import pandas as pd
import pytest
from lifelines import KaplanMeierFitter
from sksurv.datasets import load_veterans_lung_cancer, load_whas500
from sksurv.linear_model import CoxPHSurvivalAnalysis
from sksurv.nonparametric import CensoringDistributionEstimator

from ciri import SurvivalForest, concordance_index
from ciri.performance.comparison import added_value, bootstrap_p, compare, compare_predictions
from ciri.survival.elastic_net import CoxElasticNet
from ciri.survival.outcome import outcome
from ciri.survival.resampling import bootstrap_counts

from .cohorts import simulated


def predicted(n=150, seed=0):
    """Outcome, two risks and two survivals at times 100 and 300; b knows more."""
    X, y = simulated(n, 4, seed, gaps=0)
    a, b = 0.8 * X[:, 0], 0.8 * X[:, 0] - 0.6 * X[:, 1]
    times = np.array([100.0, 300.0])
    curves = [np.exp(-np.exp(risk)[:, None] * times / 400) for risk in (a, b)]
    return y, a, b, *curves, times


def improvement(found, metric):
    return found.improvement[found.improvement["metric"] == metric].set_index("time")["value"]


def test_the_difference_in_c_is_that_of_two_cs_and_its_interval_that_of_the_same_patients():
    y, a, b, *_ = predicted(80)
    found = compare_predictions(y, a, b, n_resamples=100, seed=2).c.set_index("of")
    assert found.loc["a", "value"] == concordance_index(y, a)
    assert found.loc["b", "value"] == concordance_index(y, b)
    literal = []
    for counts in bootstrap_counts(80, 100, 2):
        drawn = np.repeat(np.arange(80), counts)
        literal.append(
            concordance_index(y[drawn], b[drawn]) - concordance_index(y[drawn], a[drawn])
        )
    low, high = np.quantile(literal, [0.025, 0.975])
    row = found.loc["difference"]
    assert (row["low"], row["high"]) == pytest.approx((low, high), abs=1e-12)
    assert row["p"] == bootstrap_p(np.array(literal))


def test_the_bootstrap_p_by_hand():
    assert bootstrap_p(np.array([-1.0, 1.0, 2.0, 3.0])) == 2 * 2 / 5
    assert bootstrap_p(np.ones(999)) == 2 / 1000
    assert bootstrap_p(np.zeros(9)) == 1.0
    assert np.isnan(bootstrap_p(np.array([np.nan])))


def test_without_censoring_nri_and_idi_are_shares_and_means():
    # At time 5 patients 0-3 have had the event. b raises the risk of 0, 1, 2 and lowers 3;
    # among the other four it raises one and leaves one: NRI = (3 - 1)/4 + (2 - 1)/4 = 0.75.
    y = outcome([1] * 8, [1, 2, 3, 4, 6, 7, 8, 9])
    risk_a = np.full(8, 0.5)
    risk_b = np.array([0.9, 0.8, 0.6, 0.4, 0.3, 0.2, 0.5, 0.7])
    found = compare_predictions(
        y, risk_a, risk_b, 1 - risk_a[:, None], 1 - risk_b[:, None], [5.0], n_resamples=20
    )
    assert improvement(found, "nri_events").tolist() == pytest.approx([0.5])
    assert improvement(found, "nri_nonevents").tolist() == pytest.approx([0.25])
    assert improvement(found, "nri").tolist() == pytest.approx([0.75])
    change = risk_b - risk_a
    assert improvement(found, "idi").tolist() == pytest.approx(
        [change[:4].mean() - change[4:].mean()]
    )


def test_with_censoring_nri_takes_the_kaplan_meier_risks_of_lifelines():
    y, a, b, survival_a, survival_b, times = predicted()
    found = compare_predictions(y, a, b, survival_a, survival_b, times, n_resamples=5)

    def risk(rows, time):
        return 1 - KaplanMeierFitter().fit(y["time"][rows], y["event"][rows]).predict(time)

    for h, time in enumerate(times):
        up, down = survival_b[:, h] < survival_a[:, h], survival_b[:, h] > survival_a[:, h]
        overall = risk(up | down, time)
        gain, loss = risk(up, time) * up.sum(), risk(down, time) * down.sum()
        events = (gain - loss) / (150 * overall)
        others = (down.sum() - loss - up.sum() + gain) / (150 * (1 - overall))
        assert improvement(found, "nri_events")[time] == pytest.approx(events, rel=1e-9)
        assert improvement(found, "nri")[time] == pytest.approx(events + others, rel=1e-9)


def test_with_censoring_idi_takes_the_inverse_probabilities_of_scikit_survival():
    y, a, b, survival_a, survival_b, times = predicted()
    found = compare_predictions(y, a, b, survival_a, survival_b, times, n_resamples=5)
    inverse = CensoringDistributionEstimator().fit(y).predict_ipcw(y)
    change = survival_a - survival_b
    for h, time in enumerate(times):
        had = inverse * (y["time"] <= time)
        free = y["time"] > time
        idi = np.average(change[:, h], weights=had) - change[free, h].mean()
        assert improvement(found, "idi")[time] == pytest.approx(idi, rel=1e-9)


def test_added_value_is_the_likelihood_ratio_of_r():
    # anova(coxph(Surv(time,status)~karno,v), coxph(Surv(time,status)~karno+age,v))
    # summary(coxph(Surv(time,status)~scale(karno)+scale(age),v))$conf.int
    X, y = load_veterans_lung_cancer()
    found = added_value(y, X["Karnofsky_score"], X["Age_in_years"])
    assert found["chi2"] == pytest.approx(2 * (484.4334527 - 484.3989326), abs=2e-7)
    assert found["p"] == pytest.approx(0.79274, abs=1e-5)
    assert [found[key] for key in ("hr", "low", "high")] == pytest.approx(
        [0.975103423830, 0.808350357498, 1.176255664818], rel=1e-8
    )
    assert found["df"] == 1


def test_moves_between_groups_are_counted():
    y = outcome([1, 1, 0, 0, 1], [1, 2, 3, 4, 5])
    found = compare_predictions(
        y,
        [1, 2, 3, 4, np.nan],
        [4, 3, 2, 1, 0],
        groups_a=["good", "good", "poor", "poor", "poor"],
        groups_b=["poor", "good", "good", "poor", "poor"],
        n_resamples=10,
    )
    moves = found.groups.set_index(["group_a", "group_b"])
    assert moves["n"].tolist() == [1, 1, 1, 1]
    assert moves.loc[("good", "poor"), "events"] == 1
    assert found.n == 4
    assert any("1 of 5 patients lack a prediction" in note for note in found.notes)


def test_the_verdict_says_who_is_better_or_that_nobody_is():
    y, a, b, *_ = predicted(600)
    names = ("clinical", "signature")
    better = compare_predictions(y, a, b, names=names, n_resamples=200)
    assert str(better.verdict).startswith(
        "signature orders these patients better than clinical: C of"
    )
    worse = compare_predictions(y, b, a, names=names, n_resamples=200)
    assert str(worse.verdict).startswith("clinical orders these patients better than signature")
    same = compare_predictions(y, a, a, names=names, n_resamples=200)
    assert str(same.verdict).startswith(
        "signature is not shown to order these patients better or worse"
    )


def test_a_model_against_itself_gains_nothing():
    y, a, _, survival, _, times = predicted()
    found = compare_predictions(y, a, a, survival, survival, times, n_resamples=50)
    row = found.c.set_index("of").loc["difference"]
    assert row[["value", "low", "high", "p"]].tolist() == [0, 0, 0, 1]
    assert (found.improvement["value"] == 0).all()
    assert (found.improvement["p"] == 1).all()
    assert "told apart" in found.added["reason"].iloc[0]


def test_turning_the_models_round_turns_the_signs():
    y, a, b, survival_a, survival_b, times = predicted()
    there = compare_predictions(y, a, b, survival_a, survival_b, times, n_resamples=50)
    back = compare_predictions(y, b, a, survival_b, survival_a, times, n_resamples=50)
    np.testing.assert_allclose(
        there.improvement["value"], -back.improvement["value"], rtol=1e-9, atol=1e-12
    )
    assert there.added["chi2"].tolist() == pytest.approx(back.added["chi2"].tolist()[::-1])


def test_forests_are_compared_out_of_bag_each_on_its_own_columns():
    X, y = load_whas500()
    X = X.astype(float).iloc[:200]
    y = y[:200]
    small = SurvivalForest(50, random_state=0).fit(X[["bmi", "hr"]], y)
    whole = SurvivalForest(50, random_state=0).fit(X, y)
    found = compare(small, whole, X, y, [365, 1e5], n_resamples=100)
    assert sum("out-of-bag" in note for note in found.notes) == 2
    assert any("100000" in note for note in found.notes)
    assert found.c["value"].iloc[:2].tolist() == pytest.approx([small.oob_score_, whole.oob_score_])
    assert found.groups["n"].sum() == 200
    assert set(found.improvement["time"]) == {365}
    again = compare(small, whole, (X[["hr", "bmi"]], X), y, [365], n_resamples=100)
    pd.testing.assert_frame_equal(again.c, found.c)
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["names"] == ["a", "b"]


def test_other_peoples_models_are_compared_too():
    X, y = load_whas500()
    X = X.astype(float)
    cox = CoxPHSurvivalAnalysis().fit(X.iloc[:300], y[:300])
    net = CoxElasticNet().fit(X.iloc[:300], y[:300])
    found = compare(cox, net, X.iloc[300:], y[300:], n_resamples=100)
    assert "not shown" in found.verdict
    assert len(found.improvement) == 4


def test_without_survival_there_is_no_reclassification():
    y, a, b, survival, _, times = predicted()
    found = compare_predictions(y, a, b, survival, None, times, n_resamples=10)
    assert not len(found.improvement)
    assert any("no NRI and no IDI" in note for note in found.notes)


def test_times_that_cannot_be_judged_are_left_out_with_a_sentence():
    y, a, b, *_ = predicted()
    last = y["time"].max()
    survival = np.full((150, 2), 0.5)
    found = compare_predictions(y, a, b, survival, survival, [100, last + 1], n_resamples=10)
    assert set(found.improvement["time"]) == {100}
    assert any("Nobody is under observation" in note for note in found.notes)


def test_one_score_for_all_and_few_patients_are_told():
    y, a, *_ = predicted()
    found = compare_predictions(y, np.ones(150), a, n_resamples=20)
    assert found.c["value"].iloc[0] == 0.5
    assert found.added["reason"].iloc[0]
    few = compare_predictions(outcome([1, 0, 0], [3, 2, 1]), [1, 2, 3], [3, 2, 1], n_resamples=20)
    assert few.c["value"].isna().all()
    assert "Too few" in few.verdict
    json.dumps(few.to_dict(), allow_nan=False)


def test_what_does_not_fit_is_refused():
    y, a, b, survival, _, times = predicted()
    with pytest.raises(ValueError, match="one risk per patient: 150 patients"):
        compare_predictions(y, a[:5], b)
    with pytest.raises(ValueError, match="A risk is infinite"):
        compare_predictions(y, np.full(150, np.inf), b)
    with pytest.raises(ValueError, match="without the times"):
        compare_predictions(y, a, b, survival, survival)
    with pytest.raises(ValueError, match="a row per patient and a column per time"):
        compare_predictions(y, a, b, survival[:, :1], survival, times)
    with pytest.raises(ValueError, match="between 0 and 1"):
        compare_predictions(y, a, b, survival + 1, survival, times)
    with pytest.raises(ValueError, match="Nobody had an event"):
        compare_predictions(outcome([0, 0], [1, 2]), [1, 2], [1, 2])
    with pytest.raises(ValueError, match="one group per patient"):
        compare_predictions(y, a, b, groups_a=["good"], groups_b=["good"], n_resamples=2)
