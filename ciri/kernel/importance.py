"""Out-of-bag permutation importance: only what can change is computed again.

A row's out-of-bag prediction moves only when a feature on its own path is permuted. So, tree by tree,
each out-of-bag row goes down again once for each feature on its path and each repeat, from the node
where that feature is first used, with the value of the row that the repeat's shuffle puts in its place.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from ciri.kernel.random import PERMUTING, shuffle, stream
from ciri.kernel.walking import goes_left


@njit(nogil=True, cache=True)
def shuffle_rows(seed, tree, held, repeats):
    """The out-of-bag rows of a tree in each repeat's order, after their own: (repeats + 1, rows).

    held (n,): how often each training row is in the tree's sample.
    """
    outside = np.flatnonzero(held == 0)
    orders = np.empty((repeats + 1, len(outside)), np.int64)
    orders[0] = outside
    state = stream(seed, tree, PERMUTING)
    for repeat in range(1, repeats + 1):
        orders[repeat] = outside
        shuffle(state, orders[repeat])
    return orders


@njit(nogil=True, cache=True)
def leaf_with_swap(feature, threshold, right, unknown_left, node, row, swapped, value):
    """The leaf that `row` (p,) reaches from `node` when its feature `swapped` has another value."""
    while feature[node] >= 0:
        at = feature[node]
        known = value if at == swapped else row[at]
        if goes_left(known, threshold[node], unknown_left[node]):
            node += 1
        else:
            node = right[node]
    return node


@njit(nogil=True, cache=True)
def add_shifts(
    feature, threshold, right, unknown_left, start, mortality, in_bag, X, seed, first, last, shifts
):
    """Change of the summed out-of-bag mortality of rows first..last-1 when a feature is permuted:

    added to `shifts` (last - first, p, repeats).
    """
    p, repeats = X.shape[1], shifts.shape[2]
    met = np.full(p, -1)
    on_path = np.empty(p, np.int64)
    entered = np.empty(p, np.int64)
    visit = 0
    for tree in range(len(in_bag)):
        orders = shuffle_rows(seed, tree, in_bag[tree], repeats)
        for place in range(orders.shape[1]):
            row = orders[0, place]
            if row < first or row >= last:
                continue
            visit += 1
            features, node = 0, start[tree]
            while feature[node] >= 0:
                at = feature[node]
                if met[at] != visit:
                    met[at] = visit
                    on_path[features], entered[features] = at, node
                    features += 1
                if goes_left(X[row, at], threshold[node], unknown_left[node]):
                    node += 1
                else:
                    node = right[node]
            unmoved = mortality[node]
            for k in range(features):
                at = on_path[k]
                for repeat in range(repeats):
                    value = X[orders[repeat + 1, place], at]
                    leaf = leaf_with_swap(
                        feature, threshold, right, unknown_left, entered[k], X[row], at, value
                    )
                    shifts[row - first, at, repeat] += mortality[leaf] - unmoved
