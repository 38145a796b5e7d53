"""Harrell's concordance index, one score or many, and its bootstrap interval.

Harrell, Lee, Mark (1996), Stat. Med. 15:361-387, with scikit-survival's rules for ties: a pair is
comparable when the one with the shorter time had an event, or, at equal times, when exactly one had;
scores within 1e-8 of each other count one half.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from modeling.ciri.outcome import Bools, Floats, Integers, split_outcome

TIED = 1e-8
_CELLS = 4_000_000  # comparisons held in memory at once


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
    concordant, pairs = np.zeros(len(risks)), 0
    for earlier, comparable in _comparable(event, time):
        pairs += int(comparable.sum())
        first, second = np.nonzero(comparable)
        first = earlier[first]
        step = max(1, _CELLS // max(1, len(first)))
        for some in range(0, len(risks), step):
            block = risks[some : some + step]
            concordant[some : some + step] += _credit(block[:, first] - block[:, second]).sum(
                axis=1
            )
    if not pairs:
        raise ValueError(
            "No two patients can be compared (too few events), so there is no C-index."
        )
    return concordant / pairs


def concordance_interval(
    y: Any, risk: Any, n_resamples: int = 1000, seed: int = 0, level: float = 0.95
) -> ConcordanceInterval:
    """Harrell's C with the percentile interval of `n_resamples` bootstrap samples of patients.

    A bootstrap sample is a vector of counts w; its C is sum(w_i w_j credit_ij) over
    sum(w_i w_j comparable_ij), so that all samples are one matrix product. Samples without a
    comparable pair are passed over.
    """
    event, time = split_outcome(y)
    risk = np.asarray(risk, dtype=np.float64)
    point = concordance_index(y, risk)
    n = len(time)
    draws = np.random.default_rng(seed).integers(0, n, (n_resamples, n))
    weight = np.array([np.bincount(draw, minlength=n) for draw in draws], dtype=np.float64)
    credit, pairs = np.zeros(n_resamples), np.zeros(n_resamples)
    for earlier, comparable in _comparable(event, time):
        gained = _credit(risk[earlier, None] - risk[None, :]) * comparable
        credit += np.einsum("bi,bi->b", weight @ gained.T, weight[:, earlier])
        pairs += np.einsum("bi,bi->b", weight @ comparable.T.astype(float), weight[:, earlier])
    resampled = credit[pairs > 0] / pairs[pairs > 0]
    tail = (1 - level) / 2
    low, high = np.quantile(resampled, [tail, 1 - tail])
    return ConcordanceInterval(point, float(low), float(high), n, int(event.sum()))


def _comparable(event: Bools, time: Floats) -> Iterator[tuple[Integers, Bools]]:
    """Blocks of patients with an event, and whom each can be compared with: (block, n)."""
    dead = np.flatnonzero(event)
    step = max(1, _CELLS // len(time))
    for some in range(0, len(dead), step):
        earlier = dead[some : some + step]
        later = time[None, :] > time[earlier, None]
        tied = (time[None, :] == time[earlier, None]) & ~event[None, :]
        yield earlier, later | tied


def _credit(difference: Floats) -> Floats:
    """One for a concordant pair, one half for tied scores, nothing for a discordant one."""
    return (difference > TIED) + 0.5 * (np.abs(difference) <= TIED)


def _check_risks(risks: Floats, n: int) -> None:
    if risks.ndim != 2 or risks.shape[1] != n:
        raise ValueError(
            f"There must be one risk per patient: {n} patients, {risks.shape[-1]} risks."
        )
    if not np.isfinite(risks).all():
        raise ValueError("Every risk must be a finite number; score all patients first.")
