"""Sending rows down grown trees. A node's left child is the next node; a leaf's feature is -1."""

from __future__ import annotations

import numpy as np
from numba import njit

BLOCK = 256  # rows that go down one tree together, so that its nodes stay in the cache
SMALL = 64  # nodes of a tree that is gone through whole


@njit(nogil=True, cache=True, inline="always")
def goes_left(value, threshold, unknown_left):
    """Whether a value goes to the left child; NaN goes where unknown values went in training."""
    return value <= threshold or (unknown_left and value != value)


@njit(nogil=True, cache=True)
def columns_of(X, first, last, columns):
    """Copy rows first..last-1 of X (m, p) column by column: `columns` (p, BLOCK)."""
    for row in range(first, last):
        for column in range(X.shape[1]):
            columns[column, row - first] = X[row, column]


@njit(nogil=True, cache=True)
def sweep(feature, threshold, right, unknown_left, root, end, columns, rows, here):
    """The leaf of each of `rows` rows of a block in the tree of nodes root..end-1: `here` (BLOCK,).

    A small tree is gone through node by node for all rows at once: the inner loops have no branches,
    so that the compiler makes them vector instructions. A large one is walked row by row.
    """
    if end - root > SMALL:
        for k in range(rows):
            node = root
            while feature[node] >= 0:
                if goes_left(columns[feature[node], k], threshold[node], unknown_left[node]):
                    node += 1
                else:
                    node = right[node]
            here[k] = node
        return
    here[:rows] = root
    for node in range(root, end):
        if feature[node] < 0:
            continue
        column, cut = columns[feature[node]], threshold[node]
        left, other, at = np.int32(node + 1), np.int32(right[node]), np.int32(node)
        if unknown_left[node]:
            for k in range(rows):
                below = other if column[k] > cut else left  # NaN is not above
                here[k] = below if here[k] == at else here[k]
        else:
            for k in range(rows):
                below = left if column[k] <= cut else other
                here[k] = below if here[k] == at else here[k]


@njit(nogil=True, cache=True)
def leaves(feature, threshold, right, unknown_left, start, X, found):
    """The leaf of each row of X (m, p) in each tree: `found` (trees, m). start: (trees + 1,)."""
    columns = np.empty((X.shape[1], BLOCK), np.float32)
    for first in range(0, len(X), BLOCK):
        rows = min(BLOCK, len(X) - first)
        columns_of(X, first, first + rows, columns)
        for tree in range(len(found)):
            sweep(
                feature, threshold, right, unknown_left, start[tree], start[tree + 1], columns, rows,
                found[tree, first : first + rows],
            )  # fmt: skip


@njit(nogil=True, cache=True)
def add_tables(
    feature,
    threshold,
    right,
    unknown_left,
    start,
    offset,
    table,
    X,
    in_bag,
    training_row,
    total,
    trees,
):
    """Add table[leaf - offset] (nodes, k) over trees to `total` (m, k), in the order of the trees.

    start: (trees + 1,). training_row (m,): the training row that each row of X is, -1 for none; a tree
    whose sample (in_bag, (trees, n)) holds it is passed over. trees (m,): how many were added.
    """
    width = table.shape[1]
    columns = np.empty((X.shape[1], BLOCK), np.float32)
    here = np.empty(BLOCK, np.int32)
    for first in range(0, len(X), BLOCK):
        rows = min(BLOCK, len(X) - first)
        columns_of(X, first, first + rows, columns)
        for tree in range(len(start) - 1):
            sweep(
                feature, threshold, right, unknown_left, start[tree], start[tree + 1], columns, rows,
                here,
            )  # fmt: skip
            for k in range(rows):
                own = training_row[first + k]
                if own >= 0 and in_bag[tree, own] > 0:
                    continue
                trees[first + k] += 1
                for column in range(width):
                    total[first + k, column] += table[here[k] - offset, column]


@njit(nogil=True, cache=True)
def fill_tree_values(feature, threshold, right, unknown_left, start, values, X, found):
    """values[leaf] (nodes,) of each row of X (m, p) in each tree: `found` (trees, m)."""
    columns = np.empty((X.shape[1], BLOCK), np.float32)
    here = np.empty(BLOCK, np.int32)
    for first in range(0, len(X), BLOCK):
        rows = min(BLOCK, len(X) - first)
        columns_of(X, first, first + rows, columns)
        for tree in range(len(found)):
            sweep(
                feature, threshold, right, unknown_left, start[tree], start[tree + 1], columns, rows,
                here,
            )  # fmt: skip
            for k in range(rows):
                found[tree, first + k] = values[here[k]]


@njit(nogil=True, cache=True)
def out_of_bag_sums(mortality, in_bag, training_leaf, total, trees):
    """Mortality of each training row over the trees that left it out: `total`, `trees` (n,)."""
    for tree in range(len(in_bag)):
        for row in range(len(total)):
            if in_bag[tree, row] == 0:
                total[row] += mortality[training_leaf[tree, row]]
                trees[row] += 1


@njit(nogil=True, cache=True)
def codes_of(columns, rising, codes, levels):
    """Dense ranks of the values of each column (p, n); NaN ranks last, once for all unknown.

    rising (p, n): argsort of each column. levels (p,): how many ranks.
    """
    for column in range(len(columns)):
        values, order = columns[column], rising[column]
        code = 0
        for k in range(len(order)):
            value = values[order[k]]
            if k > 0:
                before = values[order[k - 1]]
                code += value != before and not (np.isnan(value) and np.isnan(before))
            codes[column, order[k]] = code
        levels[column] = code + 1
