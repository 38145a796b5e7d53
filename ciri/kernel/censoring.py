"""Kaplan-Meier curves of events, and of censoring, for many weightings of the same patients."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(nogil=True, cache=True)
def product_limit(place, event, weight, of_censoring, curve):
    """Kaplan-Meier after each of the distinct times that `place` (n,) counts from 0.

    Filled into `curve` (times + 1,), led by the 1 that holds before the first. Of the events, or of
    censoring, where those who have an event at a time leave before the censored of that time are at
    risk.
    """
    n_times = len(curve) - 1
    deaths, leaving = np.zeros(n_times), np.zeros(n_times)
    at_risk = 0.0
    for i in range(len(place)):
        at_risk += weight[i]
        leaving[place[i]] += weight[i]
        if event[i]:
            deaths[place[i]] += weight[i]
    curve[0] = 1.0
    for k in range(n_times):
        lost = leaving[k] - deaths[k] if of_censoring else deaths[k]
        exposed = at_risk - deaths[k] if of_censoring else at_risk
        curve[k + 1] = curve[k] * (1.0 - lost / exposed) if lost > 0 else curve[k]
        at_risk -= leaving[k]


@njit(nogil=True, cache=True)
def product_limits(place, event, weights, n_times, of_censoring):
    """`product_limit` under each row of weights (B, n): (B, n_times + 1)."""
    curves = np.empty((len(weights), n_times + 1))
    for row in range(len(weights)):
        product_limit(place, event, weights[row], of_censoring, curves[row])
    return curves
