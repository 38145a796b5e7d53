"""Random numbers that belong to one tree: SplitMix64 (Steele, Lea & Flood 2014, OOPSLA).

A stream depends on (seed, tree, purpose) alone, so any split of the trees over threads, processes or
machines draws the same numbers.
"""

from __future__ import annotations

import numpy as np
from numba import njit

SAMPLING, PERMUTING = 1, 2
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)


@njit(nogil=True, cache=True)
def scramble(word):
    """SplitMix64's finalizer: every bit of the word moves every bit of the answer."""
    word = (word ^ (word >> _S30)) * _FIRST
    word = (word ^ (word >> _S27)) * _SECOND
    return word ^ (word >> _S31)


@njit(nogil=True, cache=True)
def stream(seed, tree, purpose):
    """The generator's state, (1,) uint64, for one tree and one purpose."""
    state = np.empty(1, np.uint64)
    word = scramble(np.uint64(seed) + _GOLDEN)
    word = scramble(word ^ (np.uint64(tree) * _GOLDEN + np.uint64(purpose)))
    state[0] = word
    return state


@njit(nogil=True, cache=True)
def below(state, bound):
    """A whole number from 0 up to, not including, `bound`."""
    return np.int64(uniform(state) * bound)


@njit(nogil=True, cache=True)
def uniform(state):
    """A number in [0, 1), of 53 random bits."""
    state[0] += _GOLDEN
    return np.float64(scramble(state[0]) >> _S11) * (1.0 / 9007199254740992.0)


@njit(nogil=True, cache=True)
def shuffle(state, items):
    """Fisher and Yates's shuffle of `items`, in place."""
    for last in range(len(items) - 1, 0, -1):
        other = below(state, last + 1)
        items[last], items[other] = items[other], items[last]
