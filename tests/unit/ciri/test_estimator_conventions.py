"""scikit-learn's own estimator checks, for what applies to survival outcomes.

The checks hand over plain targets; the adapter makes outcomes of them. What cannot apply is listed with
its reason.
"""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks
from sksurv.util import Surv

from ciri import (
    CoxElasticNet,
    SurvivalForest,
    compare,
    evaluate,
    minimal_depth,
    oob_permutation_importance,
    partial_dependence,
    save_forest,
    shap_values,
)
from ciri.survival.outcome import outcome

from .cohorts import simulated


class AdaptedForest(SurvivalForest):
    """Takes any numbers for y: their ranks are times, and all but each third patient has the event."""

    def fit(self, X, y, sample_weight=None):
        return super().fit(X, survival_of(y), sample_weight)

    def score(self, X, y):
        return super().score(X, survival_of(y))


def survival_of(y):
    if y is None:
        return None
    labels = np.asarray(y)
    ranks = np.unique(labels.astype(str), return_inverse=True)[1].reshape(-1) + 1.0
    return outcome(np.arange(len(ranks)) % 3 != 0, ranks) if len(ranks) > 1 else _one(ranks)


def _one(ranks):
    return outcome(np.ones(len(ranks)), ranks)


EXPECTED = {
    "check_sample_weight_equivalence_on_dense_data": "weights are the chances of being drawn",
    "check_dtype_object": "asks for a TypeError; every refusal here is a ValueError",
}


@parametrize_with_checks(
    [AdaptedForest(5, 2, random_state=0)], expected_failed_checks=lambda estimator: EXPECTED
)
def test_conventions_of_scikit_learn(estimator, check):
    check(estimator)


def test_a_forest_is_cloned_cross_validated_and_put_in_a_pipeline():
    X, y = simulated(150, 4, gaps=0.05)
    y = Surv.from_arrays(y["event"], y["time"])
    forest = SurvivalForest(60, 8, random_state=1)
    assert clone(forest).get_params() == forest.get_params()
    assert cross_val_score(forest, X, y, cv=3).mean() > 0.6
    assert make_pipeline(StandardScaler(), forest).fit(X, y).score(X, y) > 0.7


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"n_estimators": 0}, "n_estimators is 0"),
        ({"min_samples_leaf": 2.5}, "min_samples_leaf is 2.5"),
        ({"max_features": "all"}, "max_features is 'all'"),
        ({"max_features": 0.0}, "max_features is 0.0"),
    ],
)
def test_parameters_that_mean_nothing_are_refused(parameters, sentence):
    with pytest.raises(ValueError, match=sentence):
        SurvivalForest(**parameters).fit(*simulated())


@pytest.mark.parametrize("model", [SurvivalForest(5, 2), CoxElasticNet()], ids=["forest", "cox"])
def test_whatever_reads_a_model_says_that_it_is_not_fitted(model, tmp_path):
    X, y = simulated(40, 3, gaps=0)
    calls = {
        "predict": lambda: model.predict(X),
        "survival": lambda: model.predict_survival_function(X, [100]),
        "score": lambda: model.score(X, y),
        "evaluate": lambda: evaluate(model, X, y),
        "compare": lambda: compare(model, model, X, y),
    }
    if isinstance(model, SurvivalForest):
        calls |= {
            "minimal_depth": lambda: minimal_depth(model),
            "importance": lambda: oob_permutation_importance(model, X, y),
            "shap": lambda: shap_values(model, X),
            "dependence": lambda: partial_dependence(model, X, "x0"),
            "store": lambda: save_forest(model, tmp_path / "forest"),
        }
    for call in calls.values():
        with pytest.raises(NotFittedError, match="not fitted yet"):
            call()
    assert not list(tmp_path.iterdir())
