"""Cox models against R's survival 3.5-3 (on its `veteran`, which scikit-survival ships too).

library(survival); v <- veteran
f <- coxph(Surv(time,status) ~ karno + age + I(celltype=="smallcell"), v)
coef(f); sqrt(diag(vcov(f))); f$loglik; basehaz(f, centered=FALSE)
w <- rep(c(0,1,2,3), length.out=137)
g <- coxph(Surv(time,status) ~ karno + age, v, weights=w, subset=w>0)
"""

import numpy as np
import pandas as pd
import pytest
from lifelines import CoxPHFitter
from sksurv.datasets import load_veterans_lung_cancer
from sksurv.linear_model import CoxPHSurvivalAnalysis

from ciri.kernel.concordance import order_of
from ciri.kernel.cox import partial_likelihood
from ciri.survival.cox import baseline_cumulative_hazard, fit_cox
from ciri.survival.outcome import outcome

from .cohorts import simulated

VETERAN, VETERAN_Y = load_veterans_lung_cancer()
COLUMNS = pd.DataFrame(
    {
        "karno": VETERAN["Karnofsky_score"].astype(float),
        "age": VETERAN["Age_in_years"].astype(float),
        "small": (VETERAN["Celltype"] == "smallcell").astype(float),
    }
)
WEIGHTS = np.resize([0.0, 1.0, 2.0, 3.0], 137)


def test_coefficients_errors_and_likelihoods_are_those_of_r():
    fit = fit_cox(COLUMNS, VETERAN_Y)
    assert fit.converged
    assert fit.names == ("karno", "age", "small")
    np.testing.assert_allclose(
        fit.coef, [-0.03202157368591, -0.00341248455666, 0.29848626094877], rtol=1e-9
    )
    np.testing.assert_allclose(
        fit.se, [0.00536960364779, 0.00912875742182, 0.19657604724717], rtol=1e-8
    )
    assert (fit.loglik_null, fit.loglik) == pytest.approx((-505.449054918, -483.271847749))
    assert (fit.n, fit.events) == (137, 128)


def test_case_weights_are_those_of_r():
    fit = fit_cox(COLUMNS[["karno", "age"]], VETERAN_Y, WEIGHTS)
    np.testing.assert_allclose(fit.coef, [-0.0365051704814, -0.0154461616058], rtol=1e-9)
    np.testing.assert_allclose(fit.se, [0.00443269733477, 0.00830429970121], rtol=1e-8)
    assert (fit.loglik_null, fit.loglik) == pytest.approx((-834.864943615, -801.438086246))


def test_the_baseline_hazard_is_that_of_r():
    fit = fit_cox(COLUMNS, VETERAN_Y)
    found = baseline_cumulative_hazard(VETERAN_Y, COLUMNS @ fit.coef).set_index("time")["hazard"]
    known = [0.0832078822135, 0.8873843384985, 6.3441431127422, 65.6564605618970]
    np.testing.assert_allclose(found.loc[[1, 13, 95, 999]], known, rtol=1e-7)
    columns = COLUMNS[["karno", "age"]]
    fit = fit_cox(columns, VETERAN_Y, WEIGHTS)
    found = baseline_cumulative_hazard(VETERAN_Y, columns @ fit.coef, WEIGHTS)
    known = [0.173075290417, 2.796253294150, 25.694596923045, 194.024749515020]
    np.testing.assert_allclose(found.set_index("time")["hazard"].loc[[2, 16, 122, 999]], known)


@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")  # inside lifelines
def test_lifelines_and_scikit_survival_agree():
    X, y = simulated(150, 3, gaps=0)
    fit = fit_cox(X, y)
    theirs = CoxPHSurvivalAnalysis(ties="efron", tol=1e-12).fit(X, y)
    np.testing.assert_allclose(fit.coef, theirs.coef_, rtol=1e-6)
    frame = pd.DataFrame(X, columns=list("abc")).assign(T=y["time"], E=y["event"])
    summary = CoxPHFitter().fit(frame, "T", "E").summary
    np.testing.assert_allclose(fit.table()["p"], summary["p"], rtol=1e-4)
    np.testing.assert_allclose(fit.table()["high"], summary["exp(coef) upper 95%"], rtol=1e-5)


