"""Asking a model what it says of patients: ours, and any estimator of scikit-survival."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from ciri.errors import Refused
from ciri.forest.forest import SurvivalForest
from ciri.said import Said
from ciri.survival.elastic_net import CoxElasticNet
from ciri.survival.given import as_numbers
from ciri.survival.outcome import Floats


@dataclass(frozen=True)
class Predictions:
    """Risk (n,), NaN where there is none; survival (n, H) as a function of times (H,), or None;

    the last time that function reaches; and a sentence on how the predictions were made.
    """

    risk: Floats
    survival: Callable[[Floats], Any] | None
    last: float = np.inf
    note: str = ""


UNKNOWN_TRAINING = Said("training_unknown")


def predictions(model: Any, X: Any, y: Any) -> Predictions:
    """What a fitted model says of the patients X with outcome y.

    Patients that a forest of ours was grown on are recognised one by one, by values and outcome, and are
    predicted out-of-bag, never by the trees that know them; the note says how many, and who could not be
    told apart. Other models have no out-of-bag predictions: the note says what that means.
    """
    found = getattr(model, "best_estimator_", None)  # of a search over parameters
    if found is not None:
        return predictions(found, X, y)
    if isinstance(model, Pipeline):
        return predictions(model[-1], model[:-1].transform(X) if len(model) > 1 else X, y)
    if isinstance(model, SurvivalForest):
        return _forest_predictions(model, X, y)
    if not hasattr(model, "predict"):
        raise Refused(
            "no_predict",
            "%(model)s has no predict(X), so it cannot be judged on X and y; give a fitted "
            "forest (of a TrainedModel: its `forest`, with X from `inputs`) or another "
            "estimator.",
            model=type(model).__name__,
        )
    risk = as_numbers(model.predict(X), "The risk")
    note = _say_seen(model, X) if isinstance(model, CoxElasticNet) else UNKNOWN_TRAINING
    predict = getattr(model, "predict_survival_function", None)
    if predict is None:
        return Predictions(risk, None, note=note)
    if "times" in inspect.signature(predict).parameters:
        known = getattr(model, "unique_times_", None)
        last = np.inf if known is None else float(np.max(known))
        return Predictions(risk, lambda times: predict(X, times), last, note)
    steps = predict(X)
    return Predictions(
        risk,
        lambda times: np.array([np.atleast_1d(step(times)) for step in steps]),
        min(float(step.domain[1]) for step in steps),
        note,
    )


def _say_seen(model: CoxElasticNet, X: Any) -> str:
    """How many of X the model was fitted on."""
    seen, count = int(model.has_seen(X).sum()), len(X)
    if not seen:
        return ""
    return Said("fitted_on_some", n=seen, all=count)


def _forest_predictions(forest: SurvivalForest, X: Any, y: Any) -> Predictions:
    known = forest.recognise(X, y)
    return Predictions(
        forest.predict_out_of_bag(X, known.rows),
        lambda times: forest.predict_survival_function(X, times, known.rows),
        float(forest.trees_.time.max()),
        known.note,
    )
