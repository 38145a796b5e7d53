"""Whether predicted risks come true: smooth calibration curves, their distance from the diagonal.

Austin, Harrell & van Klaveren (2020), Stat. Med. 39:2714-2742: a Cox model of the outcome on a
restricted cubic spline of the complementary log-log of predicted risk tells the observed risk.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ciri.kernel.calibration import cox_of_resamples
from ciri.kernel.concordance import order_of
from ciri.performance.bootstrap import Estimates
from ciri.performance.follow import Follow
from ciri.performance.horizons import list_times
from ciri.said import Said
from ciri.survival.curves import kaplan_meier
from ciri.survival.outcome import Floats, Integers, outcome
from ciri.survival.resampling import percentile_interval

KNOTS = (0.1, 0.5, 0.9)  # quantiles; Harrell, Regression Modeling Strategies (2015), section 2.4.6
_EDGE = 1e-4  # nearer to 0 or 1 a risk has no useful log-log (Austin et al. use the same)
_POINTS = 50
_INSIDE = (0.01, 0.99)  # the curve is drawn between these quantiles of predicted risk
_FEWEST_EVENTS = 5
_HIGHEST = 500.0  # a log hazard beyond it is a risk of 1, and exp would overflow
_GROUPS, _SMALLEST_GROUP = 5, 5


def log_log(predicted: Floats) -> Floats:
    """Complementary log-log of a risk: log(-log(1 - risk))."""
    return np.log(-np.log1p(-np.clip(predicted, _EDGE, 1 - _EDGE)))


@dataclass(frozen=True)
class Spline:
    """Restricted cubic spline with three knots (Harrell 2015, equation 2.25); without, a line."""

    knots: tuple[float, float, float] | None
    centre: float

    @classmethod
    def through(cls, values: Floats) -> Spline:
        """With knots at the 10th, 50th and 90th percentile, where these differ."""
        first, middle, last = np.quantile(values, KNOTS).tolist()
        apart = min(middle - first, last - middle) > 1e-8 * max(1.0, last - first)
        return cls((first, middle, last) if apart else None, float(values.mean()))

    def columns(self, values: Floats) -> Floats:
        """The columns of a design, (n, 2) or (n, 1)."""
        line = values - self.centre
        if self.knots is None:
            return line[:, None]
        first, middle, last = self.knots
        cubes = [np.maximum(values - knot, 0.0) ** 3 for knot in self.knots]
        bend = (
            cubes[0]
            - cubes[1] * (last - first) / (last - middle)
            + cubes[2] * (middle - first) / (last - middle)
        )
        return np.column_stack([line, bend / (last - first) ** 2])


@dataclass(frozen=True)
class Horizon:
    """Risks predicted at one time, and the designs of the models that check them."""

    time: float
    predicted: Floats
    design: Floats
    line: Floats
    grid: Floats
    grid_design: Floats

    @classmethod
    def of(cls, time: float, predicted: Floats) -> Horizon:
        """From risks (n,) of an event up to `time`."""
        values = log_log(predicted)
        spline = Spline.through(values)
        lowest, highest = np.quantile(predicted, _INSIDE).tolist()
        grid = np.linspace(lowest, highest, _POINTS)
        line = (values - spline.centre)[:, None]
        return cls(
            time, predicted, spline.columns(values), line, grid, spline.columns(log_log(grid))
        )


def check_horizons(follow: Follow, risks: dict[float, Floats]) -> tuple[list[Horizon], list[str]]:
    """The horizons at which calibration can be judged, and sentences about the others.

    risks: predicted risk (n,) of an event up to each.
    """
    if risks and follow.event.sum() < _FEWEST_EVENTS:
        return [], [Said("calibration_needs_events", fewest=_FEWEST_EVENTS)]
    first = follow.time[follow.event].min()
    eventful = {time: risk for time, risk in risks.items() if time >= first}
    alike = [time for time, risk in eventful.items() if np.ptp(log_log(risk)) < 1e-8]
    checked = [Horizon.of(time, risk) for time, risk in eventful.items() if time not in alike]
    if not alike:
        return checked, []
    return checked, [Said("same_risk_for_all_at", times=list_times(np.array(alike)))]


def calibration(follow: Follow, horizons: list[Horizon], weights: Floats) -> Estimates:
    """ici, e50, e90, calibration_slope, observed_expected (B, H), calibration_curve (B, H * grid).

    Under each row of weights (B, n), whole numbers. ICI is the mean distance of observed and
    predicted risk, E50 and E90 its median and 90th percentile; the slope is the coefficient of a
    Cox model on the log-log of predicted risk alone; observed/expected is the Kaplan-Meier risk
    over the mean predicted one (McLernon et al. 2023, Ann. Intern. Med. 176:105-114). Knots stay
    where the patients themselves put them. NaN where a Cox model cannot be fitted.
    """
    drawn = np.array(
        [np.repeat(np.arange(len(follow.time)), row.astype(np.int64)) for row in weights]
    )
    found = [_calibration_at(follow, horizon, weights, drawn) for horizon in horizons]
    return {name: np.hstack([one[name] for one in found]) for name in found[0]} if found else {}


def _calibration_at(
    follow: Follow, horizon: Horizon, weights: Floats, drawn: Integers
) -> Estimates:
    smooth = CoxRisk.fit(follow, horizon.design, weights, horizon.time)
    slope = CoxRisk.fit(follow, horizon.line, weights, horizon.time).coefficients
    error = np.abs(smooth.risk(horizon.design) - horizon.predicted)
    error = np.take_along_axis(error, drawn, axis=1)
    half, ninth = np.quantile(error, [0.5, 0.9], axis=1)
    observed = 1.0 - follow.curves(weights, np.array([horizon.time]))
    expected = horizon.predicted[drawn].mean(axis=1, keepdims=True)
    return {
        "ici": error.mean(axis=1, keepdims=True),
        "e50": half[:, None],
        "e90": ninth[:, None],
        "calibration_slope": slope,
        "observed_expected": observed / expected,
        "calibration_curve": smooth.risk(horizon.grid_design),
    }


@dataclass(frozen=True)
class CoxRisk:
    """Cox models under B weightings: coefficients (B, p), log hazard (B,) of a patient of zeros."""

    coefficients: Floats
    log_hazard: Floats

    @classmethod
    def fit(cls, follow: Follow, design: Floats, weights: Floats, time: float) -> CoxRisk:
        """To the design (n, p), with the cumulative hazard up to a time (Efron's ties)."""
        return cls(
            *cox_of_resamples(
                *order_of(follow.event, follow.time),
                follow.event,
                follow.time,
                np.ascontiguousarray(design),
                weights,
                time,
            )
        )

    def risk(self, design: Floats) -> Floats:
        """Risk of an event up to that time for the rows of a design (m, p): (B, m)."""
        log_hazard = self.log_hazard[:, None] + self.coefficients @ design.T
        return -np.expm1(-np.exp(np.minimum(log_hazard, _HIGHEST)))


def say_unfitted(horizons: list[Horizon], point: Estimates) -> list[str]:
    """A sentence about the horizons where no Cox model could be fitted to the patients."""
    failed = [h.time for h, ici in zip(horizons, point["ici"][0], strict=True) if np.isnan(ici)]
    if not failed:
        return []
    return [Said("calibration_unfitted_at", times=list_times(np.array(failed)))]


def calibration_table(
    horizons: list[Horizon], point: Estimates, resampled: Estimates, level: float
) -> pd.DataFrame:
    """The smooth curves with their pointwise bands: horizon, predicted, observed, low, high."""
    rows = []
    for h, horizon in enumerate(horizons):
        for g, predicted in enumerate(horizon.grid):
            column = h * _POINTS + g
            observed = point["calibration_curve"][0, column]
            band = percentile_interval(resampled["calibration_curve"][:, column], level)
            rows.append((horizon.time, predicted, observed, *band))
    return pd.DataFrame(rows, columns=["horizon", "predicted", "observed", "low", "high"])


def calibration_groups(follow: Follow, risks: dict[float, Floats]) -> pd.DataFrame:
    """Fifths of the patients by predicted risk: horizon, group, n, predicted, observed, low, high.

    risks: predicted risk (n,) of an event up to each horizon. Observed is the Kaplan-Meier risk
    with its log-log 95 % interval, NaN where follow-up of the group ends before the horizon. Equal
    risks stay together; few patients make fewer groups.
    """
    rows = []
    for time, predicted in risks.items():
        count = max(1, min(_GROUPS, len(predicted) // _SMALLEST_GROUP))
        edges = np.unique(np.quantile(predicted, np.arange(1, count) / count))
        group = np.searchsorted(edges, predicted, side="left")
        for rank, one in enumerate(np.unique(group), start=1):
            members = group == one
            observed = _estimate_observed(Follow(follow.event[members], follow.time[members]), time)
            rows.append((time, rank, int(members.sum()), predicted[members].mean(), *observed))
    columns = ["horizon", "group", "n", "predicted", "observed", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def _estimate_observed(follow: Follow, time: float) -> Floats:
    """Kaplan-Meier risk of an event up to a time, and its interval."""
    curve = kaplan_meier(outcome(follow.event, follow.time))
    reached = curve[curve["time"] <= time].iloc[-1]
    if follow.time.max() < time and reached["survival"] > 0:
        return np.full(3, np.nan)
    return 1.0 - reached[["survival", "high", "low"]].to_numpy(dtype=np.float64)
