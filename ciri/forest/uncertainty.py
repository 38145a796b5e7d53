"""How far a forest's survival probability would move with another sample of training patients.

Infinitesimal jackknife of a bagged prediction (Wager, Hastie & Efron 2014, J. Mach. Learn. Res.
15:1625-1651): with N_bi the count of training row i in tree b and t_b the tree's prediction,

    V = sum over i of cov_b(N_bi, t_b)^2  -  sum over i of var_b(N_bi) * var_b(t_b) / B,

the second term taking out the noise of having B trees only. For subsamples of s of n rows V is
multiplied by (n - 1) / n * (n / (n - s))^2 (Wager & Athey 2018, J. Am. Stat. Assoc.
113:1228-1242). V is noisy, and may fall below 0, for one patient; so it is averaged with what patients in
general have: rho times var_b, where rho = sum of V / sum of var_b over the out-of-bag training patients
(rho is the correlation of trees that share their training patients). It is the uncertainty of the
estimated probability, not of one patient's fate.
"""

from __future__ import annotations

import numpy as np
from scipy import stats

from ciri.forest.trees import Trees
from ciri.kernel.threads import spans
from ciri.survival.features import Values
from ciri.survival.outcome import Floats, Integers

_DECIMALS = (
    6  # beyond what the noise of the trees allows, and the same on every linear algebra library
)
_BLOCK = 2048


def survival_interval(
    trees: Trees,
    X: Values,
    times: Floats,
    training_rows: Integers | None = None,
    level: float = 0.95,
) -> tuple[Floats, Floats]:
    """Lower and upper bound of the survival probability of each row of X (m, p) at `times`: 2 x (m, times).

    `training_rows` (m,) as in Trees.mean_mortality: a training patient's own trees do not count. The
    interval is of Wald's kind on the scale log(-log S); NaN where S is 0 or 1 or too few trees count.
    """
    rows = np.full(len(X), -1) if training_rows is None else np.asarray(training_rows)
    low, high = np.full((len(X), len(times)), np.nan), np.full((len(X), len(times)), np.nan)
    order = np.argsort(times, kind="stable")
    table = trees.curves(0, trees.count, np.asarray(times)[order], "survival")
    shared = [_shared_part(trees, table[:, column]) for column in range(len(order))]
    for first, last in spans(len(X), _BLOCK):
        here = slice(first, last)
        counts = _counting_trees(trees, rows[here])
        for column, place in enumerate(order):
            each = trees.tree_values(X[here], np.ascontiguousarray(table[:, column]))
            mean, variance, between = _jackknife(trees, each, counts)
            variance = (np.maximum(variance, 0.0) + shared[column] * between) / 2
            low[here, place], high[here, place] = _interval(mean, variance, level)
    return low, high


def _shared_part(trees: Trees, values: Floats) -> float:
    """rho: the share of the variance between trees that more trees would not average out."""
    outside = (trees.in_bag == 0).astype(np.float64)
    _, variance, between = _jackknife(trees, values[trees.training_leaf], outside)
    whole = np.nansum(between)
    return float(np.clip(np.nansum(variance) / whole, 0.0, 1.0)) if whole > 0 else 0.0


def _counting_trees(trees: Trees, rows: Integers) -> Floats:
    """1 where a tree counts for a row, 0 where its sample holds the row: (T, m)."""
    held = trees.in_bag[:, np.maximum(rows, 0)] > 0
    return np.where(held & (rows >= 0), 0.0, 1.0)


def _jackknife(trees: Trees, each: Floats, counts: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean of the trees' predictions (T, m), V, and their variance: 3 x (m,), only trees that count."""
    number = counts.sum(axis=0)
    enough = number > 1
    number = np.where(enough, number, np.nan)
    mean = (counts * each).sum(axis=0) / number
    centred = counts * (each - mean)
    drawn = trees.in_bag.astype(np.float64)
    covariance = drawn.T @ np.nan_to_num(centred) / number
    between = (centred**2).sum(axis=0) / number
    noise = drawn.var(axis=0).sum() / number * between  # of having so many trees only
    variance = _inflation(trees) * ((covariance**2).sum(axis=0) - noise)
    return mean, variance, between


def _inflation(trees: Trees) -> float:
    n = trees.in_bag.shape[1]
    if trees.in_bag.max() > 1:
        return 1.0
    size = int(trees.in_bag[0].sum())
    return (n - 1) / n * (n / (n - size)) ** 2 if size < n else 1.0


def _interval(mean: Floats, variance: Floats, level: float) -> tuple[Floats, Floats]:
    inside = (mean > 0) & (mean < 1)
    safe = np.where(inside, mean, 0.5)
    half = stats.norm.ppf(0.5 + level / 2) * np.sqrt(variance) / (safe * -np.log(safe))
    low: Floats = np.where(inside, safe ** np.exp(half), np.nan)
    high: Floats = np.where(inside, safe ** np.exp(-half), np.nan)
    return low.round(_DECIMALS), high.round(_DECIMALS)
