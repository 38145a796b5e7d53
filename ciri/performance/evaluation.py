"""The performance of a model on patients with known outcomes, every number with its interval."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ciri.errors import NotEstimated, Refused
from ciri.performance.accuracy import accuracy
from ciri.performance.bootstrap import Estimates, point_and_resamples
from ciri.performance.calibration import (
    calibration,
    calibration_groups,
    calibration_table,
    check_horizons,
    say_unfitted,
)
from ciri.performance.decision import decision_table
from ciri.performance.discrimination import discrimination
from ciri.performance.follow import Follow
from ciri.performance.horizons import check_times, default_times, list_times
from ciri.performance.patients import select_patients
from ciri.performance.predictions import predictions
from ciri.performance.tables import metrics_table
from ciri.said import Said
from ciri.survival.outcome import Floats
from ciri.survival.plain import plain, plain_rows


@dataclass(frozen=True)
class Evaluation:
    """What was found, as tables; times and horizons in the unit of y, unknown is NaN.

    Parameters
    ----------
    metrics : DataFrame
        metric, time (NaN where it belongs to none), value, low, high. Metrics are harrell_c, uno_c,
        mean_auc, integrated_brier, scaled_brier; auc, brier, brier_reference at each time; ici, e50, e90,
        calibration_slope, observed_expected at each horizon.
    calibration : DataFrame
        horizon, predicted, observed, low, high: a smooth curve of risk (0-1) with its band.
    calibration_groups : DataFrame
        horizon, group, n, predicted, observed, low, high: fifths of the patients.
    decision : DataFrame
        horizon, threshold, model, all, none: net benefit.
    notes : tuple of str
        Sentences that a reader should see before the figures.
    n : int
        The patients it all rests on.
    events : int
        How many of them had an event.
    tau : float
        The last time judged; Uno's C counts the events before it.
    level : float
        Of the intervals.
    """

    metrics: pd.DataFrame
    calibration: pd.DataFrame
    calibration_groups: pd.DataFrame
    decision: pd.DataFrame
    notes: tuple[str, ...]
    n: int
    events: int
    tau: float
    level: float

    def value(self, metric: str, time: float | None = None) -> float:
        """One metric, at a time where it has one.

        Parameters
        ----------
        metric : str
            Its name, such as "harrell_c" or "brier".
        time : float, optional
            Time or horizon, in the unit of y; none for a metric that belongs to no time.

        Returns
        -------
        float
            The estimate; NaN where it could not be had.

        Raises
        ------
        KeyError
            Where it was not estimated.
        """
        rows = self.metrics[self.metrics["metric"] == metric]
        rows = rows[rows["time"].isna() if time is None else rows["time"] == time]
        if not len(rows):
            where = f" at {time:g}" if time else ""
            raise NotEstimated(
                "not_estimated",
                "%(metric)s was not estimated%(where)s.",
                metric=metric,
                where=where,
            )
        return float(rows["value"].iloc[0])

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON.

        Returns
        -------
        dict
            A key for each part, each table a list of rows, unknown as None.
        """
        return {
            "metrics": plain_rows(self.metrics),
            "calibration": plain_rows(self.calibration),
            "calibration_groups": plain_rows(self.calibration_groups),
            "decision": plain_rows(self.decision),
            "notes": list(self.notes),
            "n": self.n,
            "events": self.events,
            "tau": plain(self.tau),
            "level": self.level,
        }


