"""The penalised Cox model: its optimum by hand, its curves by scikit-survival, its manners."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks
from sksurv.datasets import load_breast_cancer, load_whas500
from sksurv.linear_model import CoxnetSurvivalAnalysis

from ciri import evaluate
from ciri.kernel.concordance import order_of
from ciri.kernel.cox import partial_likelihood
from ciri.survival.elastic_net import CoxElasticNet, stratify_folds
from ciri.survival.outcome import outcome

from .cohorts import simulated
from .test_estimator_conventions import survival_of


class AdaptedNet(CoxElasticNet):
    """Takes any numbers for y, as scikit-learn's checks hand them over."""

    def fit(self, X, y):
        return super().fit(X, survival_of(y))

    def score(self, X, y):
        return super().score(X, survival_of(y))


EXPECTED = {"check_dtype_object": "asks for a TypeError; every refusal here is a ValueError"}


@parametrize_with_checks(
    [AdaptedNet(n_alphas=5, cv=2)], expected_failed_checks=lambda estimator: EXPECTED
)
def test_conventions_of_scikit_learn(estimator, check):
    check(estimator)


def without_ties(n=150, p=6, seed=0):
    X, y = simulated(n, p, seed, gaps=0)
    return X, outcome(y["event"], y["time"] + np.random.default_rng(seed).uniform(0, 0.5, n))


def test_the_coefficients_are_where_the_penalised_likelihood_is_highest():
    X, y = without_ties()
    net = CoxElasticNet().fit(X, y)
    scaled = np.ascontiguousarray(net.preparation_.apply(X.astype(np.float32).astype(float)))
    coef = net.coefficients_["coef_sd"].to_numpy()
    gradient, information = np.zeros(6), np.zeros((6, 6))
    order, ends = order_of(y["event"], y["time"])
    partial_likelihood(order, ends, y["event"], scaled, np.ones(150), coef, gradient, information)
    pull = gradient / 150 - net.alpha_ * 0.5 * coef  # what is left for the lasso's half
    inside = coef != 0
    assert 0 < inside.sum() < 6
    np.testing.assert_allclose(pull[inside], net.alpha_ * 0.5 * np.sign(coef[inside]), atol=1e-4)
    assert (np.abs(pull[~inside]) <= net.alpha_ * 0.5 + 1e-4).all()


def test_survival_agrees_with_scikit_survival():
    X, y = without_ties()
    net = CoxElasticNet().fit(X, y)
    scaled = net.preparation_.apply(X.astype(np.float32).astype(float))
    theirs = CoxnetSurvivalAnalysis(
        alphas=[net.alpha_], l1_ratio=0.5, max_iter=1_000_000, fit_baseline_model=True
    ).fit(scaled, y)
    times = np.quantile(y["time"], [0.1, 0.5, 0.9])
    curves = np.array([step(times) for step in theirs.predict_survival_function(scaled)])
    np.testing.assert_allclose(net.predict_survival_function(X, times), curves, atol=1e-4)
    risk = theirs.predict(scaled)
    np.testing.assert_allclose(net.predict(X), risk - risk.mean(), atol=1e-3)


def test_it_finds_the_columns_that_drive_the_outcome():
    X, y = simulated(300, 8, gaps=0.05)
    net = CoxElasticNet().fit(pd.DataFrame(X, columns=list("abcdefgh")), y)
    largest = net.coefficients_.set_index("feature")["coef_sd"].abs().nlargest(2)
    assert set(largest.index) == {"a", "b"}
    assert net.cross_validation_["loglik"].max() > 20
    assert (
        net.alpha_
        == net.cross_validation_.set_index("loglik")["alpha"][net.cross_validation_["loglik"].max()]
    )


