"""Exact out-of-bag permutation importance.

Importance of a feature = C of the out-of-bag mortality - C of the out-of-bag mortality when, in each
tree, the feature is permuted among the rows which that tree left out (Breiman 2001, Mach. Learn.
45:5-32; Ishwaran et al. 2008). Only the features on a row's own path can move its prediction, so only
those (row, feature) pairs go down the tree again: the same numbers for a fraction of the work.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from ciri.errors import Refused
from ciri.forest.forest import SurvivalForest
from ciri.forest.trees import Trees
from ciri.kernel.concordance import concordance_of_risks, order_of
from ciri.kernel.importance import add_shifts
from ciri.kernel.threads import even_spans, in_threads
from ciri.survival.features import Values, seed_of
from ciri.survival.outcome import Floats, split_outcome


def oob_permutation_importance(
    forest: SurvivalForest, X: Any, y: Any, n_repeats: int = 10, random_state: int | None = None
) -> pd.DataFrame:
    """Exact out-of-bag permutation importance of every feature of a fitted forest.

    Parameters
    ----------
    forest : SurvivalForest
        A fitted forest.
    X : DataFrame or array, shape (n, p)
        The training rows, in training order.
    y : structured array, shape (n,)
        Their outcome, in training order.
    n_repeats : int, default 10
        Permutations of each feature, at least 1.
    random_state : int or None, default None
        The seed; None for another at each call.

    Returns
    -------
    DataFrame, one row per feature, in training order
        feature, mean (loss of C), se (of the mean over repeats), low, high (95 % interval of Student's t
        over repeats: the noise of permuting, not of sampling patients; NaN for one repeat).

    Raises
    ------
    ValueError
        Where X or y are not the training rows, or no two patients can be compared.

    Notes
    -----
    C of the out-of-bag mortality, less C of the out-of-bag mortality when, in each tree, the feature is
    permuted among the rows which that tree left out.

    References
    ----------
    Breiman (2001), Mach. Learn. 45:5-32; Ishwaran et al. (2008), Ann. Appl. Stat. 2:841-860.
    """
    if n_repeats < 1:
        raise Refused("too_few_permutations", "n_repeats must be at least 1.")
    values = _training_values(forest, X, y)
    loss = permutation_losses(
        forest.trees_, values, n_repeats, seed_of(random_state), forest.n_jobs
    )
    return _summary(list(forest.feature_names_in_), loss)


def permutation_losses(
    trees: Trees, values: Values, repeats: int, seed: int, n_jobs: int | None = None
) -> Floats:
    """Loss of C when each feature is permuted: (repeats, p). values: the training rows (n, p).

    Rows that every sample holds have no out-of-bag score and are left out. ValueError where no two
    of the rest can be compared.
    """
    total, seen = trees.out_of_bag_sums()
    known = seen > 0
    shifts = _shifts(trees, values, repeats, seed, n_jobs)
    moved = np.flatnonzero(shifts.any(axis=(0, 2)))
    # One score of all rows for each feature and repeat, the unpermuted one first.
    summed = total[known, None, None] + shifts[known][:, moved]
    scores = np.empty((1 + len(moved) * repeats, int(known.sum())))
    scores[0] = total[known] / seen[known]
    scores[1:] = (summed / seen[known, None, None]).reshape(scores.shape[1], -1).T
    c = _concordances(trees, known, scores, n_jobs)
    loss = np.zeros((repeats, values.shape[1]))
    loss[:, moved] = c[0] - c[1:].reshape(len(moved), repeats).T
    return loss


def _shifts(trees: Trees, values: Values, repeats: int, seed: int, n_jobs: int | None) -> Floats:
    """Change of each row's summed out-of-bag mortality: (n, p, repeats)."""
    n, p = values.shape
    shifts = np.zeros((n, p, repeats))

    def some(span: tuple[int, int]) -> None:
        first, last = span
        add_shifts(
            *trees.nodes,
            trees.start,
            trees.mortality,
            trees.in_bag,
            values,
            seed,
            first,
            last,
            shifts[first:last],
        )

    in_threads(some, even_spans(n, n_jobs), n_jobs)
    return shifts


def _concordances(trees: Trees, known: Any, scores: Floats, n_jobs: int | None) -> Floats:
    """C of each row of scores (k, known rows): (k,)."""
    event = trees.event[known]
    order, ends = order_of(event, trees.time[known])

    def some(span: tuple[int, int]) -> Floats:
        some_scores = scores[slice(*span)]
        rising = np.argsort(some_scores, axis=1)
        found: Floats = concordance_of_risks(order, ends, event, some_scores, rising)
        return found

    c = np.concatenate(in_threads(some, even_spans(len(scores), n_jobs, per_thread=2), n_jobs))
    if np.isnan(c).any():
        raise Refused(
            "no_importance", "No two patients can be compared (too few events): no importance."
        )
    return c


def _training_values(forest: SurvivalForest, X: Any, y: Any) -> Values:
    values = forest.features(X)
    event, time = split_outcome(y)
    trees = forest.trees_
    if not (np.array_equal(event, trees.event) and np.array_equal(time, trees.time)):
        raise Refused(
            "not_the_training_outcome",
            "y is not the outcome that this forest was trained on, in that order.",
        )
    if len(values) != len(time) or not np.array_equal(
        trees.leaves(values, 0), trees.training_leaf[0]
    ):
        raise Refused(
            "not_the_training_rows",
            "X is not the rows that this forest was trained on, in that order.",
        )
    return values


def _summary(names: list[str], loss: Floats) -> pd.DataFrame:
    repeats = len(loss)
    mean = loss.mean(axis=0)
    se = np.full(len(mean), np.nan)
    half = se
    if repeats > 1:
        se = loss.std(axis=0, ddof=1) / np.sqrt(repeats)
        half = stats.t.ppf(0.975, repeats - 1) * se
    return pd.DataFrame(
        {"feature": names, "mean": mean, "se": se, "low": mean - half, "high": mean + half}
    )
