"""Which training rows a tree is grown on, and how often each counts."""

from __future__ import annotations

import numpy as np
from numba import njit

from ciri.kernel.random import below, uniform


@njit(nogil=True, cache=True)
def draw_rows(state, chance, size, counts):
    """Fill `counts` (n,) with a bootstrap sample of n rows, or, with `size` > 0, a subsample of

    that many different rows. chance: cumulative probabilities of the rows (n,), or empty for equal.
    """
    n = len(counts)
    counts[:] = 0
    if size > 0:
        _draw_without_replacement(state, chance, size, counts)
        return
    for _ in range(n):
        if len(chance):
            row = np.searchsorted(chance, uniform(state), side="right")
            counts[min(row, n - 1)] += 1
        else:
            counts[below(state, n)] += 1


@njit(nogil=True, cache=True)
def _draw_without_replacement(state, chance, size, counts):
    n = len(counts)
    if len(chance):
        drawn = 0
        while drawn < size:
            row = min(np.searchsorted(chance, uniform(state), side="right"), n - 1)
            if counts[row] == 0:
                counts[row] = 1
                drawn += 1
        return
    rows = np.arange(n)
    for drawn in range(size):
        other = drawn + below(state, n - drawn)
        rows[drawn], rows[other] = rows[other], rows[drawn]
        counts[rows[drawn]] = 1