def evaluate(
    model: Any,
    X: Any,
    y: Any,
    times: Any = None,
    *,
    horizons: Any = None,
    censoring_y: Any = None,
    n_resamples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> Evaluation:
    """The performance of a fitted model on patients.

    Parameters
    ----------
    model : estimator
        Has `predict(X)` (risk) and, for all but discrimination, `predict_survival_function`: a forest of
        ours, or an estimator of scikit-survival. Patients that a forest was grown on are predicted
        out-of-bag.
    X : DataFrame or array, shape (n, p)
        What the model reads.
    y : structured array, shape (n,)
        (event, time).
    times : array, shape (H,), optional
        In the unit of y; by default the 10th, 20th ... 80th percentile of the times of events.
    horizons : array, optional
        Times that calibration and decision curves are made at (default: all).
    censoring_y : structured array, optional
        The outcome to learn the distribution of censoring from, such as that of the training patients
        (default: y).
    n_resamples : int, default 1000
        Bootstrap samples of patients.
    seed : int, default 0
        Of the samples; the same seed gives the same numbers.
    level : float, default 0.95
        Of the intervals, between 0 and 1.

    Returns
    -------
    Evaluation
        Every number with its interval.

    Raises
    ------
    ValueError
        Where nobody had an event, the model has no `predict`, or arrays do not fit.

    See Also
    --------
    evaluate_predictions : The same for predictions at hand; how intervals are made.
    """
    asked = default_times(Follow.of(y).with_events()) if times is None else check_times(times)
    if horizons is not None:
        asked = np.r_[asked, check_times(horizons)]
    asked = np.unique(asked)
    said = predictions(model, X, y)
    notes = [said.note] if said.note else []
    far = asked > said.last
    if far.any():
        notes.append(Said("predicts_none_at", times=list_times(asked[far])))
    reached = asked[~far]
    found = evaluate_predictions(
        y,
        said.risk,
        said.survival(reached) if said.survival is not None and len(reached) else None,
        reached,
        horizons=None if horizons is None else np.intersect1d(horizons, reached),
        censoring_y=censoring_y,
        n_resamples=n_resamples,
        seed=seed,
        level=level,
    )
    return replace(found, notes=(*notes, *found.notes))


def evaluate_predictions(
    y: Any,
    risk: Any,
    survival: Any = None,
    times: Any = None,
    *,
    horizons: Any = None,
    censoring_y: Any = None,
    n_resamples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> Evaluation:
    """The performance of predictions for patients.

    Parameters
    ----------
    y : structured array, shape (n,)
        (event, time).
    risk : array, shape (n,)
        Higher is earlier. A patient with NaN here or in `survival` is left out.
    survival : array, shape (n, H), optional
        The probability (0-1) of being free of an event after each of `times`; without it only
        discrimination is judged.
    times : array, shape (H,), optional
        In the unit of y.
    horizons : array, optional
        Those of the times that calibration and decision curves are made at (default: all).
    censoring_y : structured array, optional
        The outcome to learn the distribution of censoring from, such as that of the training patients
        (default: y).
    n_resamples : int, default 1000
        Bootstrap samples of patients.
    seed : int, default 0
        Of the samples; the same seed gives the same numbers.
    level : float, default 0.95
        Of the intervals, between 0 and 1.

    Returns
    -------
    Evaluation
        Every number with its interval.

    Raises
    ------
    ValueError
        Where nobody had an event or arrays do not fit.

    Notes
    -----
    Intervals are percentiles of the bootstrap samples of patients, in which everything, the distribution
    of censoring too, is computed anew.

    References
    ----------
    Uno's C: Uno et al. (2011), Stat. Med. 30:1105-1117. AUC: Uno et al. (2007), JASA 102:527-537; Hung &
    Chiang (2010), Can. J. Stat. 38:8-26; its mean: Lambert & Chevret (2016), Stat. Methods Med. Res.
    25:2088-2102. Brier score: Graf et al. (1999), Stat. Med. 18:2529-2545. Calibration: Austin, Harrell &
    van Klaveren (2020), Stat. Med. 39:2714-2742; McLernon et al. (2023), Ann. Intern. Med. 176:105-114.
    Decision curves: Vickers et al. (2008), BMC Med. Inform. Decis. Mak. 8:53.
    """
    if n_resamples < 0 or not 0 < level < 1:
        raise Refused(
            "resampling", "n_resamples must be 0 or more, and level between 0 and 1, such as 0.95."
        )
    patients, notes = select_patients(y, risk, survival, times, censoring_y)
    follow = patients.follow
    if horizons is not None and times is not None and not np.isin(horizons, times).all():
        raise Refused(
            "horizons_not_among_times",
            "horizons must be among the times that survival is predicted at.",
        )
    risks = patients.risk_by(patients.times if horizons is None else check_times(horizons))
    checked, more = check_horizons(follow, risks)

    def estimates(weights: Floats, censoring_weights: Floats) -> Estimates:
        return {
            **discrimination(patients, weights, censoring_weights),
            **accuracy(patients, weights, censoring_weights),
            **calibration(follow, checked, weights),
        }

    point, resampled = point_and_resamples(estimates, patients, n_resamples, seed)
    if checked:
        more += say_unfitted(checked, point)
    return Evaluation(
        metrics=metrics_table(point, resampled, patients.times, [h.time for h in checked], level),
        calibration=calibration_table(checked, point, resampled, level),
        calibration_groups=calibration_groups(follow, risks),
        decision=decision_table(follow, risks),
        notes=(*notes, *more),
        n=patients.n,
        events=int(follow.event.sum()),
        tau=patients.tau,
        level=level,
    )
