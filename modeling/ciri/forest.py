"""The random survival forest: grown by scikit-survival, kept and read as plain arrays.

Ishwaran, Kogalur, Blackstone, Lauer (2008), Random survival forests, Ann. Appl. Stat. 2:841-860.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from modeling.ciri.concordance import concordance_index
from modeling.ciri.growing import grow
from modeling.ciri.outcome import Floats, Integers, split_outcome
from modeling.ciri.trees import Trees, Values


class SurvivalForest(BaseEstimator):
    """A random survival forest with log-rank splitting on bootstrap samples.

    After `fit`: `trees_` (Trees), `feature_names_in_`, `n_features_in_`, `unique_times_` (distinct
    training times), `oob_prediction_` (n,) (NaN for a row that every bootstrap sample holds) and
    `oob_score_` (Harrell's C of the rest). The trees depend on `random_state`, never on `n_jobs`.
    """

    trees_: Trees
    feature_names_in_: NDArray[Any]
    n_features_in_: int
    unique_times_: Floats
    oob_prediction_: Floats
    oob_score_: float

    def __init__(
        self,
        n_estimators: int = 1000,
        min_samples_leaf: int = 15,
        max_features: str | int | float | None = "sqrt",
        random_state: int | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.n_estimators = n_estimators
        self.min_samples_leaf = min_samples_leaf
        self.max_features = max_features
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Grow the forest.

        X: (n, p) frame or array, NaN for unknown. y: structured (event, time), (n,), in any one unit
        of time. sample_weight: (n,), positive; the chance of a row in each bootstrap sample.
        """
        names, values = feature_names(X), feature_values(X)
        event, time = split_outcome(y)
        if len(values) != len(time):
            raise ValueError(f"X has {len(values)} rows and y has {len(time)}; they must agree.")
        if len(values) < 2 or not event.any():
            raise ValueError("A forest needs at least two rows and one event to learn from.")
        weight = _weights(sample_weight, len(values))
        parameters = self.get_params()
        trees = grow(values, event, time, sample_weight=weight, parameters=parameters)
        return self._hold(trees, names)

    @classmethod
    def from_trees(cls, trees: Trees, names: list[str], **parameters: Any) -> SurvivalForest:
        """A fitted forest from stored trees and the names of their features."""
        return cls(**parameters)._hold(trees, np.array(names, dtype=object))

    def _hold(self, trees: Trees, names: NDArray[Any]) -> Self:
        self.trees_ = trees
        self.feature_names_in_, self.n_features_in_ = names, len(names)
        self.unique_times_ = np.unique(trees.time)
        self.oob_prediction_ = trees.out_of_bag_mortality()
        known = np.isfinite(self.oob_prediction_)
        self.oob_score_ = np.nan
        if known.any():
            try:
                self.oob_score_ = concordance_index(
                    trees.outcome[known], self.oob_prediction_[known]
                )
            except ValueError:
                self.oob_score_ = np.nan  # too few events to compare anybody
        return self

    def predict(self, X: Any) -> Floats:
        """Ensemble mortality (n,): expected events if all training patients had this risk."""
        return self.trees_.mean_mortality(self.features(X))

    def predict_out_of_bag(self, X: Any, training_rows: Any) -> Floats:
        """Ensemble mortality (n,) where row i is training row `training_rows[i]` (-1: is none):

        the mean over the trees whose bootstrap sample left that row out.
        """
        return self.trees_.mean_mortality(self.features(X), np.asarray(training_rows, np.int64))

    def predict_cumulative_hazard_function(self, X: Any, times: Any) -> Floats:
        """Ensemble cumulative hazard (n, times): mean of the leaves' Nelson-Aalen estimates."""
        return self.trees_.mean_curve(self.features(X), self._times(times), "hazard")

    def predict_survival_function(
        self, X: Any, times: Any, training_rows: Integers | None = None
    ) -> Floats:
        """Ensemble survival probability (n, times): mean of the leaves' Kaplan-Meier estimates.

        times: in the unit of y, positive, up to the last training time. `training_rows` as in
        `predict_out_of_bag`.
        """
        return self.trees_.mean_curve(
            self.features(X), self._times(times), "survival", training_rows
        )

    def score(self, X: Any, y: Any) -> float:
        """Harrell's C of `predict(X)` on y."""
        return concordance_index(y, self.predict(X))

    def features(self, X: Any) -> Values:
        """X as the forest reads it: (n, p) float32, columns of a frame put in training order."""
        check_is_fitted(self, "trees_")
        if isinstance(X, pd.DataFrame):
            known, given = list(self.feature_names_in_), feature_names(X).tolist()
            if unknown := [name for name in given if name not in known]:
                raise ValueError(f"X has columns the forest does not know: {', '.join(unknown)}.")
            if absent := [name for name in known if name not in given]:
                raise ValueError(f"X lacks columns the forest reads: {', '.join(absent)}.")
            X = X[known]
        values = feature_values(X)
        if values.shape[1] != self.n_features_in_:
            raise ValueError(
                f"X has {values.shape[1]} columns; the forest reads {self.n_features_in_}."
            )
        return values

    def _times(self, times: Any) -> Floats:
        asked = np.atleast_1d(np.asarray(times, dtype=np.float64))
        last = self.trees_.time.max()
        if asked.ndim != 1 or not np.isfinite(asked).all() or (asked <= 0).any():
            raise ValueError("times must be positive, finite numbers.")
        if (asked > last).any():
            raise ValueError(f"times go up to {asked.max():g}, but follow-up ends at {last:g}.")
        return asked


def feature_names(X: Any) -> NDArray[Any]:
    """Names of the columns of X: those of a frame, else x0, x1, ..."""
    if not isinstance(X, pd.DataFrame):
        columns = np.shape(X)[1] if np.ndim(X) == 2 else 0
        return np.array([f"x{column}" for column in range(columns)], dtype=object)
    names = [str(name) for name in X.columns]
    if len(set(names)) < len(names):
        raise ValueError("X has two columns of the same name; every feature needs its own.")
    return np.array(names, dtype=object)


def feature_values(X: Any) -> Values:
    """X as a contiguous float32 array (n, p); ValueError unless two-dimensional and finite or NaN."""
    try:
        values = np.asarray(X, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError("X must hold numbers only; code categories as numbers first.") from error
    if values.ndim != 2 or not values.shape[1]:
        raise ValueError(f"X must be rows by columns; its shape is {values.shape}.")
    if (np.abs(values) > np.finfo(np.float32).max).any():
        raise ValueError("X holds infinite values, or values beyond what float32 can hold.")
    return np.ascontiguousarray(values, dtype=np.float32)


def _weights(sample_weight: Any, rows: int) -> Floats | None:
    if sample_weight is None:
        return None
    weight = np.asarray(sample_weight, dtype=np.float64)
    if weight.shape != (rows,) or not np.isfinite(weight).all() or (weight <= 0).any():
        raise ValueError("sample_weight must be one positive, finite number per row of X.")
    return weight
