"""An honest baseline beside the forest: a penalised Cox model of the same columns.

Elastic net: Simon, Friedman, Hastie & Tibshirani (2011), J. Stat. Softw. 39(5), by scikit-survival. Its
penalty is chosen by cross-validated partial likelihood: van Houwelingen et al. (2006), Stat. Med.
25:3201-3216.
"""

from __future__ import annotations

import warnings
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted
from sksurv.linear_model import CoxnetSurvivalAnalysis

from ciri.errors import Refused
from ciri.kernel.concordance import order_of
from ciri.kernel.cox import partial_likelihood
from ciri.survival.concordance import concordance_index
from ciri.survival.cox import baseline_cumulative_hazard
from ciri.survival.features import (
    feature_names,
    feature_values,
    match_values,
    matching_outcome,
    seed_of,
)
from ciri.survival.given import as_numbers
from ciri.survival.outcome import Bools, Floats, Integers, outcome
from ciri.survival.preparation import Preparation

_HIGHEST = 500.0  # a log risk beyond it means the same, and exp would overflow
_ITERATIONS = 1_000_000
_SMALLEST = 0.01  # of the penalty that leaves no column in


class CoxElasticNet(BaseEstimator):
    """Cox model with an elastic net penalty, on median-imputed, standardised columns.

    Parameters
    ----------
    l1_ratio : float, default 0.5
        Above 0 and up to 1: 1 is the lasso, towards 0 ridge.
    n_alphas : int, default 50
        Penalties tried, from the smallest that leaves no column in down to a hundredth of it.
    cv : int, default 5
        Folds (stratified by event, at most as many as events) that choose among them: the penalty with the
        highest cross-validated partial likelihood, where no column at all is one of the choices.
    random_state : int, numpy.random.RandomState or None, default 0
        Of the folds; the same gives the same model.

    Attributes
    ----------
    coefficients_ : DataFrame
        feature, coef (per unit), coef_sd (per standard deviation); 0: left out.
    alpha_ : float
        The penalty chosen.
    cross_validation_ : DataFrame
        alpha, loglik (against no column), features (columns left in).
    baseline_ : DataFrame
        time, hazard: cumulative hazard at log risk 0.
    feature_names_in_ : ndarray of str, shape (p,)
        Columns in training order.
    n_features_in_ : int
        Number of columns, p.
    unique_times_ : ndarray of float
        Distinct training times, rising, in the unit of y.

    References
    ----------
    Elastic net: Simon, Friedman, Hastie & Tibshirani (2011), J. Stat. Softw. 39(5), by scikit-survival.
    Choice of the penalty: van Houwelingen et al. (2006), Stat. Med. 25:3201-3216.
    """

    coefficients_: pd.DataFrame
    alpha_: float
    cross_validation_: pd.DataFrame
    baseline_: pd.DataFrame
    preparation_: Preparation
    fitted_on_: set[bytes]
    feature_names_in_: NDArray[Any]
    n_features_in_: int
    unique_times_: Floats

    def __init__(
        self, l1_ratio: float = 0.5, n_alphas: int = 50, cv: int = 5, random_state: Any = 0
    ) -> None:
        self.l1_ratio = l1_ratio
        self.n_alphas = n_alphas
        self.cv = cv
        self.random_state = random_state

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.target_tags.required = True
        return tags

    def fit(self, X: Any, y: Any) -> Self:
        """Choose the penalty and fit.

        Parameters
        ----------
        X : DataFrame or array, shape (n, p)
            Numbers, NaN for unknown.
        y : structured array, shape (n,)
            (event, time), in any one unit of time.

        Returns
        -------
        CoxElasticNet
            The model itself.

        Raises
        ------
        ValueError
            Where X and y do not fit together, with fewer than two events, or where no penalised model of the
            columns converges.
        """
        self._check_parameters()
        names, values = feature_names(X), feature_values(X).astype(np.float64)
        event, time = matching_outcome(values, y)
        if event.sum() < 2:
            raise Refused(
                "too_few_events_for_elastic_net",
                "A penalised Cox model needs two events or more; here n_samples=%(patients)s, "
                "with %(events)s events.",
                patients=len(time),
                events=int(event.sum()),
            )
        self.fitted_on_ = {row.tobytes() for row in _canonical(values)}
        self.preparation_ = Preparation.of(values)
        columns = self.preparation_.apply(values)
        alphas, coefs = self._path(columns, event, time)
        gains = self._cross_validate(values, event, time, alphas)
        best = int(np.argmax(gains))
        self.feature_names_in_, self.n_features_in_ = names, len(names)
        self.unique_times_ = np.unique(time)
        self.alpha_ = float(alphas[best])
        self.cross_validation_ = pd.DataFrame(
            {"alpha": alphas, "loglik": gains, "features": (coefs != 0).sum(axis=0)}
        )
        per_unit = np.divide(
            coefs[:, best],
            self.preparation_.scale,
            out=np.zeros(len(names)),
            where=self.preparation_.scale > 0,
        )
        self.coefficients_ = pd.DataFrame(
            {"feature": names, "coef": per_unit, "coef_sd": coefs[:, best]}
        )
        self.baseline_ = baseline_cumulative_hazard(outcome(event, time), columns @ coefs[:, best])
        return self

    def has_seen(self, X: Any) -> Bools:
        """Which rows have the values of a row that the model was fitted on.

        Parameters
        ----------
        X : DataFrame or array, shape (m, p)
            Numbers, NaN for unknown.

        Returns
        -------
        ndarray of bool, shape (m,)
            True where such a row was among those fitted on.

        Raises
        ------
        ValueError
            Where X does not have the columns that the model was fitted to.
        sklearn.exceptions.NotFittedError
            Before `fit`.
        """
        check_is_fitted(self, "coefficients_")
        rows = _canonical(match_values(self, X).astype(np.float64))
        return np.array([row.tobytes() in self.fitted_on_ for row in rows], dtype=bool)

    def _check_parameters(self) -> None:
        if not 0 < self.l1_ratio <= 1:
            raise Refused(
                "l1_ratio",
                "l1_ratio is %(l1_ratio)s; it must be above 0 and up to 1.",
                l1_ratio=repr(self.l1_ratio),
            )
        for name, least in (("n_alphas", 1), ("cv", 2)):
            value = getattr(self, name)
            if not isinstance(value, (int, np.integer)) or value < least:
                raise Refused(
                    "whole_number_too_small",
                    "%(name)s is %(value)s; it must be a whole number of at least %(least)s.",
                    name=name,
                    value=repr(value),
                    least=least,
                )

    def _path(
        self, columns: Floats, event: Bools, time: Floats, alphas: Floats | None = None
    ) -> tuple[Floats, Floats]:
        """Penalties, falling, and the coefficients (p, penalties) under each.

        Begins with a penalty that leaves no column in. It ends early where a smaller one lets risks
        run away.
        """
        varied = columns.std(axis=0) > 0
        if not varied.any():
            asked = np.array([0.0]) if alphas is None else alphas
            return asked, np.zeros((columns.shape[1], len(asked)))
        found = _coxnet(
            columns[:, varied],
            outcome(event, time),
            l1_ratio=self.l1_ratio,
            n_alphas=self.n_alphas,
            alphas=alphas,
            alpha_min_ratio=_SMALLEST,
        )
        coefs = np.zeros((columns.shape[1], len(found.alphas_)))
        coefs[varied] = found.coef_
        return found.alphas_, coefs

    def _cross_validate(self, values: Floats, event: Bools, time: Floats, alphas: Floats) -> Floats:
        """Log partial likelihood of what folds left out, against no column: (penalties,).

        Of each fold: that of everybody less that of its training rows, by the coefficients that these
        gave. -inf where the coefficients of a penalty could not be had.
        """
        folds = stratify_folds(event, min(self.cv, int(event.sum())), seed_of(self.random_state))
        gains = np.zeros(len(alphas))
        for fold in range(folds.max() + 1):
            kept = folds != fold
            preparation = Preparation.of(values[kept])
            columns = preparation.apply(values)
            _, coefs = self._path(columns[kept], event[kept], time[kept], alphas)
            score = columns @ coefs
            gain = np.full(len(alphas), -np.inf)
            gain[: coefs.shape[1]] = _logliks(event, time, score) - _logliks(
                event[kept], time[kept], score[kept]
            )
            none = np.zeros((len(time), 1))
            gains += gain + _logliks(event[kept], time[kept], none[kept])
            gains -= _logliks(event, time, none)
        gains[0] = 0.0  # no column
        return gains

    def predict(self, X: Any) -> Floats:
        """Predict log risk.

        Parameters
        ----------
        X : DataFrame or array, shape (n, p)
            Numbers, NaN for unknown.

        Returns
        -------
        ndarray of float, shape (n,)
            Log hazard ratio against a patient with the mean of every column, whose log risk is 0.

        Raises
        ------
        ValueError
            Where X does not have the columns that the model was fitted to.
        sklearn.exceptions.NotFittedError
            Before `fit`.
        """
        values = self._values(X)
        risk: Floats = self.preparation_.apply(values) @ self.coefficients_["coef_sd"].to_numpy()
        return risk

    def predict_survival_function(self, X: Any, times: Any) -> Floats:
        """Predict the survival probability.

        Parameters
        ----------
        X : DataFrame or array, shape (n, p)
            Numbers, NaN for unknown.
        times : array, shape (t,)
            Positive, in the unit of y, up to the last in training.

        Returns
        -------
        ndarray of float, shape (n, t)
            Probability (0-1) of being free of an event after each of the times.

        Raises
        ------
        ValueError
            Where X does not fit, or a time is not positive and finite or lies past the last in training.
        sklearn.exceptions.NotFittedError
            Before `fit`.
        """
        risk = np.exp(np.minimum(self.predict(X), _HIGHEST))
        asked = np.atleast_1d(as_numbers(times, "times"))
        if asked.ndim != 1 or not np.isfinite(asked).all() or (asked <= 0).any():
            raise Refused("times_not_positive", "times must be positive, finite numbers.")
        if (asked > self.unique_times_[-1]).any():
            raise Refused(
                "times_past_follow_up",
                "times go up to %(latest)g, but follow-up ends at %(end)g.",
                latest=float(asked.max()),
                end=float(self.unique_times_[-1]),
            )
        place = np.searchsorted(self.baseline_["time"], asked, side="right")
        hazard = np.r_[0.0, self.baseline_["hazard"]][place]
        survival: Floats = np.exp(-risk[:, None] * hazard)
        return survival

    def score(self, X: Any, y: Any) -> float:
        """Harrell's C of `predict(X)` on y.

        Parameters
        ----------
        X : DataFrame or array, shape (n, p)
            Numbers, NaN for unknown.
        y : structured array, shape (n,)
            (event, time).

        Returns
        -------
        float
            Concordance index (0-1).

        Raises
        ------
        ValueError
            Where X or y do not fit, or no two patients can be compared.
        """
        return concordance_index(y, self.predict(X))

    def _values(self, X: Any) -> Floats:
        check_is_fitted(self, "coefficients_")
        return match_values(self, X).astype(np.float64)


