"""Calibration and net benefit: by R, by hand, and what does not depend on how it is computed."""

import json

import numpy as np
import pytest
from lifelines.datasets import load_lung
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sksurv.ensemble import RandomSurvivalForest
from sksurv.linear_model import CoxPHSurvivalAnalysis
from sksurv.metrics import (
    brier_score,
    cumulative_dynamic_auc,
)
from sksurv.nonparametric import kaplan_meier_estimator
from sksurv.svm import FastSurvivalSVM

from ciri import SurvivalForest
from ciri.kernel import threads
from ciri.kernel.calibration import cox_of_resamples
from ciri.kernel.concordance import order_of
from ciri.performance import evaluate, evaluate_predictions
from ciri.performance.calibration import Spline, calibration, check_horizons, log_log
from ciri.performance.decision import THRESHOLDS, decision_table
from ciri.performance.follow import Follow
from ciri.performance.patients import select_patients
from ciri.performance.predictions import UNKNOWN_TRAINING
from ciri.survival.outcome import outcome
from tests.unit.ciri.judging import TIMES, judged, values


def lung():
    frame = load_lung().dropna(subset="ph.ecog")
    score = 0.03 * (frame["age"] - 62) + 0.6 * frame["ph.ecog"] - 0.5 * (frame["sex"] == 2)
    predicted = 1 - np.exp(-0.7 * np.exp(score.to_numpy()))
    return outcome(frame["status"] == 1, frame["time"]), score.to_numpy(), predicted


# R 4.2.2, survival 3.5-3:
#   d <- lung[!is.na(lung$ph.ecog), ]; d$dead <- d$status == 2; t0 <- 365
#   lp <- 0.03 * (d$age - 62) + 0.6 * d$ph.ecog - 0.5 * (d$sex == 2)
#   p <- 1 - exp(-0.7 * exp(lp)); x <- log(-log(1 - p)); k <- quantile(x, c(0.1, 0.5, 0.9))
#   bend <- (pmax(x - k[1], 0)^3 - pmax(x - k[2], 0)^3 * (k[3] - k[1]) / (k[3] - k[2]) +
#            pmax(x - k[3], 0)^3 * (k[2] - k[1]) / (k[3] - k[2])) / (k[3] - k[1])^2
#   fit <- coxph(Surv(time, dead) ~ x + bend, data = d, ties = "efron")
#   obs <- 1 - as.vector(summary(survfit(fit, newdata = data.frame(x, bend)), times = t0)$surv)
#   e <- abs(obs - p); mean(e); quantile(e, c(.5, .9))
#   coef(coxph(Surv(time, dead) ~ x, data = d))
#   (1 - summary(survfit(Surv(time, dead) ~ 1, data = d), times = t0)$surv) / mean(p)
#   quantile(p, c(.01, .99))
def test_calibration_agrees_with_r():
    y, score, predicted = lung()
    found = evaluate_predictions(y, score, 1 - predicted[:, None], [365], n_resamples=200)
    assert found.value("ici", 365) == pytest.approx(0.0519218593, abs=1e-8)
    assert found.value("e50", 365) == pytest.approx(0.03789002225, abs=1e-8)
    assert found.value("e90", 365) == pytest.approx(0.11792255137, abs=1e-8)
    assert found.value("calibration_slope", 365) == pytest.approx(0.7193481847, abs=1e-8)
    assert found.value("observed_expected", 365) == pytest.approx(0.9227290697, abs=1e-8)
    ends = found.calibration["predicted"].iloc[[0, -1]]
    np.testing.assert_allclose(ends, [0.2450964425, 0.9709042517], atol=1e-9)
    curve = found.calibration
    assert ((curve["low"] < curve["observed"]) & (curve["observed"] < curve["high"])).all()


# ... continued: w <- rep(c(2, 0, 1, 1), length.out = nrow(d))
#   wf <- coxph(Surv(time, dead) ~ x + bend, data = d, weights = w, subset = w > 0); coef(wf)
#   summary(survfit(wf, newdata = data.frame(x = 0, bend = 0)), times = t0)$cumhaz
def test_a_weighted_cox_model_agrees_with_r():
    y, _, predicted = lung()
    x = log_log(predicted)
    spline = Spline.through(x)
    uncentred = Spline(spline.knots, 0.0)
    weights = np.resize([2.0, 0.0, 1.0, 1.0], len(y))[None]
    coef, log_hazard = cox_of_resamples(
        *order_of(y["event"], y["time"]), y["event"], y["time"], uncentred.columns(x), weights, 365
    )
    np.testing.assert_allclose(coef[0], [0.8515279844, -0.1847484978], atol=1e-7)
    assert np.exp(log_hazard[0]) == pytest.approx(1.010246989, abs=1e-7)


