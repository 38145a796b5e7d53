"""Shapley values of tree ensembles, exactly, in time linear in the nodes.

The game of Lundberg et al. (2020, Nat. Mach. Intell. 2:56-67): the features of a coalition send a row
down the tree, at any other node it goes to both children in the shares of the training rows there.
With o = 1 where the row follows all of a feature's splits on the way to a leaf (else 0), and z = the
product of those shares, the game's multilinear extension on the diagonal is (Owen 1972, Manag. Sci.
18:64-79)

    f(t) = sum over leaves of value * product over features of (t o + (1 - t) z),

and the Shapley value of a feature is the integral over 0 < t < 1 of the derivative of f in that
feature's own t. Under the integral stands a polynomial, so that Gauss and Legendre's rule gives it
exactly; every factor is positive, so that nothing cancels. One way down the tree carries the products,
one way up sums them, as in linear TreeSHAP (Yu et al. 2022, NeurIPS 35:25818-25828).

An edge is named by the node it leads to. A node's left child is the next node; a leaf's feature is -1.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from ciri.kernel.walking import goes_left

ABSENT = -1


@njit(nogil=True, cache=True)
def training_shares(feature, right, start, in_bag, training_leaf):
    """Share of its parent's training rows that each node holds, as often as drawn: (nodes,).

    1 in a root, 0 below a node that no row reached.
    """
    held = np.zeros(len(feature))
    share = np.ones(len(feature))
    for tree in range(len(start) - 1):
        for row in range(in_bag.shape[1]):
            held[training_leaf[tree, row]] += in_bag[tree, row]
        for node in range(start[tree + 1] - 1, start[tree] - 1, -1):
            if feature[node] == ABSENT:
                continue
            left, other = node + 1, right[node]
            held[node] = held[left] + held[other]
            share[left] = held[left] / held[node] if held[node] > 0 else 0.0
            share[other] = held[other] / held[node] if held[node] > 0 else 0.0
    return share


@njit(nogil=True, cache=True)
def edges(feature, right, start, share):
    """What every row needs of every edge.

    parent (nodes,), ABSENT for a root; earlier (nodes,): the edge before it on its path that has the
    same feature, or ABSENT; absent (nodes,): the product z of the feature's shares down to it; and
    the most features that any path has.
    """
    parent = np.empty(len(feature), np.int64)
    earlier = np.empty(len(feature), np.int64)
    absent = np.ones(len(feature))
    features = np.zeros(len(feature), np.int64)
    most = 0
    for tree in range(len(start) - 1):
        parent[start[tree]] = earlier[start[tree]] = ABSENT
    for node in range(len(feature)):
        if feature[node] != ABSENT:
            parent[node + 1] = node
            parent[right[node]] = node
    for node in range(len(feature)):
        if parent[node] == ABSENT:
            continue
        edge = parent[node]
        while parent[edge] != ABSENT and feature[parent[edge]] != feature[parent[node]]:
            edge = parent[edge]
        new = parent[edge] == ABSENT
        earlier[node] = ABSENT if new else edge
        absent[node] = share[node] * (1.0 if new else absent[edge])
        features[node] = features[parent[node]] + (1 if new else 0)
        most = max(most, features[node])
    return parent, earlier, absent, most


@njit(nogil=True, cache=True)
def _factors(first, last, earlier, absent, points, inside, outside, gain_inside, gain_outside):
    """What an edge multiplies the product by, and adds to (o - z) / (t o + (1 - t) z), at each t:

    for a row that follows it, and for one that leaves its feature's path here; four (nodes, points).
    """
    for node in range(first, last):
        place = node - first
        before = absent[earlier[node]] if earlier[node] != ABSENT else 1.0
        for k in range(len(points)):
            t = points[k]
            factor, old = t + (1.0 - t) * absent[node], t + (1.0 - t) * before
            inside[place, k] = factor / old
            outside[place, k] = (1.0 - t) * absent[node] / old
            gain_inside[place, k] = (1.0 - absent[node]) / factor - (1.0 - before) / old
            gain_outside[place, k] = -1.0 / (1.0 - t) - (1.0 - before) / old


@njit(nogil=True, cache=True)
def _down(first, last, followed, takes_left, parent, earlier, share, inside, outside, product):
    """Carry the products from the root to every node, and mark which edges' features o = 1."""
    followed[0] = True
    for node in range(first + 1, last):
        place, above = node - first, parent[node] - first
        open_before = earlier[node] == ABSENT or followed[earlier[node] - first]
        followed[place] = open_before and takes_left[above] == (node == parent[node] + 1)
        for k in range(product.shape[1]):
            if followed[place]:
                product[place, k] = product[above, k] * inside[place, k]
            elif open_before:
                product[place, k] = product[above, k] * outside[place, k]
            else:  # the feature's path was left further up: z alone changes
                product[place, k] = product[above, k] * share[node]


