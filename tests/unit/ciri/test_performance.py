"""Against scikit-survival's metrics, R's survival, hand calculations, and patients really repeated."""

import numpy as np
import pytest
from sksurv.metrics import (
    brier_score,
    concordance_index_censored,
    concordance_index_ipcw,
    cumulative_dynamic_auc,
    integrated_brier_score,
)
from sksurv.nonparametric import kaplan_meier_estimator

from ciri.performance import evaluate_predictions
from ciri.performance.accuracy import accuracy
from ciri.performance.discrimination import discrimination
from ciri.performance.patients import select_patients
from ciri.survival.outcome import outcome
from ciri.survival.resampling import bootstrap_counts
from tests.unit.ciri.judging import TIMES, judged, values

COHORTS = [(0, 1500), (1, 1500), (2, 500), (3, 380)]  # seed, longest follow-up: heavy censoring


@pytest.mark.parametrize(("seed", "longest"), COHORTS)
def test_metrics_agree_with_scikit_survival(seed, longest):
    y, risk, survival = judged(seed, longest)
    found = evaluate_predictions(y, risk, survival, TIMES, n_resamples=0)
    auc, mean_auc = cumulative_dynamic_auc(y, y, risk, TIMES)
    harrell = concordance_index_censored(y["event"], y["time"], risk)[0]
    assert found.value("harrell_c") == pytest.approx(harrell, abs=1e-12)
    assert found.value("uno_c") == pytest.approx(
        concordance_index_ipcw(y, y, risk, 365)[0], abs=1e-12
    )
    np.testing.assert_allclose(values(found, "auc"), auc, atol=1e-12)
    assert found.value("mean_auc") == pytest.approx(mean_auc, abs=1e-12)
    brier = brier_score(y, y, survival, TIMES)[1]
    np.testing.assert_allclose(values(found, "brier"), brier, atol=1e-12)
    integrated = integrated_brier_score(y, y, survival, TIMES)
    assert found.value("integrated_brier") == pytest.approx(integrated, abs=1e-12)
    known, curve = kaplan_meier_estimator(y["event"], y["time"])
    everybody = np.tile(curve[np.searchsorted(known, TIMES, side="right") - 1], (len(y), 1))
    np.testing.assert_allclose(
        values(found, "brier_reference"), brier_score(y, y, everybody, TIMES)[1], atol=1e-12
    )
    reference = integrated_brier_score(y, y, everybody, TIMES)
    assert found.value("scaled_brier") == pytest.approx(1 - integrated / reference, abs=1e-12)


@pytest.mark.parametrize(("seed", "longest"), COHORTS)
def test_metrics_agree_when_censoring_is_learnt_from_the_training_patients(seed, longest):
    train, _, _ = judged(seed + 50, 2000, n=300)
    y, risk, survival = judged(seed, longest)
    found = evaluate_predictions(y, risk, survival, TIMES, censoring_y=train, n_resamples=20)
    auc, mean_auc = cumulative_dynamic_auc(train, y, risk, TIMES)
    np.testing.assert_allclose(values(found, "auc"), auc, atol=1e-12)
    assert found.value("mean_auc") == pytest.approx(mean_auc, abs=1e-12)
    uno = concordance_index_ipcw(train, y, risk, 365)[0]
    assert found.value("uno_c") == pytest.approx(uno, abs=1e-12)
    brier = brier_score(train, y, survival, TIMES)[1]
    np.testing.assert_allclose(values(found, "brier"), brier, atol=1e-12)
    rows = found.metrics.dropna(subset="value")
    assert (rows["low"] < rows["high"]).all()


def test_a_resample_is_what_scikit_survival_finds_for_patients_really_repeated():
    y, risk, survival = judged(4, 700)
    counts = bootstrap_counts(len(y), 5, seed=1)
    weights = counts.astype(float)
    patients, _ = select_patients(y, risk, survival, TIMES, None)
    found = {
        **discrimination(patients, weights, weights),
        **accuracy(patients, weights, weights),
    }
    for row, count in enumerate(counts):
        rows = np.repeat(np.arange(len(y)), count)
        one, score, curve = y[rows], risk[rows], survival[rows]
        auc, mean_auc = cumulative_dynamic_auc(one, one, score, TIMES)
        np.testing.assert_allclose(found["auc"][row], auc, atol=1e-12)
        integrated = integrated_brier_score(one, one, curve, TIMES)
        whole = evaluate_predictions(one, score, curve, TIMES, n_resamples=0)
        for metric, theirs in (
            ("harrell_c", concordance_index_censored(one["event"], one["time"], score)[0]),
            ("uno_c", concordance_index_ipcw(one, one, score, 365)[0]),
            ("mean_auc", mean_auc),
            ("integrated_brier", integrated),
            ("scaled_brier", whole.value("scaled_brier")),
        ):
            assert found[metric][row, 0] == pytest.approx(theirs, abs=1e-12)


def test_unos_c_counts_events_before_the_last_time_that_can_be_judged():
    y = outcome([True, False, True, True, False, True], [1.0, 2.0, 3.0, 4.0, 6.0, 6.0])
    risk = np.array([2.0, 1.0, 3.0, 0.5, 0.1, 0.7])
    found = evaluate_predictions(y, risk, times=[2, 5, 6], n_resamples=0)
    theirs = concordance_index_ipcw(y, y, risk, tau=5)[0]
    assert found.value("uno_c") == pytest.approx(theirs, abs=1e-12)
    assert found.tau == 5
    # Without a time, all events count but the last: nobody is known to be uncensored at 6.
    found = evaluate_predictions(y, risk, times=[6], n_resamples=0)
    theirs = concordance_index_ipcw(y, y, risk, tau=6)[0]
    assert found.value("uno_c") == pytest.approx(theirs, abs=1e-12)
    assert found.to_dict()["tau"] is None