def test_groups_of_calibration_hold_everybody_and_their_kaplan_meier_risk():
    y, score, predicted = lung()
    groups = evaluate_predictions(
        y, score, 1 - predicted[:, None], [365], n_resamples=0
    ).calibration_groups
    assert groups["n"].sum() == len(y)
    assert len(groups) == 5
    assert groups["predicted"].is_monotonic_increasing
    last = predicted > np.quantile(predicted, 0.8)
    known, curve, (low, high) = kaplan_meier_estimator(
        y["event"][last], y["time"][last], conf_type="log-log"
    )
    at = np.searchsorted(known, 365, side="right") - 1
    np.testing.assert_allclose(
        groups[["observed", "low", "high"]].iloc[-1].astype(float),
        [1 - curve[at], 1 - high[at], 1 - low[at]],
    )


def test_net_benefit_of_ten_patients_by_hand():
    # By time 10 four of ten have died. At threshold 0.25 six are treated, four of whom die:
    # 4/10 - 2/10 * (0.25/0.75) = 1/3; treating all: 4/10 - 6/10 * (0.25/0.75) = 0.2.
    event = np.array([True] * 4 + [False] * 6)
    time = np.array([2.0, 4, 6, 8, 11, 12, 13, 14, 15, 16])
    predicted = np.array([0.9, 0.7, 0.25, 0.3, 0.6, 0.4, 0.2, 0.1, 0.1, 0.05])
    rows = decision_table(Follow(event, time), {10.0: predicted}).set_index("threshold")
    assert rows.loc[0.25, "model"] == pytest.approx(1 / 3)
    assert rows.loc[0.25, "all"] == pytest.approx(0.2)
    assert rows.loc[0.95, "model"] == 0
    assert (rows["none"] == 0).all()


def test_net_benefit_with_censoring_by_hand():
    # Treated at 0.5: death at 2, censored at 3, death at 5, alive at 9: survival 3/4 * 1/2 = 3/8.
    # Half of all are treated: 0.5 * 5/8 - 0.5 * 3/8 * 1 = 1/8.
    event = np.array([True, False, True, False, False, False, False, False])
    time = np.array([2.0, 3, 5, 9, 9, 9, 9, 9])
    predicted = np.array([0.6] * 4 + [0.2] * 4)
    rows = decision_table(Follow(event, time), {8.0: predicted}).set_index("threshold")
    assert rows.loc[0.5, "model"] == pytest.approx(1 / 8)
    # Follow-up of the treated that ends before the horizon leaves their benefit unknown.
    early = decision_table(
        Follow(event, np.array([2.0, 3, 5, 6, 9, 9, 9, 9])), {8.0: predicted}
    ).set_index("threshold")
    assert np.isnan(early.loc[0.5, "model"])
    assert np.isfinite(early["all"]).all()
    assert (early.loc[0.61:, "model"] == 0).all()
    assert len(early) == len(THRESHOLDS)


def test_results_are_the_same_to_the_bit_on_any_number_of_threads(monkeypatch):
    y, risk, survival = judged(5, 900)
    tables = []
    for count in ("1", "2"):
        monkeypatch.setenv(threads.LIMIT, count)
        found = evaluate_predictions(y, risk, survival, TIMES, n_resamples=130, seed=3)
        tables.append((found.metrics, found.calibration))
    assert tables[0][0].equals(tables[1][0])
    assert tables[0][1].equals(tables[1][1])


def test_order_of_patients_and_of_times_does_not_matter():
    y, risk, survival = judged(6, 900)
    mixed = np.random.default_rng(0).permutation(len(y))
    first = evaluate_predictions(y, risk, survival, TIMES, n_resamples=0)
    second = evaluate_predictions(
        y[mixed], risk[mixed], survival[mixed][:, ::-1], TIMES[::-1], n_resamples=0
    )
    np.testing.assert_allclose(first.metrics["value"], second.metrics["value"], atol=1e-9)


def test_models_of_scikit_survival_are_asked_in_their_own_way():
    random = np.random.default_rng(0)
    X = random.normal(size=(120, 3))
    y, _, _ = judged(0, 900, n=120)
    for model in (
        CoxPHSurvivalAnalysis(),
        RandomSurvivalForest(20, min_samples_leaf=10, random_state=0),
        make_pipeline(StandardScaler(), CoxPHSurvivalAnalysis()),
    ):
        model.fit(X, y)
        found = evaluate(model, X, y, [100, 200, 1e6], n_resamples=0)
        curves = np.array([step([100, 200]) for step in model.predict_survival_function(X)])
        brier = brier_score(y, y, curves, [100, 200])[1]
        np.testing.assert_allclose(values(found, "brier"), brier, atol=1e-12)
        assert found.notes == (
            UNKNOWN_TRAINING,
            "The model predicts no survival at 1e+06, so it is left out.",
        )


