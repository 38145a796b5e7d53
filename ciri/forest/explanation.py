"""Why this score: what each feature adds to a patient's ensemble mortality (exact TreeSHAP).

Lundberg et al. (2020), From local explanations to global understanding with explainable AI for trees,
Nat. Mach. Intell. 2:56-67, path-dependent: what a feature is worth is judged against the training
rows (as often as each tree drew them) that reach the node. The sum of the contributions and the base
is the score itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ciri.errors import Refused
from ciri.forest.forest import SurvivalForest
from ciri.kernel import shap
from ciri.kernel.threads import in_threads, spans
from ciri.survival.features import match_columns, numbers_of_frame
from ciri.survival.given import as_numbers
from ciri.survival.outcome import Floats, Integers
from ciri.survival.plain import plain, plain_rows

_BLOCK = 64  # rows that one thread explains together


@dataclass(frozen=True)
class Explanation:
    """The contributions of p features to the scores of n rows.

    Parameters
    ----------
    values : ndarray of float, shape (n, p)
        Contributions in units of the score (expected events), features in training order; NaN for a
        training row that every tree was grown on.
    base : ndarray of float, shape (n,)
        The average score of the trees' training samples, where the contributions start; one number for
        all unless rows are explained out-of-bag.
    features : DataFrame, shape (n, p)
        The features' values, float64, under the index of the frame given.
    """

    values: Floats
    base: Floats
    features: pd.DataFrame

    @property
    def score(self) -> Floats:
        """The score that is explained, base + contributions: (n,), in expected events."""
        total: Floats = self.base + self.values.sum(axis=1)
        return total

    def to_frame(self) -> pd.DataFrame:
        """Contributions in long form, one row per patient and feature.

        Returns
        -------
        DataFrame, n * p rows
            row (the features' index), feature, value, contribution (expected events).
        """
        rows, names = self.features.index, list(self.features.columns)
        return pd.DataFrame(
            {
                "row": np.repeat(rows.to_numpy(), len(names)),
                "feature": np.tile(np.array(names, dtype=object), len(rows)),
                "value": self.features.to_numpy(dtype=np.float64).ravel(),
                "contribution": self.values.ravel(),
            }
        )

    def top(self, row: int, k: int = 10) -> pd.DataFrame:
        """The features that move the score of one row most, the strongest first.

        Parameters
        ----------
        row : int
            Number of the row, from 0; a negative one counts from the end.
        k : int, default 10
            Features told, at most.

        Returns
        -------
        DataFrame, up to k rows
            feature, value, contribution. Features that move nothing are left out.

        Raises
        ------
        ValueError
            Where k is below 1 or there is no such row.
        """
        if k < 1:
            raise Refused(
                "features_told_too_few", "k must be at least 1; it is how many features are told."
            )
        if not -len(self.values) <= row < len(self.values):
            raise Refused(
                "unknown_row",
                "There is no row %(row)s; %(rows)s rows were explained.",
                row=row,
                rows=len(self.values),
            )
        found = pd.DataFrame(
            {
                "feature": list(self.features.columns),
                "value": self.features.iloc[row].to_numpy(dtype=np.float64),
                "contribution": self.values[row],
            }
        )
        moving = found[found["contribution"].abs() > 0]
        order = np.argsort(-moving["contribution"].abs().to_numpy(), kind="stable")
        return moving.iloc[order[:k]].reset_index(drop=True)

    def waterfall(self, row: int, k: int = 8) -> dict[str, Any]:
        """The way from base to score of one row, as plain values for JSON.

        Parameters
        ----------
        row : int
            Number of the row, from 0; a negative one counts from the end.
        k : int, default 8
            Steps told one by one, at most.

        Returns
        -------
        dict
            base, score; steps: feature, value, contribution of the k strongest; others: how many more
            features move it; rest: the sum of theirs. None where the row has no score.

        Raises
        ------
        ValueError
            Where k is below 1 or there is no such row.
        """
        steps = self.top(row, k)
        contributions = self.values[row]
        rest = float(contributions.sum() - steps["contribution"].sum())
        others = int((np.abs(contributions) > 0).sum()) - len(steps)
        return {
            "base": plain(self.base[row]),
            "score": plain(self.score[row]),
            "steps": plain_rows(steps),
            "others": others,
            "rest": plain(rest) if others else 0.0,
        }

    def importance(self) -> pd.DataFrame:
        """Mean absolute contribution of each feature over the rows that have a score.

        Returns
        -------
        DataFrame, p rows
            feature, mean_abs (expected events); largest first, ties by name. NaN where no row has a score.
        """
        known = self.values[np.isfinite(self.base)]
        mean = np.abs(known).mean(axis=0) if len(known) else np.full(self.values.shape[1], np.nan)
        found = pd.DataFrame({"feature": list(self.features.columns), "mean_abs": mean})
        return found.sort_values(
            ["mean_abs", "feature"], ascending=[False, True], ignore_index=True
        )


def shap_values(
    forest: SurvivalForest, X: Any, training_rows: Any = None, n_jobs: int | None = None
) -> Explanation:
    """Exact Shapley values (TreeSHAP) of the ensemble mortality of each row.

    Parameters
    ----------
    forest : SurvivalForest
        A fitted forest.
    X : DataFrame or array, shape (n, p)
        Numbers, NaN for unknown.
    training_rows : array of int, shape (n,), optional
        Row i of X is that training row (-1: it is none). Such a row is explained by the trees that left
        it out alone, so that base + contributions is its out-of-bag score.
    n_jobs : int or None, default None
        Threads, the forest's own number by default; any number gives the same bits.

    Returns
    -------
    Explanation
        Contributions in units of the score; the sum of the contributions and the base is the score.

    Raises
    ------
    ValueError
        Where X or training_rows do not fit the forest.

    Notes
    -----
    Path-dependent: what a feature is worth is judged against the training rows (as often as each tree
    drew them) that reach the node.

    References
    ----------
    Lundberg et al. (2020), From local explanations to global understanding with explainable AI for trees,
    Nat. Mach. Intell. 2:56-67.
    """
    values = forest.features(X)
    rows = _training_rows(forest, training_rows, len(values))
    trees = forest.trees_
    share = shap.training_shares(
        trees.feature, trees.right, trees.start, trees.in_bag, trees.training_leaf
    )
    parent, earlier, absent, most = shap.edges(trees.feature, trees.right, trees.start, share)
    averages = shap.tree_averages(trees.start, trees.feature, trees.right, share, trees.mortality)
    points, weights = _quadrature(int(most))
    largest = int(np.diff(trees.start).max())
    total, base = np.zeros(values.shape), np.zeros(len(values))
    counted = np.zeros(len(values), dtype=np.int64)

    def explain(span: tuple[int, int]) -> None:
        part = slice(*span)
        shap.add_contributions(
            trees.start, trees.feature, trees.threshold, trees.right, trees.unknown_left,
            trees.mortality, parent, earlier, share, absent, averages, largest, points, weights,
            values[part], trees.in_bag, rows[part], total[part], base[part], counted[part],
        )  # fmt: skip

    in_threads(explain, spans(len(values), _BLOCK), forest.n_jobs if n_jobs is None else n_jobs)
    seen = np.where(counted > 0, counted, np.nan)
    return Explanation(total / seen[:, None], base / seen, _frame(forest, X))


def _quadrature(features: int) -> tuple[Floats, Floats]:
    """Points and weights on (0, 1) that integrate the product of `features` - 1 factors exactly."""
    points, weights = np.polynomial.legendre.leggauss(max(1, -(-features // 2)))
    return (points + 1.0) / 2.0, weights / 2.0


def _training_rows(forest: SurvivalForest, training_rows: Any, count: int) -> Integers:
    if training_rows is None:
        return np.full(count, -1, dtype=np.int64)
    rows = np.asarray(training_rows)
    if rows.dtype == object:  # pandas' nullable whole numbers
        rows = as_numbers(training_rows, "training_rows")
        rows = rows.astype(np.int64) if (rows == np.floor(rows)).all() else rows
    known = len(forest.trees_.time)
    if rows.shape != (count,) or not np.issubdtype(rows.dtype, np.integer):
        raise Refused(
            "training_rows_not_whole",
            "training_rows must be %(count)s whole numbers, one for each row of X.",
            count=count,
        )
    if (rows < -1).any() or (rows >= known).any():
        raise Refused(
            "training_rows_outside",
            "training_rows must lie between 0 and %(last)s, or be -1 for none.",
            last=known - 1,
        )
    return rows.astype(np.int64)


def _frame(forest: SurvivalForest, X: Any) -> pd.DataFrame:
    names = list(forest.feature_names_in_)
    if isinstance(X, pd.DataFrame):
        numbers = numbers_of_frame(match_columns(names, X))
        return pd.DataFrame(numbers, columns=names, index=X.index)
    return pd.DataFrame(as_numbers(X, "X"), columns=names)
