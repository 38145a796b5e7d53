"""Asking a model what it says of patients: ours, and any estimator of scikit-survival."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from modeling.ciri.forest import SurvivalForest
from modeling.ciri.outcome import Floats, split_outcome


@dataclass(frozen=True)
class Predictions:
    """Risk (n,), NaN where there is none; survival (n, H) as a function of times (H,), or None;

    the last time that function reaches; and a sentence on how the predictions were made.
    """

    risk: Floats
    survival: Callable[[Floats], Any] | None
    last: float = np.inf
    note: str = ""


def predictions(model: Any, X: Any, y: Any) -> Predictions:
    """What a fitted model says of the patients X with outcome y.

    Patients that a forest of ours was grown on are predicted out-of-bag, never by the trees that
    know them.
    """
    if isinstance(model, Pipeline):
        return predictions(model[-1], model[:-1].transform(X) if len(model) > 1 else X, y)
    if isinstance(model, SurvivalForest):
        return _forest_predictions(model, X, y)
    risk = np.asarray(model.predict(X), dtype=np.float64)
    predict = getattr(model, "predict_survival_function", None)
    if predict is None:
        return Predictions(risk, None)
    if "times" in inspect.signature(predict).parameters:
        known = getattr(model, "unique_times_", None)
        last = np.inf if known is None else float(np.max(known))
        return Predictions(risk, lambda times: predict(X, times), last)
    steps = predict(X)
    return Predictions(
        risk,
        lambda times: np.array([np.atleast_1d(step(times)) for step in steps]),
        min(float(step.domain[1]) for step in steps),
    )


def _forest_predictions(forest: SurvivalForest, X: Any, y: Any) -> Predictions:
    check_is_fitted(forest, "trees_")
    last = float(forest.trees_.time.max())
    if not _grown_on(forest, y):
        return Predictions(
            forest.predict(X), lambda times: forest.predict_survival_function(X, times), last
        )
    rows = np.arange(len(y))
    return Predictions(
        forest.predict_out_of_bag(X, rows),
        lambda times: forest.predict_survival_function(X, times, rows),
        last,
        "The forest was grown on these patients, so every prediction is out-of-bag.",
    )


def _grown_on(forest: SurvivalForest, y: Any) -> bool:
    """Whether y is the outcome that the forest was grown on, row by row."""
    event, time = split_outcome(y)
    trees = forest.trees_
    return np.array_equal(trees.time, time) and np.array_equal(trees.event, event)
