"""How far predicted survival is from what happened: the Brier score and its integral."""

from __future__ import annotations

import numpy as np

from ciri.kernel.brier import brier_scores
from ciri.performance.patients import Patients
from ciri.survival.outcome import Floats


def accuracy(patients: Patients, weights: Floats, censoring_weights: Floats) -> dict[str, Floats]:
    """brier and brier_reference (B, H), integrated_brier and scaled_brier (B, 1).

    Under each row of weights (B, n). Graf et al. (1999), Stat. Med. 18:2529-2545. The reference
    gives everybody the Kaplan-Meier probability of the same patients; scaled is 1 - model/reference
    of the integrals. NaN where it cannot be had; nothing where no survival is predicted.
    """
    if patients.survival is None:
        return {}
    brier, reference = brier_scores(
        patients.follow.event,
        patients.follow.time,
        patients.survival,
        patients.times,
        weights,
        patients.inverses(censoring_weights),
        patients.predict_uncensored(censoring_weights, patients.times),
        patients.follow.curves(weights, patients.times),
    )
    integrated = time_average(brier, patients.times)
    expected = time_average(reference, patients.times)
    ratio = np.divide(integrated, expected, out=np.full(len(brier), np.nan), where=expected > 0)
    return {
        "brier": brier,
        "brier_reference": reference,
        "integrated_brier": integrated[:, None],
        "scaled_brier": 1.0 - ratio[:, None],
    }


def time_average(scores: Floats, times: Floats) -> Floats:
    """Scores (B, H) integrated over times by the trapezoidal rule, per unit of time: (B,)."""
    if len(times) < 2:
        return np.full(len(scores), np.nan)
    averaged: Floats = np.trapezoid(scores, times, axis=1) / (times[-1] - times[0])
    return averaged
