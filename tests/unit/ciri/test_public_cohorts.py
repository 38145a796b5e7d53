"""scikit-survival's bundled cohorts through every public call: ties, categories, gaps, constants."""

import numpy as np
import pandas as pd
import pytest
from sksurv.datasets import (
    load_breast_cancer,
    load_gbsg2,
    load_veterans_lung_cancer,
    load_whas500,
)
from sksurv.ensemble import RandomSurvivalForest
from sksurv.metrics import concordance_index_censored

from ciri import (
    SurvivalForest,
    concordance_index,
    evaluate,
    load_forest,
    oob_permutation_importance,
    save_forest,
    select_signature,
    shap_values,
)

COHORTS = {
    "breast cancer": load_breast_cancer,
    "German breast cancer": load_gbsg2,
    "veterans": load_veterans_lung_cancer,
    "Worcester": load_whas500,
}


def coded(X):
    """Numbers of everything, a column of gaps and one that is the same for all."""
    X = pd.get_dummies(X, drop_first=True)
    X["constant"] = 1.0
    X["mostly unknown"] = np.where(np.arange(len(X)) % 3, np.nan, np.arange(len(X)) % 7)
    return X


@pytest.fixture(params=sorted(COHORTS), scope="module")
def cohort(request):
    X, y = COHORTS[request.param]()
    return coded(X), y


@pytest.fixture(scope="module")
def forest(cohort):
    return SurvivalForest(300, 10, random_state=1).fit(*cohort)


def test_out_of_bag_c_is_scikit_survivals_but_for_chance(cohort, forest):
    X, y = cohort
    theirs = RandomSurvivalForest(
        300, min_samples_leaf=10, random_state=1, oob_score=True, low_memory=True
    ).fit(X.astype(float), y)
    assert forest.oob_score_ == pytest.approx(theirs.oob_score_, abs=0.02)


def test_c_is_scikit_survivals(cohort, forest):
    _, y = cohort
    event, time = (y[name] for name in y.dtype.names)
    expected = concordance_index_censored(event, time, forest.oob_prediction_)[0]
    assert concordance_index(y, forest.oob_prediction_) == pytest.approx(expected, abs=1e-12)


def test_importance_selection_and_contributions_fit_together(cohort, forest):
    X, y = cohort
    importance = oob_permutation_importance(forest, X, y, 5, 1).set_index("feature")
    assert importance["mean"]["constant"] == 0
    signature = select_signature(X, y, 3, 10, n_estimators=50, random_state=1)
    assert len(signature.features) == 3
    explained = shap_values(forest, X)
    np.testing.assert_allclose(explained.score, forest.predict(X), rtol=1e-9)
    assert not explained.values[:, list(X.columns).index("constant")].any()


def test_survival_falls_and_performance_is_told_with_intervals(cohort, forest):
    X, y = cohort
    time = y[y.dtype.names[1]]
    times = np.quantile(time, [0.2, 0.5, 0.8])
    curves = forest.predict_survival_function(X, times)
    assert (np.diff(curves, axis=1) <= 0).all()
    found = evaluate(forest, X, y, times, n_resamples=50)
    assert found.value("harrell_c") == pytest.approx(forest.oob_score_)
    known = found.metrics.dropna(subset=["value", "low", "high"])
    assert (known["low"] <= known["high"]).all()


def test_a_stored_forest_predicts_the_same(cohort, forest, tmp_path):
    X, _ = cohort
    save_forest(forest, tmp_path / "forest")
    assert np.array_equal(load_forest(tmp_path / "forest").predict(X), forest.predict(X))


def test_categories_that_are_not_numbers_are_named():
    X, y = load_gbsg2()
    with pytest.raises(ValueError, match="but horTh, menostat, tgrade does not"):
        SurvivalForest().fit(X, y)


def test_pandas_own_kinds_of_unknown_are_unknown():
    X, y = load_whas500()
    nullable = X.astype("Float64")
    nullable.iloc[::5, 2] = pd.NA
    plain = X.astype(float)
    plain.iloc[::5, 2] = np.nan
    fits = [SurvivalForest(20, random_state=1).fit(frame, y) for frame in (nullable, plain)]
    assert np.array_equal(fits[0].oob_prediction_, fits[1].oob_prediction_)
