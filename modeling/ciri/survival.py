"""Kaplan-Meier curves, the log-rank test and median survival, through scikit-survival."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from sksurv.compare import compare_survival
from sksurv.nonparametric import kaplan_meier_estimator

from modeling.ciri.outcome import Floats, split_outcome


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
class MedianSurvival:
    """Median survival time with its 95 % interval; None where the curve never falls that far."""

    median: float | None
    low: float | None
    high: float | None

    def to_dict(self) -> dict[str, float | None]:
        """Plain values, for JSON."""
        return asdict(self)


def kaplan_meier(y: Any) -> pd.DataFrame:
    """Kaplan-Meier curve with log-log 95 % intervals (Kalbfleisch & Prentice; R's conf.type).

    y: (n,). One row per distinct time, after a first row at time 0: time, survival, low, high,
    at_risk (just before it), events, censored. Where survival is 1 both bounds are 1; where it is 0
    they are NaN, as the log-log interval does not exist there.
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
    return [int((time >= moment).sum()) for moment in np.asarray(times, dtype=np.float64)]


def log_rank(y: Any, groups: Any) -> LogRank:
    """Log-rank test of two or more groups (n,) (Mantel 1966; variance of the hypergeometric)."""
    event, _ = split_outcome(y)
    groups = np.asarray(groups)
    if len(groups) != len(y):
        raise ValueError(f"There must be one group per patient: {len(y)}, not {len(groups)}.")
    if len(np.unique(groups)) < 2:
        return LogRank(None, None, None, "There is only one group, so there is nothing to compare.")
    if not event.any():
        return LogRank(None, None, None, "Nobody had an event, so survival cannot be compared.")
    try:
        chi2, p = compare_survival(y, groups)
    except np.linalg.LinAlgError:
        return LogRank(None, None, None, "The groups were never at risk at the same time.")
    if not np.isfinite(chi2):
        return LogRank(None, None, None, "The groups were never at risk at the same time.")
    return LogRank(float(chi2), float(p), len(np.unique(groups)) - 1)


def median_survival(y: Any) -> MedianSurvival:
    """Median and its 95 % interval: first times at which the curve, and its bounds, are at most one
    half (Brookmeyer & Crowley 1982, Biometrics 38:29-41).

    Where the curve stays level at exactly one half, the middle of that stretch, as R's survfit does.
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
