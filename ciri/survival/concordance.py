"""Harrell's concordance index, one score or many, and its bootstrap interval.

Harrell, Lee, Mark (1996), Stat. Med. 15:361-387, with scikit-survival's rules for ties: a pair is
comparable when the one with the shorter time had an event, or, at equal times, when exactly one had;
scores within 1e-8 of each other count one half.
"""

from __future__ import annotations

import warnings
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ciri.errors import Refused
from ciri.kernel.concordance import (
    concordance_of_resamples,
    concordance_of_risks,
    order_of,
)
from ciri.said import Said
from ciri.survival.given import INSTEAD, as_risk
from ciri.survival.outcome import Bools, Floats, split_outcome
from ciri.survival.resampling import bootstrap_counts, percentile_interval


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
    """Harrell's C of a risk score against the outcome.

    Parameters
    ----------
    y : structured array, shape (n,)
        (event, time).
    risk : array, shape (n,)
        Higher: earlier event.

    Returns
    -------
    float
        Concordance index (0-1).

    Raises
    ------
    ValueError
        Where the lengths differ, a score is not finite, or no pair is comparable.

    Warns
    -----
    UserWarning
        Where scores between 0 and 1 run the other way, as survival probabilities do.

    References
    ----------
    Harrell, Lee, Mark (1996), Stat. Med. 15:361-387, with scikit-survival's rules for ties: a pair is
    comparable when the one with the shorter time had an event, or, at equal times, when exactly one had;
    scores within 1e-8 of each other count one half.

    Examples
    --------
    >>> from sksurv.util import Surv
    >>> y = Surv.from_arrays([True, True, False], [1.0, 2.0, 3.0])
    >>> concordance_index(y, [3, 2, 1])
    1.0
    """
    event, time = split_outcome(y)
    scores = as_risk(risk, len(time))
    c = float(concordance_indices(y, scores[None])[0])
    warn_of_survival(event, time, scores)
    return c


def backwards(event: Bools, time: Floats, risk: Floats) -> str:
    """A sentence where scores (n,) order the patients clearly the wrong way round; "" otherwise.

    Clearly: Harrell's C lies three standard errors of no association below 0.5, that of Kendall's tau
    (Kendall 1938, Biometrika 30:81-93) of as many untied patients as there are events.
    """
    events = int(event.sum())
    if events < 2 or not len(risk) or np.ptp(risk) == 0:
        return ""
    rising = np.argsort(risk)[None]
    c = float(concordance_of_risks(*order_of(event, time), event, np.array(risk[None]), rising)[0])
    error = np.sqrt(2 * (2 * events + 5) / (9 * events * (events - 1))) / 2
    if not c < 0.5 - 3 * error:
        return ""
    hint = Said("turn_the_sign")
    if _are_shares(risk):
        hint = Said("seem_to_be_survival", instead=INSTEAD)
    return Said("wrong_way_round", c=c, hint=hint)


def _are_shares(risk: Floats) -> bool:
    """Whether scores could be probabilities. Not percentages: between 0 and 100 lie albumin, PD-L1, the share of
    lymphocytes and Karnofsky's index, which run the other way by nature."""
    return bool((risk >= 0).all() and (risk <= 1).all())


def warn_of_survival(event: Bools, time: Floats, risk: Floats) -> None:
    """Warn where scores between 0 and 1 order the patients clearly the wrong way round."""
    if len(risk) and _are_shares(risk) and (said := backwards(event, time, risk)):
        warnings.warn(said, stacklevel=3)


def concordance_indices(y: Any, risks: Floats) -> Floats:
    """Harrell's C of many scores (k, n) against one outcome y (n,): (k,)."""
    event, time = split_outcome(y)
    _check_risks(risks, len(time))
    scores = np.array(risks, dtype=np.float64)  # a copy of one kind, so that one kernel is compiled
    found: Floats = concordance_of_risks(
        *order_of(event, time), event, scores, np.argsort(scores, axis=1)
    )
    if np.isnan(found).any():
        raise Refused(
            "no_concordance",
            "No two patients can be compared (too few events), so there is no C-index.",
        )
    return found


def concordance_interval(
    y: Any, risk: Any, n_resamples: int = 1000, seed: int = 0, level: float = 0.95
) -> ConcordanceInterval:
    """Harrell's C with the percentile interval of bootstrap samples of patients.

    Parameters
    ----------
    y : structured array, shape (n,)
        (event, time).
    risk : array, shape (n,)
        Higher: earlier event.
    n_resamples : int, default 1000
        Bootstrap samples of patients.
    seed : int, default 0
        Of the samples; the same seed gives the same numbers.
    level : float, default 0.95
        Of the intervals, between 0 and 1.

    Returns
    -------
    ciri.survival.concordance.ConcordanceInterval
        c, low, high, n and events. Samples without a comparable pair are passed over.

    Raises
    ------
    ValueError
        As `concordance_index` does.

    Warns
    -----
    UserWarning
        As `concordance_index` does.
    """
    event, time = split_outcome(y)
    point = concordance_index(y, risk := as_risk(risk, len(time)))
    counts = bootstrap_counts(len(time), n_resamples, seed).astype(np.float64)
    resampled = resample_concordance(y, risk, counts)
    low, high = percentile_interval(resampled, level)
    return ConcordanceInterval(point, low, high, len(time), int(event.sum()))


def resample_concordance(
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
        raise Refused(
            "risks_length",
            "There must be one risk per patient: %(patients)s patients, %(risks)s risks.",
            patients=n,
            risks=int(risks.shape[-1]),
        )
    if not np.isfinite(risks).all():
        raise Refused(
            "risk_not_finite", "Every risk must be a finite number; score all patients first."
        )