def test_noise_alone_leaves_no_column_in():
    random = np.random.default_rng(1)
    _, y = simulated(150, gaps=0)
    net = CoxElasticNet().fit(random.normal(size=(150, 40)), y)
    assert (net.coefficients_["coef"] == 0).all()
    assert (net.predict(random.normal(size=(5, 40))) == 0).all()
    assert net.cross_validation_["loglik"].iloc[0] == 0


def test_gaps_take_the_training_median_and_flat_columns_count_for_nothing():
    X, y = simulated(150, 3, gaps=0.1)
    X = np.c_[X, np.full(150, 7.7), np.full(150, np.nan)]
    net = CoxElasticNet().fit(X, y)
    assert net.coefficients_["coef"].iloc[3:].tolist() == [0, 0]
    median = np.r_[np.nanmedian(X.astype(np.float32)[:, :4], axis=0), 0]
    filled = np.where(np.isnan(X), median, X)
    np.testing.assert_allclose(net.predict(X), net.predict(filled), atol=1e-6)
    np.testing.assert_array_equal(
        net.predict(filled + np.array([0, 0, 0, 5, 3])), net.predict(filled)
    )
    flat = CoxElasticNet().fit(X[:, 3:], y)
    assert (flat.predict(X[:, 3:]) == 0).all()


def test_more_columns_than_rows_fit_and_the_same_call_gives_the_same_bits():
    X, y = load_breast_cancer()
    X = X.drop(columns=["er", "grade"]).astype(float).iloc[:60]
    net, again = (CoxElasticNet(random_state=3).fit(X, y[:60]) for _ in range(2))
    np.testing.assert_array_equal(net.predict(X), again.predict(X))
    assert clone(net).get_params() == net.get_params()


def test_it_is_evaluated_like_any_model():
    X, y = load_whas500()
    X = X.astype(float)
    net = CoxElasticNet().fit(X.iloc[:300], y[:300])
    found = evaluate(net, X.iloc[300:], y[300:], [365], n_resamples=50)
    assert 0.7 < found.value("harrell_c") < 0.9
    assert found.value("brier", 365) < found.value("brier_reference", 365)
    shuffled = X.iloc[300:, ::-1]
    np.testing.assert_array_equal(net.predict(shuffled), net.predict(X.iloc[300:]))


def test_survival_falls_with_time_and_stays_inside_0_and_1():
    X, y = simulated(120, 4)
    net = CoxElasticNet().fit(X, y)
    curves = net.predict_survival_function(X * 100, [10, 100, 400])
    assert ((curves >= 0) & (curves <= 1)).all()
    assert (np.diff(curves, axis=1) <= 0).all()


def test_folds_share_events_alike():
    event = np.arange(50) % 5 == 0
    folds = stratify_folds(event, 5, seed=0)
    assert np.bincount(folds).tolist() == [10] * 5
    assert np.bincount(folds[event]).tolist() == [2] * 5


def test_what_does_not_fit_is_refused():
    X, y = simulated(40, 3)
    frame = pd.DataFrame(X, columns=list("abc"))
    net = CoxElasticNet(cv=2, n_alphas=5).fit(frame, y)
    with pytest.raises(ValueError, match="lacks columns the model reads: c"):
        net.predict(frame[["a", "b"]])
    with pytest.raises(ValueError, match="does not know: d"):
        net.predict(frame.assign(d=1.0))
    with pytest.raises(ValueError, match="follow-up ends"):
        net.predict_survival_function(frame, [1e6])
    with pytest.raises(ValueError, match="positive"):
        net.predict_survival_function(frame, [0.0])
    with pytest.raises(ValueError, match="two events or more"):
        CoxElasticNet().fit(X, outcome(np.arange(40) == 3, y["time"]))
    with pytest.raises(ValueError, match="must agree"):
        CoxElasticNet().fit(X[:5], y)
    with pytest.raises(ValueError, match="l1_ratio"):
        CoxElasticNet(l1_ratio=0).fit(X, y)
    with pytest.raises(ValueError, match="cv is 1"):
        CoxElasticNet(cv=1).fit(X, y)
