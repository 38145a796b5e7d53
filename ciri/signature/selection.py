"""Which analytes stay: importance ranked again and again on subsamples of the patients.

A ranking from one forest moves with the patients it happened to see. Here it is made anew on many
subsamples (stability selection, Meinshausen & Buehlmann 2010, J. R. Stat. Soc. B 72:417-473): an
analyte is worth keeping when it comes out among the best in most of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from ciri.errors import Refused
from ciri.forest.forest import SurvivalForest, count_tried_features
from ciri.forest.growing import grow
from ciri.kernel.threads import in_threads
from ciri.signature.importance import permutation_losses
from ciri.survival.concordance import concordance_interval
from ciri.survival.features import Values, feature_names, feature_values, seed_of
from ciri.survival.outcome import Bools, Floats, Integers, split_outcome

SUBSAMPLE = 0.632  # the share of patients in each subsample
GROUPED = 0.7  # analytes this much correlated could stand in for each other
TRADEOFF = (1, 2, 3, 5, 7, 10, 14, 20, 30, 50, 75, 100)
Progress = Callable[[float], None]


@dataclass(frozen=True)
class Signature:
    """The features kept, best first, and what speaks for them.

    Parameters
    ----------
    features : list of str
        The features kept, best first.
    ranking : DataFrame, one row per candidate, best first
        feature; frequency (share of subsamples in which it is among the k best); mean (loss of C when
        permuted, mean over subsamples), se, low, high (95 %, what another sample of patients would give);
        rank; selected; group (number of the correlated candidates it belongs to, None for none).
    tradeoff : DataFrame
        k, c, low, high: out-of-bag C of a forest of the k best. Empty where not asked for.
    """

    features: list[str]
    ranking: pd.DataFrame
    tradeoff: pd.DataFrame

    @property
    def frequencies(self) -> pd.Series:
        """Selection frequency (0-1) by feature, best first."""
        return self.ranking.set_index("feature")["frequency"]


def select_signature(
    X: Any,
    y: Any,
    k: int = 14,
    n_resamples: int = 100,
    *,
    min_frequency: float | None = None,
    n_estimators: int = 500,
    min_samples_leaf: int = 15,
    max_features: str | int | float | None = "sqrt",
    n_repeats: int = 1,
    random_state: int | None = None,
    n_jobs: int | None = None,
    tradeoff: bool = True,
    progress: Progress | None = None,
) -> Signature:
    """Rank the columns of X for the outcome on subsamples of the patients, and keep the best.

    Parameters
    ----------
    X : DataFrame or array, shape (n, p)
        The candidates; NaN for unknown.
    y : structured array, shape (n,)
        (event, time).
    k : int, default 14
        Features to keep, or that count as the best of a subsample.
    n_resamples : int, default 100
        Subsamples of 63.2 % of the patients, at least 2.
    min_frequency : float or None, default None
        A share (0-1): keep all that are among the k best in at least that share of the subsamples (at
        least one is always kept), instead of the first k.
    n_estimators : int, default 500
        Trees of each subsample's forest.
    min_samples_leaf : int, default 15
        As in `SurvivalForest`.
    max_features : {"sqrt", "log2"}, float, int or None, default "sqrt"
        As in `SurvivalForest`.
    n_repeats : int, default 1
        Permutations of each feature in each subsample.
    random_state : int or None, default None
        The seed; None for another at each call.
    n_jobs : int or None, default None
        Threads, None for as many as there may be; any number gives the same result.
    tradeoff : bool, default True
        Whether forests of the k best, for some k, are grown and judged.
    progress : callable, optional
        `progress(fraction)` is called between subsamples.

    Returns
    -------
    Signature
        The features kept and the ranking.

    Raises
    ------
    ValueError
        Where fewer than k columns are there to choose from, or fewer than two subsamples are asked for.

    Notes
    -----
    Order: frequency, then mean importance, then name, so that the same rows always select the same
    features.

    References
    ----------
    Stability selection: Meinshausen & Buehlmann (2010), J. R. Stat. Soc. B 72:417-473. Standard errors by
    the delete-d jackknife: Shao & Wu (1989), Ann. Stat. 17:1176-1197; for importance: Ishwaran & Lu (2019),
    Stat. Med. 38:558-582.
    """
    names, values = feature_names(X), feature_values(X)
    if not 1 <= k <= len(names):
        raise Refused(
            "too_few_candidates",
            "%(k)s features cannot be kept of %(candidates)s candidates; name 1 to %(candidates)s.",
            k=k,
            candidates=len(names),
        )
    if n_resamples < 2:
        raise Refused(
            "too_few_subsamples",
            "n_resamples must be at least 2: one subsample cannot show stability.",
        )
    seed = seed_of(random_state)
    losses, size = subsample_importance(
        values,
        y,
        n_resamples,
        n_estimators=n_estimators,
        min_samples_leaf=min_samples_leaf,
        max_features=max_features,
        n_repeats=n_repeats,
        seed=seed,
        n_jobs=n_jobs,
        progress=progress,
    )
    ranking = _ranking(names, losses, k, len(values) / size - 1)
    kept = k if min_frequency is None else int((ranking["frequency"] >= min_frequency).sum())
    ranking["selected"] = ranking["rank"] <= max(1, kept)
    ranking["group"] = group_correlated(values, list(names), list(ranking["feature"]))
    curve = pd.DataFrame(columns=["k", "c", "low", "high"])
    if tradeoff:
        order = [list(names).index(feature) for feature in ranking["feature"]]
        rules = {"min_samples_leaf": min_samples_leaf, "max_features": max_features}
        curve = _tradeoff(values[:, order], y, kept, rules, seed, n_jobs)
    return Signature(list(ranking["feature"][ranking["selected"]]), ranking, curve)


def subsample_importance(
    X: Any,
    y: Any,
    n_resamples: int = 100,
    *,
    n_estimators: int = 500,
    min_samples_leaf: int = 15,
    max_features: str | int | float | None = "sqrt",
    n_repeats: int = 1,
    seed: int = 0,
    n_jobs: int | None = None,
    progress: Progress | None = None,
) -> tuple[Floats, int]:
    """Permutation importance of every column in forests grown on subsamples: (n_resamples, p).

    And how many rows each subsample has: 63.2 % of those with an event, and of those without, drawn
    without replacement. Resample number r depends on (seed, r) alone.
    """
    values = feature_values(X)
    event, time = split_outcome(y)
    tried = count_tried_features(max_features, values.shape[1])
    done = 0

    def once(number: int) -> Floats:
        nonlocal done
        random = np.random.default_rng([seed, number])
        rows = _subsample(random, event)
        inside = np.ascontiguousarray(values[rows])
        trees = grow(
            inside,
            event[rows],
            time[rows],
            n_estimators=n_estimators,
            min_samples_leaf=min_samples_leaf,
            features_tried=tried,
            seed=int(random.integers(2**31)),
            n_jobs=1,
        )
        shuffling = int(random.integers(2**31))
        loss = permutation_losses(trees, inside, n_repeats, shuffling, n_jobs=1).mean(axis=0)
        done += 1
        if progress is not None:
            progress(done / n_resamples)
        return loss

    losses = np.array(in_threads(once, range(n_resamples), n_jobs))
    return losses, len(_subsample(np.random.default_rng(0), event))


def _subsample(random: np.random.Generator, event: Bools) -> Integers:
    """Row numbers, rising, of 63.2 % of the rows with and of those without an event."""
    parts = [np.flatnonzero(event), np.flatnonzero(~event)]
    drawn = [
        random.choice(part, max(1, round(SUBSAMPLE * len(part))), replace=False)
        for part in parts
        if len(part)
    ]
    return np.sort(np.concatenate(drawn))


def importance_table(names: Any, losses: Floats, left_over: float) -> pd.DataFrame:
    """feature, mean, se, low, high from importances on subsamples (resamples, p), in column order.

    left_over: rows outside a subsample for each row inside. The standard error is the delete-d
    jackknife's, sqrt(variance over subsamples / left_over) (Shao & Wu 1989, Ann. Stat. 17:1176-1197;
    for importance: Ishwaran & Lu 2019, Stat. Med. 38:558-582).
    """
    mean = losses.mean(axis=0)
    se = losses.std(axis=0) / np.sqrt(left_over)
    half = stats.norm.ppf(0.975) * se
    return pd.DataFrame(
        {"feature": names, "mean": mean, "se": se, "low": mean - half, "high": mean + half}
    )


def _ranking(names: Any, losses: Floats, k: int, left_over: float) -> pd.DataFrame:
    # In each subsample the best come first; what is no better than chance (0 or less) never counts.
    place = (-losses).argsort(axis=1, kind="stable").argsort(axis=1)
    among_best = (place < k) & (losses > 0)
    table = importance_table(names, losses, left_over).assign(frequency=among_best.mean(axis=0))
    table = table.sort_values(["frequency", "mean", "feature"], ascending=[False, False, True])
    table = table.reset_index(drop=True)
    table["rank"] = range(1, len(table) + 1)
    return table[["feature", "frequency", "mean", "se", "low", "high", "rank"]]


def group_correlated(values: Values, names: list[str], order: list[str]) -> list[int | None]:
    """The number of the correlated group of each feature of `order`, None for those that stand alone.

    Groups: average linkage on 1 - |Spearman's rho|, cut where the mean correlation falls below 0.7;
    numbered as they appear in `order`.
    """
    if len(names) < 2:
        return [None] * len(order)
    rho = pd.DataFrame(values, columns=names).corr(method="spearman").abs().fillna(0.0).to_numpy()
    distance = np.clip(1.0 - rho, 0.0, 1.0)
    np.fill_diagonal(distance, 0.0)
    tree = linkage(squareform((distance + distance.T) / 2, checks=False), method="average")
    cluster = dict(zip(names, fcluster(tree, 1.0 - GROUPED, criterion="distance"), strict=True))
    size = pd.Series(cluster).value_counts()
    numbers: dict[int, int] = {}
    return [
        numbers.setdefault(cluster[name], len(numbers) + 1) if size[cluster[name]] > 1 else None
        for name in order
    ]


def _tradeoff(
    ordered: Values, y: Any, kept: int, rules: dict[str, Any], seed: int, n_jobs: int | None
) -> pd.DataFrame:
    """Out-of-bag C of forests of the first k columns, for some k."""
    sizes = sorted({k for k in (*TRADEOFF, kept, ordered.shape[1]) if 1 <= k <= ordered.shape[1]})

    def one(k: int) -> dict[str, Any]:
        forest = SurvivalForest(500, random_state=seed, n_jobs=1, **rules).fit(ordered[:, :k], y)
        known = np.isfinite(forest.oob_prediction_)
        interval = concordance_interval(y[known], forest.oob_prediction_[known], 200, seed)
        return {"k": k, "c": interval.c, "low": interval.low, "high": interval.high}

    return pd.DataFrame(in_threads(one, sizes, n_jobs))


def rank(importance: pd.DataFrame, k: int) -> pd.DataFrame:
    """An importance frame, best first (ties by name), with rank, and its first k as selected."""
    ranking = importance.sort_values(["mean", "feature"], ascending=[False, True])
    ranking = ranking.reset_index(drop=True)
    ranking["rank"] = range(1, len(ranking) + 1)
    ranking["selected"] = ranking["rank"] <= k
    return ranking