def test_a_weight_of_0_is_a_patient_who_is_not_there():
    X, y = simulated(80, 2, gaps=0)
    there = np.arange(80) % 4 > 0
    some, alone = fit_cox(X, y, there.astype(float)), fit_cox(X[there], y[there])
    np.testing.assert_array_equal(some.coef, alone.coef)
    assert (some.n, some.loglik) == (alone.n, alone.loglik)
    risk = X @ alone.coef
    pd.testing.assert_frame_equal(
        baseline_cumulative_hazard(y, risk, there),
        baseline_cumulative_hazard(y[there], risk[there]),
    )


def test_row_order_and_units_do_not_matter():
    X, y = simulated(90, 3, gaps=0)
    fit, turned = fit_cox(X, y), fit_cox(X[::-1] * [1, 1e6, 1e-6] + [1e3, 0, 5], y[::-1])
    np.testing.assert_allclose(turned.coef * [1, 1e6, 1e-6], fit.coef, rtol=1e-6)
    np.testing.assert_allclose(turned.se * [1, 1e6, 1e-6], fit.se, rtol=1e-6)


def test_the_gradient_and_information_are_derivatives_of_the_likelihood():
    X, y = simulated(60, 2, gaps=0)
    order, ends = order_of(y["event"], y["time"])
    weight = np.resize([1.0, 2.5, 0.5], 60)

    def at(coef):
        gradient, information = np.zeros(2), np.zeros((2, 2))
        value = partial_likelihood(
            order, ends, y["event"], X, weight, np.array(coef), gradient, information
        )
        return value, gradient, information

    step, here = 1e-5, [0.3, -0.4]
    up, down = at([here[0] + step, here[1]]), at([here[0] - step, here[1]])
    _, gradient, information = at(here)
    assert gradient[0] == pytest.approx((up[0] - down[0]) / (2 * step), rel=1e-6)
    slope = (up[1] - down[1]) / (2 * step)
    np.testing.assert_allclose([information[0, 0], information[1, 0]], -slope, rtol=1e-6)


def test_a_likelihood_without_a_maximum_is_told_and_never_infinite():
    y = outcome([1] * 6 + [0] * 6, range(1, 13))
    fit = fit_cox(np.r_[np.ones(6), np.zeros(6)][:, None], y)
    assert not fit.converged
    assert "no finite estimate" in fit.reason
    assert np.isnan(fit.coef).all()
    assert np.isfinite([fit.loglik, fit.loglik_null]).all()
    assert fit.table()[["hr", "low", "high", "p"]].isna().all(axis=None)
    assert not fit_cox(np.arange(12.0)[:, None], y).converged


def test_columns_that_cannot_be_told_apart_are_told():
    X, y = simulated(60, 2, gaps=0)
    for columns in (np.c_[X, X.sum(axis=1)], np.c_[X, np.ones(60)], np.full((60, 1), 7.1)):
        fit = fit_cox(columns, y)
        assert not fit.converged
        assert "told apart" in fit.reason


def test_nobody_with_an_event_is_told():
    fit = fit_cox([[1.0], [2.0], [3.0]], outcome([0, 0, 0], [1, 2, 3]))
    assert "Nobody had an event" in fit.reason
    assert "Nobody" in fit_cox([[1.0], [2.0]], outcome([1, 0], [1, 2]), [0, 1]).reason


def test_what_does_not_fit_is_refused():
    y = outcome([1, 0, 1], [1, 2, 3])
    with pytest.raises(ValueError, match="row per patient"):
        fit_cox([[1.0], [2.0]], y)
    with pytest.raises(ValueError, match="every one known"):
        fit_cox([[1.0], [np.nan], [2.0]], y)
    with pytest.raises(ValueError, match="numbers only"):
        fit_cox([["x"], ["y"], ["z"]], y)
    with pytest.raises(ValueError, match="not negative"):
        fit_cox([[1.0], [3.0], [2.0]], y, [1, -1, 1])
    with pytest.raises(ValueError, match="Every weight is 0"):
        fit_cox([[1.0], [3.0], [2.0]], y, [0, 0, 0])
    with pytest.raises(ValueError, match="log_risk"):
        baseline_cumulative_hazard(y, [1.0, 2.0])


def test_extreme_risks_do_not_overflow_the_baseline():
    y = outcome([1, 1, 1], [1, 2, 3])
    found = baseline_cumulative_hazard(y, [-1000.0, 0.0, 1.0])
    assert np.isfinite(found["hazard"]).all()
