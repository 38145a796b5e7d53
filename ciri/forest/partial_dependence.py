"""What the forest answers as one feature moves and all others stay (partial dependence, ICE).

Friedman (2001), Greedy function approximation, Ann. Stat. 29:1189-1232; individual lines after
Goldstein, Kapelner, Bleich, Pitkin (2015), J. Comput. Graph. Stat. 24:44-65. It describes the model,
not the disease: where features move together, some of the patients asked about do not exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ciri.errors import Refused
from ciri.forest.forest import SurvivalForest
from ciri.kernel.threads import spans
from ciri.survival.features import Values
from ciri.survival.given import as_numbers
from ciri.survival.outcome import Floats, Integers
from ciri.survival.plain import plain, plain_rows

_CATEGORIES = 6  # so few different values are asked about one by one
_MIDDLE = (0.05, 0.95)  # share of the known values between which a grid lies
_ROWS = 20_000  # rows predicted at once


@dataclass(frozen=True)
class PartialDependence:
    """The mean answer along a feature.

    Parameters
    ----------
    feature : str
        Its name.
    horizon : float or None
        None where the answer is ensemble mortality (expected events), else the time, in the outcome's
        unit, at which it is the survival probability (0-1).
    n : int
        Patients averaged over.
    curve : DataFrame
        value (rising), mean.
    unknown : float or None
        The mean with the feature unknown to the forest for everybody; None where X has no gap in it.
    lines : DataFrame
        row (the index of X), value, predicted: some of the patients one by one.
    """

    feature: str
    horizon: float | None
    n: int
    curve: pd.DataFrame
    unknown: float | None
    lines: pd.DataFrame

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values for JSON.

        Returns
        -------
        dict
            A key for each part, frames as lists of rows.
        """
        return {
            "feature": self.feature,
            "horizon": plain(self.horizon),
            "n": self.n,
            "curve": plain_rows(self.curve),
            "unknown": plain(self.unknown),
            "lines": plain_rows(self.lines),
        }


def partial_dependence(
    forest: SurvivalForest,
    X: Any,
    feature: str,
    *,
    grid: int | Sequence[float] = 20,
    ice: int = 30,
    horizon: float | None = None,
) -> PartialDependence:
    """Mean answer over the rows of X with one feature set to each value of a grid.

    Parameters
    ----------
    forest : SurvivalForest
        A fitted forest.
    X : DataFrame or array, shape (n, p)
        The patients averaged over; NaN for unknown.
    feature : str
        The feature that moves.
    grid : int or sequence of float, default 20
        How many values, at even quantiles between the 5th and the 95th percentile of those in X (all of
        them, where X has at most six different ones); or the values, which must lie between the least
        and the greatest in X: a forest is not asked about what it has not seen.
    ice : int, default 30
        How many patients also get a line of their own, evenly ranked by their mean answer.
    horizon : float or None, default None
        A time of the outcome's unit, for the survival probability instead of mortality.

    Returns
    -------
    PartialDependence
        The curve, the mean with the feature unknown, and single patients' lines.

    Raises
    ------
    ValueError
        For an unknown feature, no rows, values outside the range or a time past follow-up.

    Notes
    -----
    It describes the model, not the disease: where features move together, some of the patients asked
    about do not exist.

    References
    ----------
    Friedman (2001), Greedy function approximation, Ann. Stat. 29:1189-1232. Individual lines: Goldstein,
    Kapelner, Bleich, Pitkin (2015), J. Comput. Graph. Stat. 24:44-65.
    """
    if ice < 0:
        raise Refused("lines_too_few", "ice must be 0 or more; it is how many patients get a line.")
    values = forest.features(X)
    if not len(values):
        raise Refused("no_rows", "X has no rows; partial dependence is a mean over patients.")
    column = _column(forest, feature)
    points = _grid(values[:, column], grid)
    gaps = bool(np.isnan(values[:, column]).any())
    asked = np.append(points, np.nan) if gaps else points
    answers = _answers(forest, values, column, asked, horizon)
    unknown = float(answers[-1].mean()) if gaps else None
    answers = answers[: len(points)]
    labels = X.index.to_numpy() if isinstance(X, pd.DataFrame) else np.arange(len(values))
    return PartialDependence(
        feature=feature,
        horizon=horizon,
        n=len(values),
        curve=pd.DataFrame({"value": points, "mean": answers.mean(axis=1)}),
        unknown=unknown,
        lines=_lines(answers, points, labels, ice),
    )


def _column(forest: SurvivalForest, feature: str) -> int:
    names = list(forest.feature_names_in_)
    if feature not in names:
        raise Refused(
            "unknown_feature",
            "The forest knows no feature %(feature)s; it reads %(names)s.",
            feature=repr(feature),
            names=", ".join(names),
        )
    return names.index(feature)


def _grid(column: Values, grid: int | Sequence[float]) -> Floats:
    """The values to ask about, rising and different; none where the feature is never known."""
    known = column[np.isfinite(column)].astype(np.float64)
    if isinstance(grid, int | np.integer):
        if grid < 2:
            raise Refused(
                "grid_too_small", "grid must be at least 2 values, or the values themselves."
            )
        different = np.unique(known)
        if len(different) <= _CATEGORIES:
            return different
        return np.unique(np.quantile(known, np.linspace(*_MIDDLE, int(grid))))
    points = np.unique(as_numbers(grid, "grid"))
    inside = np.isfinite(points)
    if len(known):
        inside &= (points >= known.min()) & (points <= known.max())
    if not len(points) or not len(known) or not inside.all():
        raise Refused(
            "grid_outside",
            "The values of grid must lie between the least and the greatest value in X; a "
            "forest cannot tell what is beyond.",
        )
    return points


def _answers(
    forest: SurvivalForest, values: Values, column: int, points: Floats, horizon: float | None
) -> Floats:
    """Every row's answer with the feature set to each point: (points, n)."""
    n = len(values)
    found = np.empty((len(points), n))
    for first, last in spans(len(points), max(1, _ROWS // n)):
        stacked = np.tile(values, (last - first, 1))
        stacked[:, column] = np.repeat(points[first:last], n)
        if horizon is None:
            answer = forest.predict(stacked)
        else:
            answer = forest.predict_survival_function(stacked, [horizon])[:, 0]
        found[first:last] = answer.reshape(-1, n)
    return found


def _lines(answers: Floats, points: Floats, labels: Any, ice: int) -> pd.DataFrame:
    count = min(ice, answers.shape[1]) if len(points) else 0
    order = np.argsort(answers.mean(axis=0), kind="stable") if count else np.empty(0, int)
    chosen: Integers = order[np.linspace(0, len(order) - 1, count).round().astype(int)]
    return pd.DataFrame(
        {
            "row": np.repeat(labels[chosen], len(points)),
            "value": np.tile(points, count),
            "predicted": answers[:, chosen].T.ravel(),
        }
    )
