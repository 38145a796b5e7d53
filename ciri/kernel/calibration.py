"""Cox models under many weightings of the same patients: coefficients, and the hazard at a time."""

from __future__ import annotations

import numpy as np
from numba import njit

from ciri.kernel.cox import CONVERGED, hazard_steps, newton


@njit(nogil=True, cache=True, error_model="numpy")
def cox_of_resamples(order, ends, event, time, X, weights, horizon):
    """Coefficients (B, p), and log cumulative hazard up to the horizon of a patient of zeros (B,).

    Logarithms, for a patient of zeros may be beyond all patients there are. Under each row of
    weights (B, n); NaN where the model has no maximum. order, ends: those of
    `concordance.order_of`.
    """
    n, p = X.shape
    coefs, hazards = np.zeros((len(weights), p)), np.zeros(len(weights))
    score, steps = np.zeros(n), np.zeros(n)
    for row in range(len(weights)):
        _, _, status = newton(order, ends, event, X, weights[row], coefs[row])
        for i in range(n):
            score[i] = 0.0
            for a in range(p):
                score[i] += X[i, a] * coefs[row, a]
        centre = score.max()  # so that no share of the risk overflows
        hazard_steps(order, ends, event, score - centre, weights[row], steps)
        for i in range(n):
            if time[i] <= horizon:
                hazards[row] += steps[i]
        hazards[row] = np.log(hazards[row]) - centre
        if status != CONVERGED:
            hazards[row] = np.nan
            for a in range(p):
                coefs[row, a] = np.nan
    return coefs, hazards
