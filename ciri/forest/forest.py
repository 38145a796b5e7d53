"""The random survival forest: grown by the kernel, kept and read as plain arrays.

Ishwaran, Kogalur, Blackstone, Lauer (2008), Random survival forests, Ann. Appl. Stat. 2:841-860.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from ciri.forest.growing import grow
from ciri.forest.recognition import Recognised, recognise
from ciri.forest.trees import Trees
from ciri.survival.concordance import concordance_indices
from ciri.survival.features import (
    Values,
    feature_names,
    feature_values,
    fitted_values,
    matching_outcome,
    seed_of,
)
from ciri.survival.given import as_numbers
from ciri.survival.outcome import Floats, Integers


class SurvivalForest(BaseEstimator):
    """A random survival forest with log-rank splitting.

    n_estimators: trees. min_samples_leaf: distinct training rows in a leaf, at least. max_features:
    features drawn at each node ("sqrt", "log2", a share, a number, None for all). random_state: a whole
    number, a numpy RandomState, or None for another forest at each fit. n_jobs: threads, None for as
    many as there may be (`kernel.threads`); the forest never depends on it. bootstrap: n rows drawn
    with replacement for each tree, else 63.2 % of the rows without.

    After `fit`: `trees_` (Trees), `feature_names_in_`, `n_features_in_`, `unique_times_` (distinct
    training times), `seed_`, `oob_prediction_` (n,) (NaN for a row that every sample holds) and
    `oob_score_` (Harrell's C of the rest, NaN where nobody can be compared).
    """

    trees_: Trees
    feature_names_in_: NDArray[Any]
    n_features_in_: int
    unique_times_: Floats
    seed_: int
    oob_prediction_: Floats
    oob_score_: float

    def __init__(
        self,
        n_estimators: int = 1000,
        min_samples_leaf: int = 15,
        max_features: str | int | float | None = "sqrt",
        random_state: Any = None,
        n_jobs: int | None = None,
        bootstrap: bool = True,
    ) -> None:
        self.n_estimators = n_estimators
        self.min_samples_leaf = min_samples_leaf
        self.max_features = max_features
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.bootstrap = bootstrap

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.target_tags.required = True
        return tags

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Grow the forest.

        X: (n, p) frame or array, NaN for unknown. y: structured (event, time), (n,), in any one unit
        of time. sample_weight: (n,), not negative; the relative chance of a row in each sample.
        """
        names, values = feature_names(X), feature_values(X)
        event, time = matching_outcome(values, y)
        if len(values) < 2 or not event.any():
            raise ValueError(
                "A forest needs at least two rows and one event to learn from; here n_samples="
                f"{len(values)}, with {int(event.sum())} events."
            )
        self.seed_ = seed_of(self.random_state)
        trees = grow(
            values,
            event,
            time,
            n_estimators=_whole("n_estimators", self.n_estimators),
            min_samples_leaf=_whole("min_samples_leaf", self.min_samples_leaf),
            features_tried=features_tried(self.max_features, values.shape[1]),
            seed=self.seed_,
            sample_weight=_weights(sample_weight, len(values)),
            bootstrap=self.bootstrap,
            n_jobs=self.n_jobs,
        )
        return self._hold(trees, names)

    @classmethod
    def from_trees(cls, trees: Trees, names: list[str], **parameters: Any) -> SurvivalForest:
        """A fitted forest from stored trees and the names of their features."""
        forest = cls(**parameters)
        if isinstance(forest.random_state, int):
            forest.seed_ = forest.random_state
        return forest._hold(trees, np.array(names, dtype=object))

    def _hold(self, trees: Trees, names: NDArray[Any]) -> Self:
        self.trees_ = trees
        self.feature_names_in_, self.n_features_in_ = names, len(names)
        self.unique_times_ = np.unique(trees.time)
        self.oob_prediction_ = trees.out_of_bag_mortality()
        known = np.isfinite(self.oob_prediction_)
        self.oob_score_ = np.nan
        if known.any():
            try:
                self.oob_score_ = _c(trees.outcome[known], self.oob_prediction_[known])
            except ValueError:
                self.oob_score_ = np.nan  # too few events to compare anybody
        return self

    def predict(self, X: Any) -> Floats:
        """Ensemble mortality (n,): expected events if all training patients had this risk."""
        values = self.features(X)
        return self.trees_.mean_mortality(values, n_jobs=self.n_jobs)

    def predict_out_of_bag(self, X: Any, training_rows: Any) -> Floats:
        """Ensemble mortality (n,) where row i is training row `training_rows[i]` (-1: is none):

        the mean over the trees whose sample left that row out.
        """
        values, rows = self.features(X), np.asarray(training_rows, np.int64)
        return self.trees_.mean_mortality(values, rows, self.n_jobs)

    def predict_cumulative_hazard_function(
        self, X: Any, times: Any, training_rows: Integers | None = None
    ) -> Floats:
        """Ensemble cumulative hazard (n, times): mean of the leaves' Nelson-Aalen estimates."""
        return self._curve(X, times, "hazard", training_rows)

    def predict_survival_function(
        self, X: Any, times: Any, training_rows: Integers | None = None
    ) -> Floats:
        """Ensemble survival probability (n, times): mean of the leaves' Kaplan-Meier estimates.

        times: in the unit of y, positive, up to the last training time. `training_rows` as in
        `predict_out_of_bag`.
        """
        return self._curve(X, times, "survival", training_rows)

    def predict_restricted_mean(
        self, X: Any, horizons: Any, training_rows: Integers | None = None
    ) -> Floats:
        """Restricted mean survival time (n, horizons): area under the ensemble survival curve."""
        return self._curve(X, horizons, "mean", training_rows)

    def _curve(self, X: Any, times: Any, kind: str, training_rows: Integers | None) -> Floats:
        values, asked = self.features(X), self._times(times)
        return self.trees_.mean_curve(values, asked, kind, training_rows, self.n_jobs)

    def score(self, X: Any, y: Any) -> float:
        """Harrell's C on y of `predict(X)`, out-of-bag for rows that the forest was grown on.

        Rows that every sample holds have no out-of-bag prediction and are left out.
        """
        risk = self.predict_out_of_bag(X, self.recognise(X, y).rows)
        known = np.isfinite(risk)
        return _c(np.asarray(y)[known], risk[known])

    def recognise(self, X: Any, y: Any) -> Recognised:
        """Which rows of X (n, p) with outcome y (n,) are training rows, known by values and outcome.

        `rows` (-1: none) is what `predict_out_of_bag`, `predict_survival_function` and
        `ciri.shap_values` take as `training_rows`; `note` says it in words.
        """
        values = self.features(X)
        return recognise(self.trees_, values, *matching_outcome(values, y), self.n_jobs)

    def features(self, X: Any) -> Values:
        """X as the forest reads it: (n, p) float32, columns of a frame put in training order."""
        check_is_fitted(self, "trees_")
        return fitted_values(self, X)

    def _times(self, times: Any) -> Floats:
        asked = np.atleast_1d(as_numbers(times, "times"))
        last = self.trees_.time.max()
        if asked.ndim != 1 or not np.isfinite(asked).all() or (asked <= 0).any():
            raise ValueError("times must be positive, finite numbers.")
        if not len(asked):
            raise ValueError("times is empty; name at least one time.")
        if (asked > last).any():
            raise ValueError(f"times go up to {asked.max():g}, but follow-up ends at {last:g}.")
        return asked


def _c(y: Any, risk: Floats) -> float:
    """Harrell's C, without a look at what the scores may be: they are mortality."""
    return float(concordance_indices(y, risk[None])[0])


def features_tried(max_features: str | int | float | None, features: int) -> int:
    """How many of the features each node draws; scikit-learn's rule for `max_features`."""
    if max_features is None:
        return features
    if max_features in ("sqrt", "log2"):
        rule = np.sqrt if max_features == "sqrt" else np.log2
        return max(1, int(rule(features)))
    if isinstance(max_features, int | np.integer) and not isinstance(max_features, bool):
        if max_features >= 1:
            return min(int(max_features), features)
    elif isinstance(max_features, float | np.floating) and 0 < max_features <= 1:
        return max(1, int(max_features * features))
    raise ValueError(
        f"max_features is {max_features!r}; it must be 'sqrt', 'log2', None, a share above 0 and up "
        "to 1.0, or a number of features."
    )


def _whole(name: str, value: Any) -> int:
    if not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(f"{name} is {value!r}; it must be a whole number of at least 1.")
    return int(value)


def _weights(sample_weight: Any, rows: int) -> Floats | None:
    if sample_weight is None:
        return None
    weight = as_numbers(sample_weight, "sample_weight")
    if weight.shape != (rows,) or not np.isfinite(weight).all() or (weight < 0).any():
        raise ValueError("sample_weight must be one finite number, not negative, per row of X.")
    if not weight.any():
        raise ValueError("sample_weight is zero for every row, so none could be drawn.")
    return weight
