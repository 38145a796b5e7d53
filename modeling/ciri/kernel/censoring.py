"""Kaplan-Meier curves of events, and of censoring, for many weightings of the same patients."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(nogil=True, cache=True)
def product_limit(place, event, weight, n_times, of_censoring):  # type: ignore[no-untyped-def]
    """Kaplan-Meier after each of the distinct times that `place` (n,) counts from 0: (n_times + 1,),

    led by the 1 that holds before the first. Of the events, or of censoring, where those who have
    an event at a time leave before the censored of that time are at risk.
    """
    deaths, leaving = np.zeros(n_times), np.zeros(n_times)
    for i in range(len(place)):
        leaving[place[i]] += weight[i]
        if event[i]:
            deaths[place[i]] += weight[i]
    curve = np.empty(n_times + 1)
    curve[0] = 1.0
    at_risk = leaving.sum()
    for k in range(n_times):
        lost = leaving[k] - deaths[k] if of_censoring else deaths[k]
        exposed = at_risk - deaths[k] if of_censoring else at_risk
        curve[k + 1] = curve[k] * (1.0 - lost / exposed) if lost > 0 else curve[k]
        at_risk -= leaving[k]
    return curve


@njit(nogil=True, cache=True)
def product_limits(place, event, weights, n_times, of_censoring):  # type: ignore[no-untyped-def]
    """`product_limit` under each row of weights (B, n): (B, n_times + 1)."""
    curves = np.empty((len(weights), n_times + 1))
    for row in range(len(weights)):
        curves[row] = product_limit(place, event, weights[row], n_times, of_censoring)
    return curves