def _canonical(values: Floats) -> Floats:
    """Rows whose equal values are equal bytes: one NaN, and no negative zero."""
    return np.ascontiguousarray(np.where(np.isnan(values), np.nan, values + 0.0))


def _coxnet(columns: Floats, y: Any, **parameters: Any) -> CoxnetSurvivalAnalysis:
    """A path of elastic nets; of its first half where the smallest penalties have no solution."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a path on which no column enters is one of the answers
        try:
            return CoxnetSurvivalAnalysis(max_iter=_ITERATIONS, **parameters).fit(columns, y)
        except ArithmeticError as error:
            count, alphas = parameters["n_alphas"], parameters["alphas"]
            if min(count, count if alphas is None else len(alphas)) < 2:
                raise Refused(
                    "no_elastic_net", "No penalised Cox model of these columns converges."
                ) from error
    half = {
        "n_alphas": count // 2,
        "alphas": None if alphas is None else alphas[: len(alphas) // 2],
        "alpha_min_ratio": parameters["alpha_min_ratio"] ** 0.5,
    }
    return _coxnet(columns, y, **{**parameters, **half})


def stratify_folds(event: Bools, count: int, seed: int) -> Integers:
    """The fold of each patient (n,), 0 to count - 1: events and the censored dealt out in turn."""
    random = np.random.default_rng(seed)
    shuffled = random.permutation(len(event))
    dealt = shuffled[np.argsort(~event[shuffled], kind="stable")]
    folds = np.empty(len(event), dtype=np.int64)
    folds[dealt] = np.arange(len(event)) % count
    return folds


def _logliks(event: Bools, time: Floats, scores: Floats) -> Floats:
    """Log partial likelihood under each column of log risks (n, k): (k,); -inf where it overflows."""
    order, ends = order_of(event, time)
    one, gradient, information = np.ones(1), np.zeros(1), np.zeros((1, 1))
    found = [
        partial_likelihood(
            order,
            ends,
            event,
            np.ascontiguousarray(score[:, None]),
            np.ones(len(time)),
            one,
            gradient,
            information,
        )
        for score in scores.T
    ]
    return np.where(np.isfinite(found), found, -np.inf)