def test_a_model_without_survival_is_judged_by_its_order_alone():
    X = np.random.default_rng(0).normal(size=(120, 3))
    y, _, _ = judged(0, 900, n=120)
    model = FastSurvivalSVM(random_state=0).fit(X, y)
    found = evaluate(model, X, y, [100, 200], n_resamples=50)
    theirs = cumulative_dynamic_auc(y, y, model.predict(X), [100, 200])[0]
    np.testing.assert_allclose(values(found, "auc"), theirs, atol=1e-12)
    assert set(found.metrics["metric"]) == {"harrell_c", "uno_c", "mean_auc", "auc"}
    assert found.decision.empty
    assert found.calibration_groups.empty


def test_patients_that_a_forest_was_grown_on_are_judged_out_of_bag():
    X = np.random.default_rng(0).normal(size=(120, 3))
    y, _, _ = judged(0, 900, n=120)
    forest = SurvivalForest(40, 5, random_state=0).fit(X, y)
    found = evaluate(forest, X, y, [100, 200], n_resamples=0)
    assert found.value("harrell_c") == pytest.approx(forest.oob_score_, abs=1e-12)
    assert "out-of-bag" in found.notes[0]
    inside = evaluate_predictions(y, forest.predict(X), n_resamples=0)
    assert found.value("harrell_c") < inside.value("harrell_c") - 0.05


def test_times_that_cannot_be_judged_are_named():
    y, risk, survival = judged(3, 380)
    last = y["time"].max()
    times = np.array([1.0, 60.0, 120.0, last])
    found = evaluate_predictions(y, risk, survival, times, n_resamples=0)
    assert found.notes == (
        f"Nobody is under observation after {last:g}, so nothing is estimated there.",
        "Nobody had had an event by 1, so there is no AUC or calibration there.",
    )
    assert np.isnan(found.value("auc", 1.0))
    assert np.isfinite(found.value("mean_auc"))
    with pytest.raises(KeyError, match="brier was not estimated at"):
        found.value("brier", last)
    short = outcome([True, False, False], [40.0, 90.0, 100.0])
    found = evaluate_predictions(y, risk, survival, times, censoring_y=short, n_resamples=0)
    assert "How many are uncensored at 120 is not known, so nothing is estimated there." in (
        found.notes
    )


def test_horizons_are_some_of_the_times():
    y, risk, survival = judged(0, 1500)
    found = evaluate_predictions(y, risk, survival, TIMES, horizons=[180, 365], n_resamples=0)
    assert found.calibration["horizon"].unique().tolist() == [180, 365]
    assert found.decision["horizon"].unique().tolist() == [180, 365]
    assert found.calibration_groups["horizon"].unique().tolist() == [180, 365]
    assert len(values(found, "brier")) == 4
    assert len(values(found, "ici")) == 2


def test_one_score_for_all_is_said_and_is_a_half():
    y, _, survival = judged(0, 1500)
    found = evaluate_predictions(
        y, np.ones(len(y)), np.full(survival.shape, 0.5), TIMES, n_resamples=30
    )
    assert found.value("harrell_c") == 0.5
    assert found.value("uno_c") == 0.5
    np.testing.assert_allclose(values(found, "auc"), 0.5)
    assert found.calibration.empty
    assert len(found.calibration_groups) == 4
    text = " ".join(found.notes)
    assert "Every patient has the same score" in text
    assert "Every patient has the same predicted risk at 60, 120, 180 and 365" in text


@pytest.mark.parametrize("kind", ["three", "one event", "all events at once", "certain"])
def test_small_and_odd_cohorts_give_unknown_values_not_wrong_ones(kind):
    y, risk, survival = judged(0, 1500)
    if kind == "three":
        y, risk, survival = outcome([True, False, True], [50.0, 150, 300]), risk[:3], survival[:3]
    elif kind == "one event":
        y = outcome(np.arange(len(y)) == 3, y["time"])
    elif kind == "all events at once":
        y = outcome(np.arange(len(y)) % 2 == 0, np.where(np.arange(len(y)) % 2, 400.0, 100.0))
    else:
        survival = (y["time"][:, None] > TIMES).astype(float)
        risk = -y["time"]
    found = evaluate_predictions(y, risk, survival, TIMES, n_resamples=40)
    assert json.dumps(found.to_dict(), allow_nan=False)
    rows = found.metrics[found.metrics["metric"].isin(["harrell_c", "uno_c", "auc", "brier"])]
    assert rows["value"].dropna().between(0, 1).all()
    assert found.calibration["observed"].dropna().between(0, 1).all()
    if kind == "certain":
        assert found.value("integrated_brier") == pytest.approx(0)
        assert np.isnan(found.value("ici", 60.0))
        assert any("has no maximum there" in note for note in found.notes)


