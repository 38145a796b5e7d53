"""Kaplan-Meier curves, their medians and means, and what compares groups: log-rank, hazard ratio."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sksurv.compare import compare_survival
from sksurv.nonparametric import kaplan_meier_estimator

from ciri.errors import Refused
from ciri.said import Said
from ciri.survival.cox import fit_cox
from ciri.survival.given import as_groups, as_numbers
from ciri.survival.outcome import Floats, outcome, split_outcome


@dataclass(frozen=True)
class LogRank:
    """The log-rank test of equal survival; without a result, `reason` says why in a sentence."""

    chi2: float | None
    p: float | None
    df: int | None
    reason: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class RestrictedMean:
    """Mean survival time up to a horizon, and its standard error, in the unit of time of y.

    None where follow-up ends before the horizon; `reason` says so in a sentence.
    """

    horizon: float
    mean: float | None
    se: float | None
    reason: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class MedianSurvival:
    """Median survival time with its 95 % interval; None where the curve never falls that far."""

    median: float | None
    low: float | None
    high: float | None

    def to_dict(self) -> dict[str, float | None]:
        """Plain values, for JSON."""
        return asdict(self)


def kaplan_meier(y: Any) -> pd.DataFrame:
    """Kaplan-Meier curve with log-log 95 % intervals.

    Parameters
    ----------
    y : structured array, shape (n,)
        (event, time).

    Returns
    -------
    DataFrame, one row per distinct time, after a first row at time 0
        time (unit of y), survival (0-1), low, high, at_risk (just before it), events, censored. Where
        survival is 1 both bounds are 1; where it is 0 they are NaN, as the log-log interval does not exist
        there.

    Raises
    ------
    ValueError
        Where y is not a structured array of events and positive, finite times.

    Notes
    -----
    Intervals of Kalbfleisch & Prentice; R's conf.type "log-log".
    """
    event, time = split_outcome(y)
    times, survival, (low, high) = kaplan_meier_estimator(event, time, conf_type="log-log")
    low, high = _bounds(survival, low), _bounds(survival, high)
    position = np.searchsorted(times, time)
    events = np.bincount(position[event], minlength=len(times))
    leaving = np.bincount(position, minlength=len(times))
    n = len(time)
    return pd.DataFrame(
        {
            "time": np.r_[0.0, times],
            "survival": np.r_[1.0, survival],
            "low": np.r_[1.0, low],
            "high": np.r_[1.0, high],
            "at_risk": np.r_[n, n - np.r_[0, leaving.cumsum()[:-1]]],
            "events": np.r_[0, events],
            "censored": np.r_[0, leaving - events],
        }
    )


def _bounds(survival: Floats, bound: Floats) -> Floats:
    return np.where(survival >= 1, 1.0, np.where(survival <= 0, np.nan, bound))


def numbers_at_risk(y: Any, times: Any) -> list[int]:
    """How many are still under observation just before each of the times."""
    _, time = split_outcome(y)
    return [int((time >= moment).sum()) for moment in as_numbers(times, "times")]


def log_rank(y: Any, groups: Any) -> LogRank:
    """Log-rank test of two or more groups.

    Parameters
    ----------
    y : structured array, shape (n,)
        (event, time).
    groups : array, shape (n,)
        Words or numbers, known for every patient.

    Returns
    -------
    ciri.survival.curves.LogRank
        chi2, p and df; None with a reason, a sentence, where survival cannot be compared.

    Raises
    ------
    ValueError
        Where a patient has no group or lengths differ.

    Notes
    -----
    Mantel 1966; variance of the hypergeometric.
    """
    event, _ = split_outcome(y)
    groups = _labels(groups, len(event))
    if len(np.unique(groups)) < 2:
        return LogRank(None, None, None, Said("one_group_to_compare"))
    if not event.any():
        return LogRank(None, None, None, Said("no_event_to_compare"))
    try:
        chi2, p = compare_survival(y, groups)
    except np.linalg.LinAlgError:
        return LogRank(None, None, None, Said("never_together_at_risk"))
    if not np.isfinite(chi2):
        return LogRank(None, None, None, Said("never_together_at_risk"))
    return LogRank(float(chi2), float(p), len(np.unique(groups)) - 1)


def _labels(groups: Any, n: int) -> NDArray[Any]:
    labels = as_groups(groups, n)
    if pd.isna(labels).any():
        raise Refused(
            "patient_without_group",
            "A patient has no group; leave such patients out of the comparison.",
        )
    return labels


def hazard_ratio(y: Any, groups: Any, reference: Any, level: float = 0.95) -> pd.DataFrame:
    """Hazard ratio of each group against the reference, from one Cox model with Efron's ties.

    Parameters
    ----------
    y : structured array, shape (n,)
        (event, time).
    groups : array, shape (n,)
        Words or numbers, known for every patient.
    reference : str or number
        The group compared against.
    level : float, default 0.95
        Of the intervals.

    Returns
    -------
    DataFrame, one row per other group, in sorted order
        group, n, events, hr, low, high (Wald's interval), p (Wald's test), reason. Where there is no
        estimate, hr, low, high and p are NaN and the reason is a sentence.

    Raises
    ------
    ValueError
        Where a patient has no group, nobody is in the reference group, or lengths differ.

    Notes
    -----
    A group without events has a hazard ratio of 0 whose interval is unknown: it has no estimate here, and
    the others are what they are without it.
    """
    event, time = split_outcome(y)
    labels = _labels(groups, len(event))
    if reference not in labels:
        raise Refused(
            "reference_empty",
            "Nobody is in the reference group %(reference)s.",
            reference=repr(reference),
        )
    others = [group for group in np.unique(labels).tolist() if group != reference]
    events = [int(event[labels == group].sum()) for group in others]
    table = pd.DataFrame({"n": [int((labels == group).sum()) for group in others]}, index=others)
    table["events"] = events
    table[["hr", "low", "high", "p"]] = np.nan
    reasons: list[str] = [Said("no_event_in_group", group=group) for group in others]
    eventful = [group for group, count in zip(others, events, strict=True) if count]
    if not event[labels == reference].any():
        reasons = [Said("no_event_in_reference", group=reference)] * len(others)
    elif eventful:
        inside = np.isin(labels, [reference, *eventful])
        columns = np.column_stack([labels[inside] == group for group in eventful])
        fit = fit_cox(columns, outcome(event[inside], time[inside]))
        found = fit.table(level).set_axis(eventful)
        table.loc[eventful, ["hr", "low", "high", "p"]] = found[["hr", "low", "high", "p"]]
        reasons = [
            fit.reason if group in eventful else reason
            for group, reason in zip(others, reasons, strict=True)
        ]
    table["reason"] = pd.Series(reasons, index=others, dtype=object)
    return table.rename_axis("group").reset_index()


def restricted_mean(y: Any, horizon: float) -> RestrictedMean:
    """Area under the Kaplan-Meier curve up to a horizon, with its standard error.

    The variance sums, over event times, the squared area still to come times Greenwood's
    d / (n (n - d)): Klein & Moeschberger, Survival Analysis (2003), equation 4.5.2; the numbers of
    R's survfit(..., rmean=). Unknown where the last patient leaves before the horizon alive.
    """
    if not (np.isfinite(horizon) and horizon > 0):
        raise Refused(
            "horizon_not_positive", "A restricted mean needs a horizon that is positive and finite."
        )
    curve = kaplan_meier(y)
    last = curve.iloc[-1]
    if last["time"] < horizon and last["survival"] > 0:
        reason = Said("follow_up_ends", last=last["time"], horizon=horizon)
        return RestrictedMean(float(horizon), None, None, reason)
    inside = curve[curve["time"] < horizon]
    widths = np.diff(np.r_[inside["time"], horizon])
    areas = inside["survival"].to_numpy() * widths
    to_come = areas[::-1].cumsum()[::-1]
    at_risk, events = (inside[name].to_numpy(dtype=np.float64) for name in ("at_risk", "events"))
    share = events / (at_risk * np.maximum(at_risk - events, 1))  # where all die nothing is to come
    se = float(np.sqrt((to_come**2 * share).sum()))
    return RestrictedMean(float(horizon), float(areas.sum()), se)


def median_survival(y: Any) -> MedianSurvival:
    """Median survival and its 95 % interval.

    Parameters
    ----------
    y : structured array, shape (n,)
        (event, time).

    Returns
    -------
    ciri.survival.curves.MedianSurvival
        median, low, high in the unit of y: first times at which the curve, and its bounds, are at most one
        half; None where one never falls that far.

    Raises
    ------
    ValueError
        Where y is not a structured array of events and positive, finite times.

    Notes
    -----
    Where the curve stays level at exactly one half, the middle of that stretch, as R's survfit does.

    References
    ----------
    Brookmeyer & Crowley (1982), Biometrics 38:29-41.
    """
    curve = kaplan_meier(y)
    return MedianSurvival(
        _half_time(curve, "survival"), _half_time(curve, "low"), _half_time(curve, "high")
    )


def _half_time(curve: pd.DataFrame, column: str) -> float | None:
    values = curve[column].fillna(0.0 if column == "low" else 1.0)
    reached = curve["time"][values <= 0.5 + 1e-12]
    if not len(reached):
        return None
    first = float(reached.iloc[0])
    if abs(values[reached.index[0]] - 0.5) > 1e-12:
        return first
    lower = curve["time"][values < 0.5 - 1e-12]
    return (first + float(lower.iloc[0])) / 2 if len(lower) else first
