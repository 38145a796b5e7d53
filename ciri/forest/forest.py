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

from ciri.errors import Refused
from ciri.forest.growing import grow
from ciri.forest.parameters import check_followed_times, count_tried_features, row_weights, whole
from ciri.forest.recognition import Recognised, recognise
from ciri.forest.trees import Trees
from ciri.survival.concordance import concordance_indices
from ciri.survival.features import (
    Values,
    feature_names,
    feature_values,
    match_values,
    matching_outcome,
    seed_of,
)
from ciri.survival.outcome import Floats, Integers


class SurvivalForest(BaseEstimator):
    """A random survival forest with log-rank splitting.

    Parameters
    ----------
    n_estimators : int, default 1000
        Trees.
    min_samples_leaf : int, default 15
        Distinct training rows in a leaf, at least.
    max_features : {"sqrt", "log2"}, float, int or None, default "sqrt"
        Features drawn at each node: a rule, a share above 0 and up to 1.0, a number, None for all.
    random_state : int, numpy.random.RandomState or None, default None
        The seed; None grows another forest at each fit.
    n_jobs : int or None, default None
        Threads, None for as many as there may be (`ciri.kernel.threads`); the forest never depends on it.
    bootstrap : bool, default True
        Whether n rows are drawn with replacement for each tree, else 63.2 % of the rows without.

    Attributes
    ----------
    trees_ : ciri.forest.trees.Trees
        The grown trees as plain arrays.
    feature_names_in_ : ndarray of str, shape (p,)
        Columns in training order.
    n_features_in_ : int
        Number of columns, p.
    unique_times_ : ndarray of float, shape (t,)
        Distinct training times, rising, in the unit of y.
    seed_ : int
        The seed that was used.
    oob_prediction_ : ndarray of float, shape (n,)
        Out-of-bag ensemble mortality (expected events); NaN for a row that every sample holds.
    oob_score_ : float
        Harrell's C of the known `oob_prediction_`; NaN where nobody can be compared.

    Notes
    -----
    Whatever reads the trees raises sklearn.exceptions.NotFittedError before `fit`.

    References
    ----------
    Ishwaran, Kogalur, Blackstone, Lauer (2008), Random survival forests, Ann. Appl. Stat. 2:841-860.
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

        Parameters
        ----------
        X : DataFrame or array, shape (n, p)
            Numbers, NaN for unknown.
        y : structured array, shape (n,)
            (event, time), in any one unit of time, such as `sksurv.util.Surv` makes.
        sample_weight : array, shape (n,), optional
            The relative chance of a row in each sample; not negative.

        Returns
        -------
        SurvivalForest
            The forest itself.

        Raises
        ------
        ValueError
            Where X and y do not fit, hold fewer than two rows or no event, or a parameter cannot be.
        """
        names, values = feature_names(X), feature_values(X)
        event, time = matching_outcome(values, y)
        if len(values) < 2 or not event.any():
            raise Refused(
                "too_little_for_a_forest",
                "A forest needs at least two rows and one event to learn from; here "
                "n_samples=%(rows)s, with %(events)s events.",
                rows=len(values),
                events=int(event.sum()),
            )
        self.seed_ = seed_of(self.random_state)
        trees = grow(
            values,
            event,
            time,
            n_estimators=whole("n_estimators", self.n_estimators),
            min_samples_leaf=whole("min_samples_leaf", self.min_samples_leaf),
            features_tried=count_tried_features(self.max_features, values.shape[1]),
            seed=self.seed_,
            sample_weight=row_weights(sample_weight, len(values)),
            bootstrap=self.bootstrap,
            n_jobs=self.n_jobs,
        )
        return self._hold(trees, names)

    @classmethod
    def from_trees(cls, trees: Trees, names: list[str], **parameters: Any) -> SurvivalForest:
        """Make a fitted forest of stored trees and the names of their features.

        Parameters
        ----------
        trees : ciri.forest.trees.Trees
            Grown trees.
        names : list of str, length p
            Features, in the order that the trees number them.
        **parameters
            Parameters of the forest, as its constructor takes them.

        Returns
        -------
        SurvivalForest
            A fitted forest.
        """
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
        """Predict ensemble mortality: expected events if all training patients had this risk.

        Parameters
        ----------
        X : DataFrame or array, shape (n, p)
            Numbers, NaN for unknown; columns of a frame are found by name.

        Returns
        -------
        ndarray of float, shape (n,)
            Mean of the trees' mortality, in expected events; higher is riskier.

        Raises
        ------
        ValueError
            Where X does not have the columns that the forest was fitted to, or holds what is not a number.
        """
        values = self.features(X)
        return self.trees_.mean_mortality(values, n_jobs=self.n_jobs)

    def predict_out_of_bag(self, X: Any, training_rows: Any) -> Floats:
        """Predict ensemble mortality of training rows by the trees whose sample left them out.

        Parameters
        ----------
        X : DataFrame or array, shape (n, p)
            Numbers, NaN for unknown; columns of a frame are found by name.
        training_rows : array of int, shape (n,)
            Row i of X is training row `training_rows[i]`; -1: it is none, and every tree counts.

        Returns
        -------
        ndarray of float, shape (n,)
            Expected events; NaN for a row that every sample holds.

        Raises
        ------
        ValueError
            Where X does not have the columns that the forest was fitted to, or holds what is not a number.
        """
        values, rows = self.features(X), np.asarray(training_rows, np.int64)
        return self.trees_.mean_mortality(values, rows, self.n_jobs)

    def predict_cumulative_hazard_function(
        self, X: Any, times: Any, training_rows: Integers | None = None
    ) -> Floats:
        """Predict the ensemble cumulative hazard: mean of the leaves' Nelson-Aalen estimates.

        Parameters
        ----------
        X : DataFrame or array, shape (n, p)
            Numbers, NaN for unknown; columns of a frame are found by name.
        times : array, shape (t,)
            In the unit of y, positive, up to the last training time.
        training_rows : ndarray of int, shape (n,), optional
            Row i of X is that training row (-1: none), as in `predict_out_of_bag`; by default none is.

        Returns
        -------
        ndarray of float, shape (n, t)
            Cumulative hazard at each of the times.

        Raises
        ------
        ValueError
            Where X does not fit the forest, or a time is not positive and finite or lies past the last
            training time.
        """
        return self._curve(X, times, "hazard", training_rows)

    def predict_survival_function(
        self, X: Any, times: Any, training_rows: Integers | None = None
    ) -> Floats:
        """Predict the ensemble survival probability: mean of the leaves' Kaplan-Meier estimates.

        Parameters
        ----------
        X : DataFrame or array, shape (n, p)
            Numbers, NaN for unknown; columns of a frame are found by name.
        times : array, shape (t,)
            In the unit of y, positive, up to the last training time.
        training_rows : ndarray of int, shape (n,), optional
            Row i of X is that training row (-1: none), as in `predict_out_of_bag`; by default none is.

        Returns
        -------
        ndarray of float, shape (n, t)
            Probability (0-1) of being free of an event after each of the times.

        Raises
        ------
        ValueError
            Where X does not fit the forest, or a time is not positive and finite or lies past the last
            training time.
        """
        return self._curve(X, times, "survival", training_rows)

    def predict_restricted_mean(
        self, X: Any, horizons: Any, training_rows: Integers | None = None
    ) -> Floats:
        """Predict the restricted mean survival time: the area under the ensemble survival curve.

        Parameters
        ----------
        X : DataFrame or array, shape (n, p)
            Numbers, NaN for unknown; columns of a frame are found by name.
        horizons : array, shape (t,)
            Times up to which the mean is taken; in the unit of y, positive, up to the last training time.
        training_rows : ndarray of int, shape (n,), optional
            Row i of X is that training row (-1: none), as in `predict_out_of_bag`; by default none is.

        Returns
        -------
        ndarray of float, shape (n, t)
            Mean survival time up to each of the horizons, in the unit of y.

        Raises
        ------
        ValueError
            Where X does not fit the forest, or a time is not positive and finite or lies past the last
            training time.
        """
        return self._curve(X, horizons, "mean", training_rows)

    def _curve(self, X: Any, times: Any, kind: str, training_rows: Integers | None) -> Floats:
        values = self.features(X)
        asked = check_followed_times(times, self.trees_.time.max())
        return self.trees_.mean_curve(values, asked, kind, training_rows, self.n_jobs)

    def score(self, X: Any, y: Any) -> float:
        """Harrell's C of `predict(X)` on y, out-of-bag for rows that the forest was grown on.

        Parameters
        ----------
        X : DataFrame or array, shape (n, p)
            Numbers, NaN for unknown; columns of a frame are found by name.
        y : structured array, shape (n,)
            (event, time), in the unit of the training.

        Returns
        -------
        float
            Concordance index (0-1). Rows that every sample holds have no out-of-bag prediction and are
            left out.

        Raises
        ------
        ValueError
            Where X or y do not fit, or no two patients can be compared.
        """
        risk = self.predict_out_of_bag(X, self.recognise(X, y).rows)
        known = np.isfinite(risk)
        return _c(np.asarray(y)[known], risk[known])

    def recognise(self, X: Any, y: Any) -> Recognised:
        """Find which rows are training rows, known by values and outcome.

        Parameters
        ----------
        X : DataFrame or array, shape (n, p)
            Numbers, NaN for unknown; columns of a frame are found by name.
        y : structured array, shape (n,)
            (event, time), in the unit of the training.

        Returns
        -------
        ciri.forest.recognition.Recognised
            Its `rows` (n,) (-1: none) is what `predict_out_of_bag`, `predict_survival_function` and
            `ciri.shap_values` take as `training_rows`; its `note` says it in words.

        Raises
        ------
        ValueError
            Where X or y do not fit.
        """
        values = self.features(X)
        return recognise(self.trees_, values, *matching_outcome(values, y), self.n_jobs)

    def features(self, X: Any) -> Values:
        """X as the forest reads it.

        Parameters
        ----------
        X : DataFrame or array, shape (n, p)
            Numbers, NaN for unknown; columns of a frame are found by name.

        Returns
        -------
        ndarray of float32, shape (n, p)
            Columns of a frame put in training order.

        Raises
        ------
        ValueError
            Where X does not have the columns that the forest was fitted to, or holds what is not a number.
        """
        check_is_fitted(self, "trees_")
        return match_values(self, X)


def _c(y: Any, risk: Floats) -> float:
    """Harrell's C, without a look at what the scores may be: they are mortality."""
    return float(concordance_indices(y, risk[None])[0])
