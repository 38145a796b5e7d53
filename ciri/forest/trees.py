"""A grown forest as plain arrays, and everything that is read from them.

A leaf keeps one number for the risk score and, through the training rows it holds, its curves: they
are rebuilt exactly from those rows instead of being stored leaf by leaf.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ciri.kernel import curves, walking
from ciri.kernel.threads import even_spans, in_threads, spans
from ciri.survival.features import Values
from ciri.survival.outcome import Bools, Floats, Integers, outcome

LEAF = -1
KINDS = {"hazard": curves.HAZARD, "survival": curves.SURVIVAL, "mean": curves.RESTRICTED_MEAN}
Leaves = NDArray[np.int32]
_CELLS = 4_000_000  # numbers of a table of curves held in memory at once


@dataclass(frozen=True)
class Trees:
    """T trees over n training rows: N nodes one after the other, each parent before its children.

    start: (T + 1,) first node of each tree, then N.
    feature: (N,) index of the feature split on, LEAF in a leaf.
    threshold: (N,) float32, a value up to it goes left (0 in a leaf). The left child of node i is
        node i + 1.
    right: (N,) the right child, LEAF in a leaf.
    unknown_left: (N,) whether an unknown value goes left.
    mortality: (N,) Nelson-Aalen cumulative hazard summed over the training event times.
    in_bag: (T, n) how often each training row is in each tree's sample.
    training_leaf: (T, n) the node where each training row ends.
    time, event: (n,) outcome of the training rows.
    """

    start: NDArray[np.int64]
    feature: NDArray[np.int32]
    threshold: NDArray[np.float32]
    right: NDArray[np.int32]
    unknown_left: Bools
    mortality: Floats
    in_bag: NDArray[np.uint16]
    training_leaf: Leaves
    time: Floats
    event: Bools

    def __post_init__(self) -> None:
        # Read-only, as arrays mapped from a file are: a grown forest does not change, and the kernel
        # is compiled once for both.
        for part in fields(self):
            getattr(self, part.name).flags.writeable = False

    @classmethod
    def of_training_rows(cls, X: Values, *, n_jobs: int | None = None, **arrays: Any) -> Trees:
        """Trees from all arrays but `training_leaf`, which is where the training rows X (n, p) go."""
        trees = cls(training_leaf=np.empty((0, len(X)), dtype=np.int32), **arrays)
        return cls(training_leaf=trees.all_leaves(X, n_jobs=n_jobs), **arrays)

    @property
    def count(self) -> int:
        """Number of trees."""
        return len(self.start) - 1

    @property
    def nodes(self) -> tuple[Any, Any, Any, Any]:
        """feature, threshold, right, unknown_left: what a row needs to find its way."""
        return self.feature, self.threshold, self.right, self.unknown_left

    @cached_property
    def event_times(self) -> Floats:
        """Distinct training times with an event, rising."""
        return np.unique(self.time[self.event])

    @cached_property
    def by_time(self) -> NDArray[np.int32]:
        """Training rows by rising time."""
        return np.argsort(self.time, kind="stable").astype(np.int32)

    @cached_property
    def outcome(self) -> NDArray[Any]:
        """The training outcome as a structured array."""
        return outcome(self.event, self.time)

    def leaves(self, X: Values, tree: int) -> Leaves:
        """The leaf of each row of X (m, p) in one tree: (m,)."""
        found: Leaves = self.all_leaves(X, tree, tree + 1)[0]
        return found

    def all_leaves(
        self, X: Values, first: int = 0, last: int | None = None, n_jobs: int | None = None
    ) -> Leaves:
        """The leaf of each row of X (m, p) in the trees first..last-1 (all): (trees, m)."""
        start = self.start[first : (self.count if last is None else last) + 1]
        found = np.empty((len(start) - 1, len(X)), dtype=np.int32)
        values = np.ascontiguousarray(X)

        def some(span: tuple[int, int]) -> None:
            here = slice(*span)
            walking.leaves(*self.nodes, start[here.start : here.stop + 1], values, found[here])

        in_threads(some, even_spans(len(found), n_jobs), n_jobs)
        return found

    def ways(self, X: Values, n_jobs: int | None = None) -> NDArray[np.uint64]:
        """One number for the leaves that each row of X (m, p) ends in, over all trees: (m,).

        Rows with the same leaf in every tree have the same number; others do not, but for a chance of
        about 1 in 10^14 (a sum of the leaves under random weights, modulo 2^64).
        """
        found = np.zeros(len(X), dtype=np.uint64)
        for first, last in spans(self.count, max(1, _CELLS // max(1, len(X)))):
            found += self._weigh(self.all_leaves(X, first, last, n_jobs), first)
        return found

    @cached_property
    def training_ways(self) -> NDArray[np.uint64]:
        """The same of each training row: (n,)."""
        return self._weigh(self.training_leaf, 0)

    def _weigh(self, leaves: Leaves, first: int) -> NDArray[np.uint64]:
        weights = np.random.default_rng(0).integers(2**64, size=self.count, dtype=np.uint64)
        found = np.zeros(leaves.shape[1], dtype=np.uint64)
        for weight, row in zip(weights[first:], leaves, strict=False):
            found += weight * row.astype(np.uint64)
        return found

    def mean_mortality(
        self, X: Values, training_rows: Integers | None = None, n_jobs: int | None = None
    ) -> Floats:
        """Ensemble mortality, the mean over trees of the leaf's mortality: (m,).

        With `training_rows` (m,), row i is that training row (-1: none of them), and only trees
        whose sample left it out count; NaN where there is no such tree.
        """
        table = self.mortality[:, None]
        return self._mean(X, lambda first, last: table, 1, training_rows, n_jobs, whole=True)[:, 0]

    def mean_curve(
        self,
        X: Values,
        times: Floats,
        kind: str,
        training_rows: Integers | None = None,
        n_jobs: int | None = None,
    ) -> Floats:
        """Mean over trees of the leaf's curve at `times`: (m, times); `training_rows` as above.

        kind: "hazard" for the cumulative hazard (Nelson-Aalen), "survival" (Kaplan-Meier), "mean" for
        the survival time restricted to each of the times.
        """
        distinct, place = np.unique(times, return_inverse=True)
        found = self._mean(
            X,
            lambda first, last: self.curves(first, last, distinct, kind),
            len(distinct),
            training_rows,
            n_jobs,
        )
        return found[:, place]

    def curves(self, first: int, last: int, times: Floats, kind: str) -> Floats:
        """Curves at rising `times` of the nodes of trees first..last-1: (nodes, times), leaves only."""
        start = self.start[first : last + 1]
        table = np.zeros((int(start[-1] - start[0]), len(times)))
        curves.fill_tables(
            start,
            self.in_bag[first:last],
            self.training_leaf[first:last],
            self.by_time,
            self.time,
            self.event,
            KINDS[kind],
            times,
            table,
        )
        table.flags.writeable = False
        return table

    def tree_values(self, X: Values, table: Floats) -> Floats:
        """table[leaf] (nodes,) of each row of X (m, p) in each tree: (T, m)."""
        found = np.empty((self.count, len(X)))
        walking.fill_tree_values(*self.nodes, self.start, table, X, found)
        return found

    def out_of_bag_mortality(self) -> Floats:
        """Mean mortality of each training row over the trees that left it out: (n,), NaN if none."""
        total, trees = self.out_of_bag_sums()
        mean: Floats = np.divide(total, trees, out=np.full(len(total), np.nan), where=trees > 0)
        return mean

    def out_of_bag_sums(self) -> tuple[Floats, Floats]:
        """Summed mortality of each training row over the trees that left it out, and their number."""
        total, trees = np.zeros(len(self.time)), np.zeros(len(self.time))
        walking.out_of_bag_sums(self.mortality, self.in_bag, self.training_leaf, total, trees)
        return total, trees

    def _mean(
        self,
        X: Values,
        table_of: Callable[[int, int], Floats],
        width: int,
        training_rows: Integers | None,
        n_jobs: int | None,
        whole: bool = False,
    ) -> Floats:
        """Mean over trees of `table_of(first, last)[leaf]`, added in the order of the trees.

        whole: the table is of all nodes, whatever the trees asked for.
        """
        total, trees = np.zeros((len(X), width)), np.zeros(len(X))
        rows = np.full(len(X), -1) if training_rows is None else training_rows
        for first, last in self._tables(width, whole):
            table = table_of(first, last)
            offset = 0 if whole else int(self.start[first])

            def some(
                span: tuple[int, int],
                table: Floats = table,
                offset: int = offset,
                some_trees: slice = slice(first, last),
                start: Any = self.start[first : last + 1],
            ) -> None:
                here = slice(*span)
                walking.add_tables(
                    *self.nodes,
                    start,
                    offset,
                    table,
                    X[here],
                    self.in_bag[some_trees],
                    rows[here],
                    total[here],
                    trees[here],
                )

            in_threads(some, even_spans(len(X), n_jobs, per_thread=4), n_jobs)
        seen = trees[:, None]
        mean: Floats = np.divide(total, seen, out=np.full(total.shape, np.nan), where=seen > 0)
        return mean

    def _tables(self, width: int, whole: bool) -> list[tuple[int, int]]:
        """Spans of trees whose tables fit in memory together."""
        if whole:
            return [(0, self.count)]
        largest = int(np.diff(self.start).max())
        return spans(self.count, max(1, _CELLS // (largest * width)))
