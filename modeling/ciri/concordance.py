"""Harrell's concordance index, one score or many, and its bootstrap interval.

Harrell, Lee, Mark (1996), Stat. Med. 15:361-387, with scikit-survival's rules for ties: a pair is
comparable when the one with the shorter time had an event, or, at equal times, when exactly one had;
scores within 1e-8 of each other count one half.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from modeling.ciri.kernel.concordance import (
    concordance_of_resamples,
    concordance_of_risks,
    order_of,
)
from modeling.ciri.outcome import Floats, split_outcome
from modeling.ciri.resampling import bootstrap_counts, percentile_interval


@dataclass(frozen=True)
class ConcordanceInterval:
    """A concordance index with its percentile bootstrap interval, and what it rests on."""

    c: float
    low: float
    high: float
    n: int
    events: int

    def to_dict(self) -> dict[str, float | int]:
        """Plain values, for JSON."""
        return asdict(self)


def concordance_index(y: Any, risk: Any) -> float:
    """Harrell's C of a risk score (n,) (higher: earlier event) against the outcome y (n,).

    Raises ValueError where the lengths differ, a score is not finite, or no pair is comparable.
    """
    return float(concordance_indices(y, np.asarray(risk, dtype=np.float64)[None])[0])


def concordance_indices(y: Any, risks: Floats) -> Floats:
    """Harrell's C of many scores (k, n) against one outcome y (n,): (k,)."""
    event, time = split_outcome(y)
    _check_risks(risks, len(time))
    scores = np.array(risks, dtype=np.float64)  # a copy of one kind, so that one kernel is compiled
    found: Floats = concordance_of_risks(
        *order_of(event, time), event, scores, np.argsort(scores, axis=1)
    )
    if np.isnan(found).any():
        raise ValueError(
            "No two patients can be compared (too few events), so there is no C-index."
        )
    return found


def concordance_interval(
    y: Any, risk: Any, n_resamples: int = 1000, seed: int = 0, level: float = 0.95
) -> ConcordanceInterval:
    """Harrell's C with the percentile interval of `n_resamples` bootstrap samples of patients.

    Samples without a comparable pair are passed over.
    """
    event, time = split_outcome(y)
    point = concordance_index(y, risk)
    counts = bootstrap_counts(len(time), n_resamples, seed).astype(np.float64)
    resampled = resampled_concordance(y, risk, counts)
    low, high = percentile_interval(resampled, level)
    return ConcordanceInterval(point, low, high, len(time), int(event.sum()))


def resampled_concordance(
    y: Any, risk: Any, weights: Floats, pair_weights: Floats | None = None
) -> Floats:
    """C under each row of patient weights (B, n): (B,), NaN where no pair is comparable.

    A pair counts the product of its two weights, times `pair_weights` (B, n) of the one with the
    earlier event (ones: Harrell's C; squared inverse censoring probabilities: Uno's).
    """
    event, time = split_outcome(y)
    score = np.array(risk, dtype=np.float64)
    _check_risks(score[None], len(time))
    pairs = np.ones((1, len(time))) if pair_weights is None else pair_weights
    found: Floats = concordance_of_resamples(
        *order_of(event, time),
        event,
        score,
        np.argsort(score),
        np.array(weights, dtype=np.float64),
        np.array(pairs, dtype=np.float64),
    )
    return found


def _check_risks(risks: Floats, n: int) -> None:
    if risks.ndim != 2 or risks.shape[1] != n:
        raise ValueError(
            f"There must be one risk per patient: {n} patients, {risks.shape[-1]} risks."
        )
    if not np.isfinite(risks).all():
        raise ValueError("Every risk must be a finite number; score all patients first.")
