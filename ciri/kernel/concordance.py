"""Harrell's C of one score in O(n log n), with weights: the inner loop of every C in the method.

Patients are met from the longest time to the shortest; a Fenwick tree over the ranks of the score tells
how many of those met already have a lower, or a tied, score. scikit-survival's rules for ties hold.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

TIED = 1e-8


def order_of(event: Any, time: Any) -> tuple[Any, Any]:
    """The order in which patients are met, and the end of each one's block of equal (time, event).

    Longest time first; at equal times the censored, who outlived the deaths, come before them.
    """
    order = np.lexsort((event, -time))
    changes = (np.diff(time[order]) != 0) | (np.diff(event[order].astype(np.int8)) != 0)
    ends = np.r_[np.flatnonzero(changes) + 1, len(time)]
    return order, np.repeat(ends, np.diff(np.r_[0, ends]))


@njit(nogil=True, cache=True)
def rank_risk(risk, order):
    """Place of each score among the sorted, and how many are lower, and lower or tied: 3 x (n,).

    order (n,): the rows by rising score (numpy's argsort: a sort of numba's own takes long to compile).
    """
    n = len(risk)
    place = np.empty(n, np.int64)
    lower = np.empty(n, np.int64)
    upto = np.empty(n, np.int64)
    first, last = 0, 0
    for k in range(n):
        here = risk[order[k]]
        while here - risk[order[first]] > TIED:
            first += 1
        while last < n and risk[order[last]] - here <= TIED:
            last += 1
        place[order[k]] = k
        lower[order[k]] = first
        upto[order[k]] = last
    return place, lower, upto


@njit(nogil=True, cache=True)
def concordance_sums(order, ends, event, place, lower, upto, weight, pair_weight):
    """Weighted concordant (ties one half) and comparable pairs; each pair counts

    weight_i * weight_j * pair_weight_i, where i is the one with the earlier event.
    """
    n = len(order)
    tree = np.zeros(n + 1)
    met, concordant, comparable = 0.0, 0.0, 0.0
    start = 0
    while start < n:
        end = ends[start]
        if event[order[start]]:
            for k in range(start, end):
                i = order[k]
                mine = weight[i] * pair_weight[i]
                if mine == 0.0:
                    continue
                below, through = 0.0, 0.0
                node = lower[i]
                while node > 0:
                    below += tree[node]
                    node &= node - 1
                node = upto[i]
                while node > 0:
                    through += tree[node]
                    node &= node - 1
                concordant += mine * 0.5 * (below + through)
                comparable += mine * met
        for k in range(start, end):
            i = order[k]
            if weight[i] == 0.0:
                continue
            met += weight[i]
            node = place[i] + 1
            while node <= n:
                tree[node] += weight[i]
                node += node & -node
        start = end
    return concordant, comparable


@njit(nogil=True, cache=True)
def concordance_of_risks(order, ends, event, risks, rising):
    """C of each row of risks (k, n): (k,), NaN without a comparable pair. rising: their argsort."""
    found = np.full(len(risks), np.nan)
    ones = np.ones(len(order))
    for row in range(len(risks)):
        place, lower, upto = rank_risk(risks[row], rising[row])
        concordant, pairs = concordance_sums(order, ends, event, place, lower, upto, ones, ones)
        if pairs > 0:
            found[row] = concordant / pairs
    return found


@njit(nogil=True, cache=True)
def concordance_of_resamples(order, ends, event, risk, rising, weights, pair_weights):
    """C of one score under each row of weights (B, n): (B,), NaN without a comparable pair.

    rising: argsort of the score. pair_weights: (B, n), or (1, n) for all alike; ones for Harrell's C, censoring weights for Uno's.
    """
    found = np.full(len(weights), np.nan)
    place, lower, upto = rank_risk(risk, rising)
    for row in range(len(weights)):
        pair_weight = pair_weights[row if len(pair_weights) > 1 else 0]
        concordant, pairs = concordance_sums(
            order, ends, event, place, lower, upto, weights[row], pair_weight
        )
        if pairs > 0:
            found[row] = concordant / pairs
    return found
