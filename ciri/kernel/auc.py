"""Cumulative/dynamic AUC of one score at many times, for many weightings of the same patients."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(nogil=True, cache=True)
def dynamic_auc(order, tied, event, time, weight, inverse, horizon):
    """Area under the ROC curve that tells events up to `horizon` from those still free of one.

    order: highest score first; tied (n,): the score at this place equals that of the place before,
    so that both are one step of the curve. A case counts weight * inverse, a control its weight.
    NaN without a case or without a control.
    """
    cases, controls, area = 0.0, 0.0, 0.0
    cases_before, controls_before = 0.0, 0.0
    for k in range(len(order)):
        if not tied[k]:
            area += (controls - controls_before) * (cases + cases_before) / 2
            cases_before, controls_before = cases, controls
        i = order[k]
        if time[i] > horizon:
            controls += weight[i]
        elif event[i]:
            cases += weight[i] * inverse[i]
    area += (controls - controls_before) * (cases + cases_before) / 2
    # rounding may lift a perfect area above 1
    return min(1.0, area / (cases * controls)) if cases > 0 and controls > 0 else np.nan


@njit(nogil=True, cache=True)
def dynamic_aucs(order, tied, event, time, weights, inverses, horizons):
    """`dynamic_auc` under each row of weights and inverses (B, n), at each horizon: (B, H)."""
    found = np.empty((len(weights), len(horizons)))
    for row in range(len(weights)):
        weight, inverse = weights[row], inverses[row]
        for h in range(len(horizons)):
            found[row, h] = dynamic_auc(order, tied, event, time, weight, inverse, horizons[h])
    return found
