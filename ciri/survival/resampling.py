"""Bootstrap samples of patients, and the intervals that come of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ciri.survival.outcome import Integers


def bootstrap_counts(n: int, n_resamples: int, seed: int) -> Integers:
    """How often each of n patients is drawn in each resample: (n_resamples, n), rows sum to n."""
    draws = np.random.default_rng(seed).integers(0, n, (n_resamples, n))
    flat = (draws + np.arange(n_resamples)[:, None] * n).ravel()
    return np.bincount(flat, minlength=n_resamples * n).reshape(n_resamples, n)


def percentile_interval(values: Any, level: float = 0.95) -> tuple[float, float]:
    """Percentile bootstrap interval of `values` (B,), those that are not finite passed over.

    (NaN, NaN) where none is finite.
    """
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    if not len(known):
        return np.nan, np.nan
    tail = (1 - level) / 2
    low, high = np.quantile(known, [tail, 1 - tail])
    return float(low), float(high)
