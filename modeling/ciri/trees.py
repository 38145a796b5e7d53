"""A grown forest as plain arrays, and everything that is read from them.

A leaf keeps one number for the risk score and, through the training rows it holds, its curves: they
are rebuilt exactly from those rows instead of being stored leaf by leaf.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modeling.ciri.outcome import Bools, Floats, Integers, outcome

LEAF = -1
Values = NDArray[np.float32]


@dataclass(frozen=True)
class Trees:
    """T trees over n training rows: N nodes one after the other, each parent before its children.

    start: (T + 1,) first node of each tree, then N.
    feature: (N,) index of the feature split on, LEAF in a leaf.
    threshold: (N,) a value up to it goes left (0 in a leaf).
    left, right: (N,) the children, LEAF in a leaf.
    unknown_left: (N,) whether an unknown value goes left.
    mortality: (N,) Nelson-Aalen cumulative hazard summed over the training event times.
    in_bag: (T, n) how often each training row is in each tree's bootstrap sample.
    training_leaf: (T, n) the node where each training row ends.
    time, event: (n,) outcome of the training rows.
    """

    start: NDArray[np.int64]
    feature: NDArray[np.int32]
    threshold: Floats
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    unknown_left: Bools
    mortality: Floats
    in_bag: NDArray[np.uint16]
    training_leaf: NDArray[np.int32]
    time: Floats
    event: Bools

    @property
    def count(self) -> int:
        """Number of trees."""
        return len(self.start) - 1

    @cached_property
    def event_times(self) -> Floats:
        """Distinct training times with an event, rising."""
        return np.unique(self.time[self.event])

    @cached_property
    def outcome(self) -> NDArray[Any]:
        """The training outcome as a structured array."""
        return outcome(self.event, self.time)

    def descend(
        self,
        X: Values,
        rows: Integers,
        node: Integers,
        swapped: Integers | None = None,
        donor: Integers | None = None,
    ) -> Integers:
        """Follow walkers (row `rows[i]` of X, starting at `node[i]`) to their leaves: (walkers,).

        With `swapped` and `donor`, walker i reads feature `swapped[i]` from row `donor[i]` instead.
        """
        node = node.astype(np.int64, copy=True)
        walking = np.flatnonzero(self.feature[node] != LEAF)
        while len(walking):
            here, source = node[walking], rows[walking]
            feature = self.feature[here]
            if swapped is not None and donor is not None:
                source = np.where(feature == swapped[walking], donor[walking], source)
            node[walking] = self.step(here, X[source, feature])
            walking = walking[self.feature[node[walking]] != LEAF]
        return node

    def step(self, node: Integers, value: Values) -> Integers:
        """The child that each inner node sends its value to: (walkers,)."""
        left = (value <= self.threshold[node]) | (np.isnan(value) & self.unknown_left[node])
        return np.where(left, self.left[node], self.right[node]).astype(np.int64)

    def leaves(self, X: Values, tree: int) -> Integers:
        """The leaf of each row of X (m, p) in one tree: (m,)."""
        return self.descend(X, np.arange(len(X)), np.full(len(X), self.start[tree]))

    def mean_mortality(self, X: Values, training_rows: Integers | None = None) -> Floats:
        """Ensemble mortality, the mean over trees of the leaf's mortality: (m,).

        With `training_rows` (m,), row i is that training row (-1: none of them), and only trees
        whose bootstrap sample left it out count; NaN where there is no such tree.
        """
        table = self.mortality[:, None]
        return self._mean(X, lambda tree: self._part(table, tree), 1, training_rows)[:, 0]

    def mean_curve(
        self, X: Values, times: Floats, kind: str, training_rows: Integers | None = None
    ) -> Floats:
        """Mean over trees of the leaf's curve at `times`: (m, times); `training_rows` as above.

        kind: "hazard" for the cumulative hazard (Nelson-Aalen), "survival" (Kaplan-Meier).
        """
        return self._mean(
            X, lambda tree: self._curves(tree, times, kind), len(times), training_rows
        )

    def out_of_bag_mortality(self) -> Floats:
        """Mean mortality of each training row over the trees that left it out: (n,), NaN if none."""
        total, trees = np.zeros(len(self.time)), np.zeros(len(self.time))
        for tree in range(self.count):
            outside = self.in_bag[tree] == 0
            total += np.where(outside, self.mortality[self.training_leaf[tree]], 0.0)
            trees += outside
        mean: Floats = np.divide(total, trees, out=np.full(len(total), np.nan), where=trees > 0)
        return mean

    def _part(self, table: Floats, tree: int) -> Floats:
        return table[self.start[tree] : self.start[tree + 1]]

    def _mean(
        self,
        X: Values,
        table_of: Callable[[int], Floats],
        width: int,
        training_rows: Integers | None,
    ) -> Floats:
        """Mean over trees of `table_of(tree)[node within the tree]`, added in the trees' order."""
        total, trees = np.zeros((len(X), width)), np.zeros((len(X), 1))
        counts = np.ones((len(X), 1), dtype=bool)
        for tree in range(self.count):
            values = table_of(tree)[self.leaves(X, tree) - self.start[tree]]
            if training_rows is not None:
                in_bag = self.in_bag[tree][training_rows] > 0
                counts = ~(in_bag & (training_rows >= 0))[:, None]
            total += np.where(counts, values, 0.0)
            trees += counts
        mean: Floats = np.divide(total, trees, out=np.full(total.shape, np.nan), where=trees > 0)
        return mean

    def _curves(self, tree: int, times: Floats, kind: str) -> Floats:
        """Curves of one tree's nodes (only its leaves hold any) at `times`: (nodes, times).

        Each leaf's training rows count as often as the bootstrap drew them.
        """
        nodes = int(self.start[tree + 1] - self.start[tree])
        steps = len(self.event_times)
        inside = np.flatnonzero(self.in_bag[tree])
        weight = self.in_bag[tree][inside].astype(np.float64)
        leaf = self.training_leaf[tree][inside] - self.start[tree]
        passed = np.searchsorted(self.event_times, self.time[inside], side="right")
        last = np.bincount(leaf * (steps + 1) + passed, weight, nodes * (steps + 1))
        # At risk at event time k are the rows that passed more than k event times.
        at_risk = last.reshape(nodes, -1)[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
        died = self.event[inside]
        deaths = np.bincount(
            leaf[died] * steps + passed[died] - 1, weight[died], nodes * steps
        ).reshape(nodes, steps)
        ratio = np.divide(deaths, at_risk, out=np.zeros_like(deaths), where=at_risk > 0)
        start = np.zeros((nodes, 1))
        if kind == "hazard":
            curve = np.hstack([start, ratio.cumsum(axis=1)])
        else:
            curve = np.hstack([start + 1.0, (1.0 - ratio).cumprod(axis=1)])
        at_times: Floats = curve[:, np.searchsorted(self.event_times, times, side="right")]
        return at_times
