"""The best log-rank cut of one feature in one node, in O(m log m).

Rows join the left side one by one, in the order of the feature. With A, V and VY the running sums over
the node's event times of d/Y, v and v Y, where v = d (Y - d) / ((Y - 1) Y^2), a row of weight w that is
at risk at the first l event times changes the log-rank numerator by w (event - A[l]) and its variance by
w (VY[l] - w V[l] - 2 c), c = sum of v Y_left over those l times. A Fenwick tree over the event times
keeps c, so that no cut asks for a pass over the times (they are many, and each cut would need one).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

CLOSEST = np.float32(1e-7)  # values closer than this are not told apart, as in scikit-learn
# Places are unsigned: numba then asks of none whether it counts from the end.
NONE, ONE = np.uint64(0), np.uint64(1)


class Node(NamedTuple):
    """One node while it is split: its m rows by rising time, and its event times.

    row, weight, at_risk_at (how many of the node's event times each row lives to): (rows,), the first
    m in use. hazard, variance, variance_at_risk: (times + 1,) running sums A, V, VY.
    """

    row: Any
    weight: Any
    at_risk_at: Any
    hazard: Any
    variance: Any
    variance_at_risk: Any


class Scratch(NamedTuple):
    """Space used again and again: sorting (order, other, buckets) and Fenwick sums (known, waiting)."""

    order: Any
    other: Any
    buckets: Any
    known: Any
    waiting: Any


@njit(nogil=True, cache=True)
def sort_by_code(code, row, m, levels, scratch):
    """Sort the node's positions 0..m by the code of their rows; the array that holds them."""
    order, other, buckets = scratch.order, scratch.other, scratch.buckets
    if m <= 24:
        for k in range(m):
            mine, place = code[row[k]], k
            while place > 0 and code[row[order[place - 1]]] > mine:
                order[place] = order[place - 1]
                place -= 1
            order[place] = k
        return order
    for k in range(m):
        order[k] = k
    shift = 0
    while shift == 0 or ((levels - 1) >> shift) > 0:
        buckets[:] = 0
        for k in range(m):
            buckets[(code[row[k]] >> shift) & 255] += ONE
        total = NONE
        for bucket in range(256):
            held = buckets[bucket]
            buckets[bucket] = total
            total += held
        for k in range(m):
            bucket = (code[row[order[k]]] >> shift) & 255
            other[buckets[bucket]] = order[k]
            buckets[bucket] += ONE
        order, other = other, order
        shift += 8
    return order


@njit(nogil=True, cache=True)
def add_row(
    lived, weight, died, times, hazard, steps, steps_at_risk, known, later, numerator, variance, waiting
):  # fmt: skip
    """Move a row to the left side: the new numerator, variance, waiting weight.

    lived: event times it is at risk at. hazard, steps, steps_at_risk: the node's A, V, VY. known, later:
    the Fenwick sums. Arrays, never a tuple of arrays: numba would count the references of each array in it
    up and down for every row, which took two thirds of all growing.
    """
    numerator += weight * ((1.0 if died else 0.0) - hazard[lived])
    if lived == 0:
        return numerator, variance, waiting
    crossed = 0.0
    # c = sum of w V[l] over left rows with l up to mine, and V[mine] for all who live longer.
    upto = 0.0
    at = np.uint64(lived)
    while at > NONE:
        crossed += known[at]
        upto += later[at]
        at &= at - ONE
    crossed += steps[lived] * (waiting - upto)
    gain = weight * steps[lived]
    at, last = np.uint64(lived), np.uint64(times)
    while at <= last:
        known[at] += gain
        later[at] += weight
        at += at & (~at + ONE)
    waiting += weight
    variance += weight * (steps_at_risk[lived] - weight * steps[lived] - 2.0 * crossed)
    return numerator, variance, waiting


@njit(nogil=True, cache=True)
def best_cut(values, code, levels, event, node, m, times, min_leaf, best, scratch):
    """The best cut of one feature that beats the statistic `best` (squared log-rank).

    Returns (constant, statistic, threshold, unknown_left): constant tells that the feature does not
    vary here; statistic is `best` where no cut beats it. Unknown values go right in a first pass and
    left in a second; a cut at infinity parts the known from the unknown.
    """
    row, at_risk_at, weight = node.row, node.at_risk_at, node.weight
    hazard, steps, steps_at_risk = node.hazard, node.variance, node.variance_at_risk
    fenwick, later = scratch.known, scratch.waiting
    order = sort_by_code(code, row, m, levels, scratch)
    known = m
    while known > 0 and np.isnan(values[row[order[known - 1]]]):
        known -= 1
    unknown = m - known
    threshold, unknown_left = np.float32(0), False
    if known == 0 or (
        unknown == 0 and values[row[order[m - 1]]] <= values[row[order[0]]] + CLOSEST
    ):
        return True, best, threshold, unknown_left
    at_risk = 0
    for k in range(m):
        at_risk += at_risk_at[k] > 0
    for side in range(2 if unknown else 1):
        fenwick[: times + 1] = 0.0
        later[: times + 1] = 0.0
        numerator, variance, waiting, left_at_risk, left = 0.0, 0.0, 0.0, 0, 0
        if side == 1:
            for place in range(known, m):
                k = order[place]
                numerator, variance, waiting = add_row(
                    at_risk_at[k], weight[k], event[row[k]], times, hazard, steps, steps_at_risk,
                    fenwick, later, numerator, variance, waiting,
                )  # fmt: skip
                left_at_risk += at_risk_at[k] > 0
            left = unknown
        most = min(known, m - min_leaf - left)
        for place in range(most):
            k = order[place]
            numerator, variance, waiting = add_row(
                at_risk_at[k], weight[k], event[row[k]], times, hazard, steps, steps_at_risk,
                fenwick, later, numerator, variance, waiting,
            )  # fmt: skip
            left_at_risk += at_risk_at[k] > 0
            left += 1
            # With nobody at risk at the first event time on one side, no variance is left.
            if left < min_leaf or left_at_risk == 0 or left_at_risk == at_risk:
                continue
            here = values[row[k]]
            parts_unknown = place == known - 1
            following = here
            if parts_unknown:
                if side == 1 or unknown == 0:
                    continue
            else:
                following = values[row[order[place + 1]]]
                if following <= here + CLOSEST:
                    continue
            statistic = numerator * numerator / variance
            if statistic > best:
                best = statistic
                threshold = np.float32(np.inf) if parts_unknown else midpoint(here, following)
                unknown_left = side == 1 if unknown else 2 * left > m
    return False, best, threshold, unknown_left


@njit(nogil=True, cache=True, inline="always")
def midpoint(low, high):
    """The largest float32 up to the middle of two: it parts the same float32 values as the middle."""
    middle = np.float64(low) / 2.0 + np.float64(high) / 2.0
    rounded = np.float32(middle)
    if np.float64(rounded) > middle:
        rounded = np.nextafter(rounded, np.float32(-np.inf))
    return rounded
