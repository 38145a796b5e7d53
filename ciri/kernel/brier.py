"""Brier score of predicted survival at many times, for many weightings of the same patients."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(nogil=True, cache=True)
def brier_scores(event, time, survival, horizons, weights, inverses, uncensored, marginal):
    """Brier scores weighted by the inverse probability of censoring, under each row of weights

    (B, n): those of `survival` (n, H) at the horizons, and of `marginal` (B, H), one probability
    for everybody. Two times (B, H), NaN where nobody is under observation after a horizon.

    inverses: (B, n), one over the probability of being uncensored at each patient's own event;
    uncensored: (B, H), that probability at the horizons.
    """
    found = np.full((len(weights), len(horizons)), np.nan)
    reference = np.full((len(weights), len(horizons)), np.nan)
    for row in range(len(weights)):
        weight, inverse = weights[row], inverses[row]
        total = weight.sum()
        for h in range(len(horizons)):
            lost, kept, cases, controls = 0.0, 0.0, 0.0, 0.0
            for i in range(len(time)):
                if time[i] > horizons[h]:
                    kept += weight[i] * (1.0 - survival[i, h]) ** 2
                    controls += weight[i]
                elif event[i]:
                    lost += weight[i] * inverse[i] * survival[i, h] ** 2
                    cases += weight[i] * inverse[i]
            if controls > 0 and uncensored[row, h] > 0:
                shared = marginal[row, h]
                found[row, h] = (lost + kept / uncensored[row, h]) / total
                reference[row, h] = (
                    cases * shared**2 + controls * (1.0 - shared) ** 2 / uncensored[row, h]
                ) / total
    return found, reference
