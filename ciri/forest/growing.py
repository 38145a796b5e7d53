"""Growing a forest: the cohort laid out for the kernel, trees split over threads, put into `Trees`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ciri.forest.trees import Trees
from ciri.kernel import growing as kernel
from ciri.kernel.threads import even_spans, in_threads
from ciri.kernel.walking import codes_of
from ciri.survival.features import Values
from ciri.survival.outcome import Bools, Floats

FEWEST_TO_SPLIT = 6  # scikit-survival's min_samples_split
SUBSAMPLE = 0.632  # the share of different rows that a bootstrap sample holds


def lay_out(X: Values, event: Bools, time: Floats) -> kernel.Cohort:
    """X (n, p), event (n,) and time (n,) as the kernel reads them."""
    columns = np.ascontiguousarray(X.T)
    codes = np.empty(columns.shape, dtype=np.int32)
    levels = np.empty(len(columns), dtype=np.int64)
    codes_of(columns, np.argsort(columns, axis=1), codes, levels)
    event_times = np.unique(time[event])
    return kernel.Cohort(
        columns=columns,
        codes=codes,
        levels=levels,
        passed=np.searchsorted(event_times, time, side="right").astype(np.int32),
        event=np.ascontiguousarray(event),
        by_time=np.argsort(time, kind="stable").astype(np.int32),
        times=len(event_times),
    )


def grow(
    X: Values,
    event: Bools,
    time: Floats,
    *,
    n_estimators: int,
    min_samples_leaf: int,
    features_tried: int,
    seed: int,
    sample_weight: Floats | None = None,
    bootstrap: bool = True,
    n_jobs: int | None = None,
) -> Trees:
    """Grow a forest on X (n, p), event (n,), time (n,).

    Tree number t depends on (seed, t) alone. sample_weight (n,): the chance of each row in a sample.
    bootstrap: n rows drawn with replacement; else a subsample of 63.2 % of the rows.
    """
    cohort = lay_out(X, event, time)
    rules = rules_for(
        len(X),
        min_samples_leaf=min_samples_leaf,
        features_tried=features_tried,
        sample_weight=sample_weight,
        bootstrap=bootstrap,
    )

    def some(span: tuple[int, int]) -> _Grown:
        return _grow_some(cohort, rules, seed, *span)

    parts = in_threads(some, even_spans(n_estimators, n_jobs, per_thread=4), n_jobs)
    return _join(parts, X, event, time, n_jobs)


def rules_for(
    n: int,
    *,
    min_samples_leaf: int,
    features_tried: int,
    sample_weight: Floats | None = None,
    bootstrap: bool = True,
) -> kernel.Rules:
    """How to grow trees on n rows, as the kernel reads it."""
    chance = np.empty(0)
    size = 0 if bootstrap else max(1, round(SUBSAMPLE * n))
    if sample_weight is not None:
        chance = np.cumsum(sample_weight) / np.sum(sample_weight)
        size = min(size, int(np.count_nonzero(sample_weight)))
    return kernel.Rules(features_tried, min_samples_leaf, FEWEST_TO_SPLIT, size, chance)


_Grown = tuple[kernel.Nodes, NDArray[np.int64], NDArray[np.uint16]]


def _grow_some(
    cohort: kernel.Cohort, rules: kernel.Rules, seed: int, first: int, last: int
) -> _Grown:
    n = len(cohort.by_time)
    in_bag = np.empty((last - first, n), dtype=np.uint16)
    sizes = np.empty(last - first, dtype=np.int64)
    nodes = empty_nodes((last - first) * (2 * max(1, n // rules.min_leaf) - 1))
    used = kernel.grow_trees(cohort, rules, seed, first, in_bag, nodes, sizes)
    return kernel.Nodes(*(part[:used].copy() for part in nodes)), sizes, in_bag


def empty_nodes(capacity: int) -> kernel.Nodes:
    """Room for nodes."""
    return kernel.Nodes(
        feature=np.empty(capacity, dtype=np.int32),
        threshold=np.empty(capacity, dtype=np.float32),
        right=np.empty(capacity, dtype=np.int32),
        unknown_left=np.empty(capacity, dtype=np.bool_),
        mortality=np.empty(capacity, dtype=np.float64),
    )


def _join(parts: list[_Grown], X: Values, event: Bools, time: Floats, n_jobs: int | None) -> Trees:
    def together(name: str) -> Any:
        return np.concatenate([getattr(nodes, name) for nodes, _, _ in parts])

    sizes = np.concatenate([sizes for _, sizes, _ in parts])
    start = np.r_[0, sizes.cumsum()]
    right = together("right")
    shift = np.repeat(start[:-1], sizes).astype(np.int32)
    return Trees.of_training_rows(
        X,
        n_jobs=n_jobs,
        start=start,
        feature=together("feature"),
        threshold=together("threshold"),
        right=np.where(right >= 0, right + shift, right),
        unknown_left=together("unknown_left"),
        mortality=together("mortality"),
        in_bag=np.concatenate([in_bag for _, _, in_bag in parts]),
        time=time,
        event=event,
    )
