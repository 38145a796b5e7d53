"""Which analytes stay: one forest over all candidates, ranked by importance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from modeling.ciri.forest import SurvivalForest, feature_values
from modeling.ciri.importance import oob_permutation_importance


@dataclass(frozen=True)
class Signature:
    """The features kept, best first, and the ranking of all candidates.

    ranking: feature, mean, se, low, high (see `oob_permutation_importance`), rank (1 is best),
    selected; sorted by rank.
    """

    features: list[str]
    ranking: pd.DataFrame


def select_signature(
    X: Any,
    y: Any,
    k: int = 14,
    *,
    n_estimators: int = 1000,
    min_samples_leaf: int = 15,
    max_features: str | int | float | None = "sqrt",
    n_repeats: int = 10,
    random_state: int | None = None,
    n_jobs: int | None = None,
) -> Signature:
    """Rank the columns of X (n, p) by importance for the outcome y (n,), and keep the first k.

    Ties in importance go by name, so that the same rows always select the same features. ValueError
    where fewer than k columns are there to choose from.
    """
    columns = feature_values(X).shape[1]
    if not 1 <= k <= columns:
        raise ValueError(
            f"{k} features cannot be kept of {columns} candidates; name 1 to {columns}."
        )
    forest = SurvivalForest(n_estimators, min_samples_leaf, max_features, random_state, n_jobs)
    forest.fit(X, y)
    importance = oob_permutation_importance(forest, X, y, n_repeats, random_state)
    return rank(importance, k)


def rank(importance: pd.DataFrame, k: int) -> Signature:
    """Order an importance frame, best first, and mark its first k as selected."""
    ranking = importance.sort_values(["mean", "feature"], ascending=[False, True])
    ranking = ranking.reset_index(drop=True)
    ranking["rank"] = range(1, len(ranking) + 1)
    ranking["selected"] = ranking["rank"] <= k
    return Signature(list(ranking["feature"].iloc[:k]), ranking)
