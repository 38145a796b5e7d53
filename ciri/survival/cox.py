"""Cox's proportional hazards model of a few columns, with Efron's ties and case weights.

Cox (1972), J. R. Stat. Soc. B 34:187-220; Efron (1977), JASA 72:557-565. The same numbers as
R's survival::coxph. For many or correlated columns see `baseline.CoxElasticNet`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from ciri.errors import Refused
from ciri.kernel import cox as kernel
from ciri.kernel.concordance import order_of
from ciri.said import Said
from ciri.survival.features import feature_names, numbers_of_frame
from ciri.survival.given import as_numbers
from ciri.survival.outcome import Bools, Floats, split_outcome

_REASONS = {
    kernel.CONVERGED: "",
    kernel.SINGULAR: Said("cox_singular"),
    kernel.UNBOUNDED: Said("cox_unbounded"),
    kernel.UNFINISHED: Said("cox_unfinished"),
}
_NO_EVENTS = Said("cox_no_event")


@dataclass(frozen=True)
class CoxFit:
    """A fitted Cox model: coefficients per unit of each column (log hazard ratios).

    Parameters
    ----------
    names : tuple of str, length p
        Columns.
    coef, se : ndarray of float, shape (p,)
        Coefficients and their standard errors; NaN where the model did not converge.
    covariance : ndarray of float, shape (p, p)
        The inverse of the observed information; NaN where the model did not converge.
    loglik, loglik_null : float
        Log partial likelihood with and without the columns. Where the model did not converge, loglik is
        what was reached, which for a likelihood without a maximum is its limit.
    n, events : int
        Patients and events it rests on.
    converged : bool
        Whether there is an estimate.
    reason : str
        A sentence where there is none.
    """

    names: tuple[str, ...]
    coef: Floats
    se: Floats
    covariance: Floats
    loglik: float
    loglik_null: float
    n: int
    events: int
    converged: bool
    reason: str = ""

    def table(self, level: float = 0.95) -> pd.DataFrame:
        """The columns with their hazard ratios.

        Parameters
        ----------
        level : float, default 0.95
            Of the intervals.

        Returns
        -------
        DataFrame, p rows
            name, coef, se, hr, low, high (Wald's interval of the hazard ratio), p (Wald's test).
        """
        half = stats.norm.ppf(0.5 + level / 2) * self.se
        with np.errstate(over="ignore"):  # a bound beyond what a float holds is not known
            bounds = np.exp([self.coef, self.coef - half, self.coef + half])
        hr, low, high = np.where(np.isfinite(bounds), bounds, np.nan)
        p = 2 * stats.norm.sf(np.abs(self.coef / self.se))
        return pd.DataFrame(
            {
                "name": np.array(self.names, dtype=object),
                "coef": self.coef,
                "se": self.se,
                "hr": hr,
                "low": low,
                "high": high,
                "p": p,
            }
        )


def fit_cox(X: Any, y: Any, weights: Any = None) -> CoxFit:
    """Fit a Cox proportional hazards model, with Efron's ties and case weights.

    Parameters
    ----------
    X : DataFrame or array, shape (n, p)
        Known and finite numbers.
    y : structured array, shape (n,)
        (event, time).
    weights : array, shape (n,), optional
        Not negative; how often each patient counts (0: is not there).

    Returns
    -------
    ciri.survival.cox.CoxFit
        Coefficients per unit of each column. A likelihood without a maximum, constant or dependent columns
        and a lack of events are told in its `reason`.

    Raises
    ------
    ValueError
        Where the arrays do not fit.

    Notes
    -----
    Standard errors are those of the model, not robust ones. The same numbers as R's survival::coxph.

    References
    ----------
    Cox (1972), J. R. Stat. Soc. B 34:187-220; Efron (1977), JASA 72:557-565.
    """
    event, time = split_outcome(y)
    names, values = tuple(str(name) for name in feature_names(X)), _columns(X, len(time))
    weight = _weights(weights, len(time))
    scaled, scale = _standardise(values[weight > 0])
    event, time, weight = event[weight > 0], time[weight > 0], weight[weight > 0]
    if not event.any():
        return _fail(names, np.nan, np.nan, event, _NO_EVENTS)
    order, ends = order_of(event, time)
    coef = np.zeros(len(names))
    null, loglik, status = kernel.newton(order, ends, event, scaled, weight, coef)
    if status != kernel.CONVERGED:
        return _fail(names, loglik, null, event, _REASONS[status])
    gradient, lower = np.zeros_like(coef), np.zeros((len(coef), len(coef)))
    kernel.partial_likelihood(order, ends, event, scaled, weight, coef, gradient, lower)
    information = lower + np.tril(lower, -1).T
    covariance = np.linalg.inv(information) / np.outer(scale, scale)
    return CoxFit(
        names,
        coef / scale,
        np.sqrt(np.diag(covariance)),
        covariance,
        loglik,
        null,
        len(event),
        int(event.sum()),
        converged=True,
    )


def _fail(names: tuple[str, ...], loglik: float, null: float, event: Bools, reason: str) -> CoxFit:
    unknown = np.full(len(names), np.nan)
    return CoxFit(
        names,
        unknown,
        unknown,
        np.full((len(names), len(names)), np.nan),
        loglik,
        null,
        len(event),
        int(event.sum()),
        converged=False,
        reason=reason,
    )


def _columns(X: Any, n: int) -> Floats:
    try:
        values = numbers_of_frame(X) if isinstance(X, pd.DataFrame) else as_numbers(X, "X")
    except (TypeError, ValueError) as error:
        raise Refused(
            "cox_not_numbers", "X must hold numbers only (%(error)s).", error=str(error)
        ) from error
    if values.ndim != 2 or len(values) != n or not values.shape[1]:
        raise Refused(
            "cox_shape",
            "X must have a row per patient, %(patients)s, and a column or more; its shape is "
            "%(shape)s.",
            patients=n,
            shape=values.shape,
        )
    if not np.isfinite(values).all():
        raise Refused(
            "cox_unknown_values",
            "X holds unknown or infinite values; a Cox model needs every one known.",
        )
    return values


def _weights(weights: Any, n: int) -> Floats:
    weight = np.ones(n) if weights is None else as_numbers(weights, "weights")
    if weight.shape != (n,) or not np.isfinite(weight).all() or (weight < 0).any():
        raise Refused(
            "weights",
            "weights must be %(patients)s finite numbers that are not negative.",
            patients=n,
        )
    if not weight.any():
        raise Refused("weights_all_zero", "Every weight is 0, so there is nobody to learn from.")
    return weight


def _standardise(values: Floats) -> tuple[Floats, Floats]:
    """Columns with mean 0 and spread 1, constant ones with 0 only; and the spreads."""
    centred = values - values.mean(axis=0)
    scale = np.sqrt((centred**2).mean(axis=0))
    flat = scale <= 1e-12 * np.abs(values).max(axis=0)
    scale = np.where(flat, 1.0, scale)
    return np.ascontiguousarray(np.where(flat, 0.0, centred / scale)), scale


def baseline_cumulative_hazard(y: Any, log_risk: Any, weights: Any = None) -> pd.DataFrame:
    """Cumulative hazard of a patient whose log risk is 0: time (each distinct one of y), hazard.

    log_risk: (n,) of the patients of y, such as X @ coef. Breslow's estimate with Efron's ties, as
    R's basehaz gives it for a coxph with its default ties.
    """
    event, time = split_outcome(y)
    score, weight = as_numbers(log_risk, "log_risk"), _weights(weights, len(time))
    if score.shape != time.shape or not np.isfinite(score).all():
        raise Refused(
            "log_risk", "log_risk must be %(patients)s finite numbers.", patients=len(time)
        )
    centre = score.max()  # so that no share of the risk overflows
    there = weight > 0
    event, time, score, weight = event[there], time[there], score[there], weight[there]
    steps = np.zeros(len(time))
    kernel.hazard_steps(*order_of(event, time), event, score - centre, weight, steps)
    times, place = np.unique(time, return_inverse=True)
    hazard = np.bincount(place, steps, len(times)).cumsum()
    return pd.DataFrame({"time": times, "hazard": hazard * np.exp(-centre)})
