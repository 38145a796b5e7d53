"""Everything that is estimated, once on the patients and once on each bootstrap sample of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ciri.kernel.threads import in_threads, spans
from ciri.performance.patients import Patients
from ciri.survival.outcome import Floats
from ciri.survival.resampling import bootstrap_counts

Estimates = dict[str, Floats]
Estimator = Callable[[Floats, Floats], Estimates]
_AT_ONCE = 50  # resamples whose curves are in memory together


def point_and_resamples(
    estimate: Estimator, patients: Patients, n_resamples: int, seed: int
) -> tuple[Estimates, Estimates]:
    """Estimates (1, m) on the patients, and (n_resamples, m) on bootstrap samples of them.

    `estimate` is given weights (B, n) of the patients, and weights of those that the distribution
    of censoring is learnt from, who are resampled for themselves where they are others.
    """
    weights = bootstrap_counts(patients.n, n_resamples, seed)
    censoring_weights = weights
    if not patients.own_censoring:
        censoring_weights = bootstrap_counts(len(patients.censoring.time), n_resamples, seed + 1)

    def some(span: tuple[int, int]) -> Estimates:
        rows = slice(*span)
        return estimate(
            weights[rows].astype(np.float64), censoring_weights[rows].astype(np.float64)
        )

    point = estimate(np.ones((1, patients.n)), np.ones((1, len(patients.censoring.time))))
    pieces = in_threads(some, spans(n_resamples, _AT_ONCE))
    return point, {
        name: np.concatenate([values[:0], *(piece[name] for piece in pieces)])
        for name, values in point.items()
    }