def test_patients_without_a_prediction_are_left_out_and_counted():
    y, risk, survival = judged(0, 1500)
    holes, gaps = risk.copy(), survival.copy()
    holes[:3], gaps[3, 1] = np.nan, np.nan
    found = evaluate_predictions(y, holes, gaps, TIMES, n_resamples=0)
    without = evaluate_predictions(y[4:], risk[4:], survival[4:], TIMES, n_resamples=0)
    assert found.metrics.equals(without.metrics)
    assert found.n == len(y) - 4
    assert found.notes == ("4 of 150 patients have no prediction; left out.",)


def test_what_does_not_fit_is_refused_with_a_sentence():
    y, risk, survival = judged(0, 1500)
    for arguments, sentence in (
        ((y, risk[1:]), "one risk per patient"),
        ((y, risk, survival[:, 1:], TIMES), "a row per patient and a column per time"),
        ((y, risk, survival), "without the times"),
        ((y, risk, survival + 1, TIMES), "between 0 and 1"),
        ((y, np.r_[np.inf, risk[1:]]), "infinite"),
        ((y, risk, survival, [-1.0, 2, 3, 4]), "positive, finite"),
        ((outcome(y["event"] & False, y["time"]), risk), "Nobody had an event"),
        ((y, np.full(len(y), np.nan)), "No patient has a prediction"),
    ):
        with pytest.raises(ValueError, match=sentence):
            evaluate_predictions(*arguments)
    with pytest.raises(ValueError, match="among the times"):
        evaluate_predictions(y, risk, survival, TIMES, horizons=[61])
    with pytest.raises(ValueError, match="n_resamples"):
        evaluate_predictions(y, risk, n_resamples=-1)
    with pytest.raises(ValueError, match="level"):
        evaluate_predictions(y, risk, level=95)


def test_intervals_cover_and_repeat():
    y, risk, survival = judged(0, 1500)
    first = evaluate_predictions(y, risk, survival, TIMES, n_resamples=200, seed=1)
    again = evaluate_predictions(y, risk, survival, TIMES, n_resamples=200, seed=1)
    assert first.metrics.equals(again.metrics)
    table = first.metrics.set_index("metric").loc[["harrell_c", "uno_c", "auc", "brier"]]
    assert ((table["low"] < table["value"]) & (table["value"] < table["high"])).all()
    narrow = evaluate_predictions(y, risk, survival, TIMES, n_resamples=200, seed=1, level=0.5)
    narrow = narrow.metrics.set_index("metric").loc[["harrell_c", "uno_c", "auc", "brier"]]
    assert ((narrow["high"] - narrow["low"]) < (table["high"] - table["low"])).all()


def test_patients_that_all_count_double_are_calibrated_as_if_each_counted_once():
    y, risk, survival = judged(0, 1500)
    patients, _ = select_patients(y, risk, survival, TIMES, None)
    checked, _ = check_horizons(patients.follow, patients.risk_by(TIMES))
    doubled = calibration(patients.follow, checked, np.full((1, len(y)), 2.0))
    single = calibration(patients.follow, checked, np.ones((1, len(y))))
    for name in ("ici", "calibration_slope", "observed_expected", "calibration_curve"):
        np.testing.assert_allclose(doubled[name], single[name], atol=1e-8)


def follow_of(events: int) -> Follow:
    """Ten patients, of whom the first so many have the event on days 10, 20, ..."""
    return Follow(event=np.arange(10) < events, time=10.0 * np.arange(1, 11))


RISING = np.linspace(0.2, 0.8, 10)


def test_five_events_are_enough_for_calibration_and_four_are_not() -> None:
    checked, told = check_horizons(follow_of(5), {50.0: RISING})
    assert [horizon.time for horizon in checked] == [50.0]
    assert told == []
    told_of_four = ["Calibration needs at least 5 events, so it is not judged."]
    assert check_horizons(follow_of(4), {50.0: RISING}) == ([], told_of_four)


def test_without_predicted_risks_nothing_is_said_of_calibration() -> None:
    assert check_horizons(follow_of(4), {}) == ([], [])


def test_a_horizon_counts_from_the_day_of_the_first_event_on() -> None:
    risks = {9.0: RISING, 10.0: RISING, 20.0: RISING}
    checked, told = check_horizons(follow_of(5), risks)
    assert [horizon.time for horizon in checked] == [10.0, 20.0]
    assert told == []


def test_one_risk_for_all_has_no_curve_and_its_horizon_is_named() -> None:
    checked, (told,) = check_horizons(follow_of(5), {10.0: RISING, 20.0: np.full(10, 0.3)})
    assert [horizon.time for horizon in checked] == [10.0]
    assert told.startswith("Every patient has the same predicted risk at 20")