@njit(nogil=True, cache=True)
def _up(
    first, last, feature, right, mortality, followed, parent, earlier, gain_inside, gain_outside,
    product, contributions, row,
):  # fmt: skip
    """Sum the leaves' values from the leaves to the root, and credit each edge's feature in `row`."""
    for node in range(last - 1, first, -1):
        place = node - first
        for k in range(product.shape[1]):
            if feature[node] == ABSENT:
                product[place, k] *= mortality[node]
            else:
                product[place, k] = product[place + 1, k] + product[right[node] - first, k]
        credit = 0.0
        if followed[place]:
            for k in range(product.shape[1]):
                credit += product[place, k] * gain_inside[place, k]
        elif earlier[node] == ABSENT or followed[earlier[node] - first]:
            for k in range(product.shape[1]):
                credit += product[place, k] * gain_outside[place, k]
        contributions[row, feature[parent[node]]] += credit


@njit(nogil=True, cache=True)
def tree_averages(start, feature, right, share, mortality):
    """What each tree says of nobody in particular, the mean over its training rows: (trees,)."""
    found = np.empty(len(start) - 1)
    for tree in range(len(found)):
        first, last = start[tree], start[tree + 1]
        below = mortality[first:last].copy()
        for node in range(last - 1, first - 1, -1):
            if feature[node] != ABSENT:
                left, other = node + 1, right[node]
                below[node - first] = (
                    share[left] * below[left - first] + share[other] * below[other - first]
                )
        found[tree] = below[0]
    return found


@njit(nogil=True, cache=True)
def add_contributions(
    start, feature, threshold, right, unknown_left, mortality, parent, earlier, share, absent,
    averages, largest, points, weights, X, in_bag, rows, contributions, base, trees,
):  # fmt: skip
    """Add every tree's contributions to the rows of X (m, p), in the order of the trees.

    largest: nodes of the largest tree. points, weights: the quadrature on (0, 1). rows (m,): the training row that each row of X is, -1
    for none; a tree that has it in its sample is passed over. contributions (m, p), base (m,): sums;
    trees (m,): how many were added.
    """
    size = (largest, len(points))
    inside, outside = np.empty(size), np.empty(size)
    gain_inside, gain_outside = np.empty(size), np.empty(size)
    product = np.empty(size)
    followed, takes_left = np.empty(largest, np.bool_), np.empty(largest, np.bool_)
    for k in range(len(points)):
        product[0, k] = weights[k]
    for tree in range(len(start) - 1):
        first, last = start[tree], start[tree + 1]
        _factors(first, last, earlier, absent, points, inside, outside, gain_inside, gain_outside)
        for row in range(len(X)):
            if rows[row] >= 0 and in_bag[tree, rows[row]] > 0:
                continue
            for node in range(first, last):
                if feature[node] != ABSENT:
                    takes_left[node - first] = goes_left(
                        X[row, feature[node]], threshold[node], unknown_left[node]
                    )
            _down(
                first, last, followed, takes_left, parent, earlier, share, inside, outside, product
            )
            _up(
                first, last, feature, right, mortality, followed, parent, earlier, gain_inside,
                gain_outside, product, contributions, row,
            )  # fmt: skip
            base[row] += averages[tree]
            trees[row] += 1
