"""Standard curves, control charts and confounding, against R and by hand."""

import numpy as np
import pandas as pd
import pytest

from assays.quality.confounding import association
from assays.quality.control_chart import find_broken_rule, levey_jennings
from assays.quality.curves import Curve, fit_curve, vendor_curve

X = [2371.69, 592.92, 148.23, 37.06, 9.26, 2.32]
Y = [14115, 9142.5, 3799.5, 1264.5, 334.5, 78.5]


# R 4.2: x, y as above; f <- function(p,x) p[1] + exp(p[2])/(1+(x/exp(p[3]))^(-exp(p[4])))
#   o <- optim(start, function(p) sum(((f(p,x)-y)/y)^2)), BFGS, then Nelder-Mead with reltol 1e-18
#   lower p[1], upper p[1]+exp(p[2]), bend exp(p[3]), slope -exp(p[4]), o$value
def test_a_fit_with_four_parameters_agrees_with_r():
    curve = fit_curve(X, Y, "4PL").curve
    found = [curve.lower, curve.upper, curve.bend, curve.slope]
    np.testing.assert_allclose(
        found, [-20.51570694, 17901.17816, 577.8066124, -0.9413610128], rtol=1e-5
    )
    left = (((curve.fluorescence(X) - Y) / np.array(Y)) ** 2).sum()
    assert left == pytest.approx(1.175518067e-03, rel=1e-8)


def test_five_parameters_fit_no_worse_and_find_a_curve_again():
    true = Curve(5, 20000, 600, -1.2, 0.6)
    x = np.geomspace(0.5, 20000, 12)
    fit = fit_curve(x, true.fluorescence(x), "5PL")
    np.testing.assert_allclose(fit.curve.fluorescence(x), true.fluorescence(x), rtol=1e-4)
    assert fit.r_squared > 0.999999


def test_a_concentration_is_the_inverse_of_the_fluorescence():
    curve = Curve(5, 20000, 600, -1.2, 0.6)
    x = np.array([1.0, 60.0, 6000.0])
    np.testing.assert_allclose(curve.concentration(curve.fluorescence(x)), x, rtol=1e-9)
    assert curve.concentration([4, 20001, np.nan]).tolist()[:2] == [0, np.inf]


@pytest.mark.parametrize(
    ("x", "y", "why"),
    [
        ([1, 2, 3], [1, 2, 3], "fewer than 5"),
        (X, [7.0] * 6, "hardly differs"),
        ([np.nan] * 6, Y, "levels of standards: 0"),
        ([], [], "levels of standards: 0"),
    ],
)
def test_bad_standards_give_a_reason(x, y, why):
    fit = fit_curve(x, y)
    assert fit.curve is None
    assert why in str(fit.reason)


def test_the_vendors_formula_is_read():
    text = "FI = -0.128163 + (8826.82 + 0.128163) / ((1 + (Conc / 5853.63)^-1.83191))^0.612373"
    assert vendor_curve(text) == Curve(-0.128163, 8826.82, 5853.63, -1.83191, 0.612373)
    assert vendor_curve("Linear") is None


def test_a_run_is_judged_against_the_median_of_all_while_no_guide_set_is_chosen():
    chart = levey_jennings([10, 12, 11, 9, 8, 15.0])
    # R 4.2.2: median(x) 10.5; mad(x) 2.2239
    assert chart["target"].iloc[0] == 10.5
    assert chart["sd"].iloc[0] == pytest.approx(2.2239)
    assert chart["z"].iloc[-1] == pytest.approx(4.5 / 2.2239)
    assert chart["rule"].tolist() == ["", "", "", "", "", "1-2s"]


def test_a_run_that_is_off_does_not_widen_the_spread_by_which_it_is_judged():
    chart = levey_jennings([100, 104, 97, 102, 99, 95, 172.0])
    # median 100; distances 0 4 3 2 1 5 72, their median 3: 72 / (1.4826 * 3)
    assert chart["z"].iloc[-1] == pytest.approx(16.1878, abs=1e-4)
    assert chart["rule"].tolist() == [""] * 6 + ["1-3s"]


@pytest.mark.parametrize(
    ("z", "rule"),
    [
        ([0, 1.9], ""),
        ([0, 2.1], "1-2s"),
        ([0, -3.1], "1-3s"),
        ([2.1, 2.2], "2-2s"),
        ([-2.1, 2.2], "R-4s"),
        ([1.1, 1.2, 1.3, 1.4], "4-1s"),
        ([0.1] * 10, "10x"),
        ([np.nan], ""),
    ],
)
def test_the_rules_of_westgard(z, rule):
    assert find_broken_rule(z) == rule


# R 4.2: chisq.test(matrix(c(10,2,3,9),2), correct=FALSE)$p.value
def test_plates_that_go_with_hospitals_are_found():
    first = pd.Series(["a"] * 13 + ["b"] * 11)
    second = pd.Series(["x"] * 10 + ["y"] * 3 + ["x"] * 2 + ["y"] * 9)
    how = association(first, second)
    assert how.p == pytest.approx(0.00413450767)
    # chi2 8.2238, n 24: phi2 = 8.2238/24 - 1/23 = 0.29918; k = 2 - 1/23 - 1 = 0.95652; V = sqrt(.29918/.95652)
    assert how.v == pytest.approx(0.5593, abs=1e-4)
    assert how.warns
    assert not how.is_complete
    assert association(first, first).is_complete
    assert association(first, pd.Series(["x"] * 24)) is None
