"""Minimal depth: how near to the root a feature first splits.

Ishwaran, Kogalur, Gorodeski, Minn, Lauer (2010), High-dimensional variable selection for survival
data, J. Am. Stat. Assoc. 105:205-217. A second view of importance that needs no outcome and no
permuting: what splits early splits many patients.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_is_fitted

from ciri.forest.forest import SurvivalForest
from ciri.forest.trees import LEAF, Trees
from ciri.survival.outcome import Floats, Integers


def minimal_depth(forest: SurvivalForest) -> pd.DataFrame:
    """Depth of each feature's first split, averaged over the trees.

    Parameters
    ----------
    forest : SurvivalForest
        A fitted forest.

    Returns
    -------
    DataFrame, one row per feature, shallowest first, ties by name
        feature, mean_depth, share_of_trees (that split on it), share_at_root, threshold (the mean depth
        expected of a feature that tells nothing, the same in every row), shallow (mean_depth is no deeper
        than that). mean_depth and threshold are NaN where no tree has a split.

    Raises
    ------
    sklearn.exceptions.NotFittedError
        Before the forest was fitted.

    Notes
    -----
    The root is at depth 0. A tree that never splits on the feature counts with its own depth (that of its
    deepest leaf); a tree without any split tells nothing and is passed over.

    References
    ----------
    Ishwaran, Kogalur, Gorodeski, Minn, Lauer (2010), High-dimensional variable selection for survival data,
    J. Am. Stat. Assoc. 105:205-217.
    """
    check_is_fitted(forest, "trees_")
    trees, names = forest.trees_, list(forest.feature_names_in_)
    first, splits = _first_splits(trees, len(names))
    height = np.count_nonzero(splits, axis=1)
    grown = height > 0
    used = first < height[:, None]
    depth = np.where(used, first, height[:, None])[grown]
    none = np.full(len(names), np.nan)
    threshold = _null_depth(splits[grown], len(names))
    mean = depth.mean(axis=0) if grown.any() else none
    found = pd.DataFrame(
        {
            "feature": names,
            "mean_depth": mean,
            "share_of_trees": used[grown].mean(axis=0) if grown.any() else np.zeros(len(names)),
            "share_at_root": (depth == 0).mean(axis=0) if grown.any() else np.zeros(len(names)),
            "threshold": threshold,
            "shallow": mean <= threshold,
        }
    )
    return found.sort_values(["mean_depth", "feature"], ignore_index=True)


def _first_splits(trees: Trees, features: int) -> tuple[Integers, Integers]:
    """Depth of each feature's first split in each tree (trees, p), a large number where it has none;

    and how many nodes of each depth split (trees, depths).
    """
    first = np.full((trees.count, features), np.iinfo(np.int64).max)
    splits = [np.zeros(trees.count, dtype=np.int64)]
    for depth, (tree, node) in enumerate(_levels(trees)):
        np.minimum.at(first, (tree, trees.feature[node]), depth)
        splits.append(np.bincount(tree, minlength=trees.count))
    return first, np.stack(splits[1:] or splits, axis=1)


def _levels(trees: Trees) -> Iterator[tuple[Integers, Integers]]:
    """The splitting nodes of all trees, depth by depth: (tree of each, node)."""
    tree, node = np.arange(trees.count), np.asarray(trees.start[:-1], dtype=np.int64)
    while True:
        inner = trees.feature[node] != LEAF
        tree, node = tree[inner], node[inner]
        if not len(node):
            return
        yield tree, node
        tree = np.concatenate([tree, tree])
        node = np.concatenate([node + 1, trees.right[node].astype(np.int64)])


def _null_depth(splits: Integers, features: int) -> float:
    """Mean minimal depth of a feature that each split picks with chance 1 / p, over the trees.

    Such a feature first splits at depth d with probability (1 - 1/p)^L (1 - (1 - 1/p)^l), l splits
    being at depth d and L above it; else it counts as its tree's depth. The mean of a whole number
    from 0 to D is the sum over d < D of the chance that it is larger than d.
    """
    if not len(splits):
        return float("nan")
    larger: Floats = (1.0 - 1.0 / features) ** splits.cumsum(axis=1)
    return float((larger * (splits > 0)).sum(axis=1).mean())
