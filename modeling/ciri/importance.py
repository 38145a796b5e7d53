"""Exact out-of-bag permutation importance.

Importance of a feature = C of the out-of-bag mortality - C of the out-of-bag mortality when, in each
tree, the feature is permuted among the rows which that tree left out (Breiman 2001, Mach. Learn.
45:5-32; Ishwaran et al. 2008). Only the features on a row's own path can move its prediction, so only
those (row, feature) pairs go down the tree again: the same numbers for a fraction of the work.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from modeling.ciri.concordance import concordance_indices
from modeling.ciri.forest import SurvivalForest
from modeling.ciri.outcome import Floats, Integers, split_outcome
from modeling.ciri.trees import LEAF, Trees, Values


def oob_permutation_importance(
    forest: SurvivalForest, X: Any, y: Any, n_repeats: int = 10, random_state: int | None = None
) -> pd.DataFrame:
    """Importance of every feature of a fitted forest, from the rows it was trained on.

    X (n, p) and y (n,) are the training rows, in training order. Returns one row per feature, in
    training order: feature, mean (loss of C), se (of the mean over repeats), low, high (95 %
    interval of Student's t over repeats: the noise of permuting, not of sampling patients; NaN for
    one repeat). ValueError where X or y are not the training rows.
    """
    if n_repeats < 1:
        raise ValueError("n_repeats must be at least 1.")
    values = _training_values(forest, X, y)
    seed = np.random.SeedSequence().entropy if random_state is None else random_state
    total, shifts, seen = _out_of_bag_shifts(forest.trees_, values, n_repeats, seed)
    known = seen > 0
    outcomes = forest.trees_.outcome[known]
    base = concordance_indices(outcomes, (total[known] / seen[known])[None])[0]
    loss = np.zeros((n_repeats, values.shape[1]))
    for feature in np.flatnonzero(shifts.any(axis=(0, 2))):
        permuted = (total[known] + shifts[:, feature][:, known]) / seen[known]
        loss[:, feature] = base - concordance_indices(outcomes, permuted)
    return _summary(list(forest.feature_names_in_), loss)


def permutations(seed: Any, tree: int, rows: int, repeats: int) -> Integers:
    """How each repeat shuffles a tree's out-of-bag rows: (repeats, rows), from (seed, tree) alone."""
    generator = np.random.default_rng([seed, tree])
    return generator.permuted(np.tile(np.arange(rows), (repeats, 1)), axis=1)


def _training_values(forest: SurvivalForest, X: Any, y: Any) -> Values:
    values = forest.features(X)
    event, time = split_outcome(y)
    trees = forest.trees_
    if not (np.array_equal(event, trees.event) and np.array_equal(time, trees.time)):
        raise ValueError("y is not the outcome that this forest was trained on, in that order.")
    if len(values) != len(time) or not np.array_equal(
        trees.leaves(values, 0), trees.training_leaf[0]
    ):
        raise ValueError("X is not the rows that this forest was trained on, in that order.")
    return values


def _out_of_bag_shifts(
    trees: Trees, values: Values, repeats: int, seed: Any
) -> tuple[Floats, Floats, Floats]:
    """Summed out-of-bag mortality (n,), its change when permuted (repeats, p, n), trees seen (n,)."""
    n, p = values.shape
    total, seen = np.zeros(n), np.zeros(n)
    shifts = np.zeros(repeats * p * n)
    for tree in range(trees.count):
        outside = np.flatnonzero(trees.in_bag[tree] == 0)
        base = trees.mortality[trees.training_leaf[tree]]
        total[outside] += base[outside]
        seen[outside] += 1
        walkers = _walkers(trees, values, tree, outside)
        if not len(walkers.row):
            continue
        order = permutations(seed, tree, len(outside), repeats)
        donor = outside[order[:, np.searchsorted(outside, walkers.row)]]
        leaf = trees.descend(
            values,
            np.tile(walkers.row, repeats),
            np.tile(walkers.node, repeats),
            np.tile(walkers.feature, repeats),
            donor.ravel(),
        )
        cell = walkers.feature * n + walkers.row
        cells = (np.arange(repeats)[:, None] * (p * n) + cell).ravel()
        # Within one tree every (repeat, feature, row) is met once, so plain += adds each of them.
        shifts[cells] += trees.mortality[leaf] - np.tile(base[walkers.row], repeats)
    return total, shifts.reshape(repeats, p, n), seen


@dataclass(frozen=True)
class _Walkers:
    """Each out-of-bag row with each feature on its path, and the node where that is first used."""

    row: Integers
    feature: Integers
    node: Integers


def _walkers(trees: Trees, values: Values, tree: int, rows: Integers) -> _Walkers:
    p = values.shape[1]
    here = np.full(len(rows), trees.start[tree])
    keys, nodes = [], []
    while len(rows):
        inner = trees.feature[here] != LEAF
        rows, here = rows[inner], here[inner]
        keys.append(rows * p + trees.feature[here])
        nodes.append(here)
        here = trees.step(here, values[rows, trees.feature[here]])
    key, first = np.unique(np.concatenate(keys), return_index=True)
    row, feature = np.divmod(key, p)
    return _Walkers(row, feature, np.concatenate(nodes)[first])


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
