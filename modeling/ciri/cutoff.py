"""Where the score splits good from poor prognosis, and where a patient stands among the trained."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modeling.ciri.outcome import Floats
from modeling.ciri.survival import log_rank

GOOD, POOR = "good", "poor"


@dataclass(frozen=True)
class Cutoff:
    """A locked cut-off on ensemble mortality: above it is poor prognosis.

    chi2: the log-rank statistic at a maximally selected cut-off, else None. Its p-value is not
    given: the cut-off was chosen to make it small.
    """

    rule: str
    value: float
    chi2: float | None = None

    def groups(self, mortality: Any) -> NDArray[Any]:
        """ "good" or "poor" for each score (n,)."""
        return np.where(np.asarray(mortality) > self.value, POOR, GOOD).astype(object)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def lock_cutoff(rule: str, y: Any, mortality: Any) -> Cutoff:
    """The cut-off on out-of-bag training scores (n,): their "median", or by "logrank"

    the one among them, between their 10th and 90th percentile, that separates survival best
    (maximally selected rank statistics, Lausen & Schumacher 1992). Where no cut separates anything,
    the median stands in.
    """
    scores = np.asarray(mortality, dtype=np.float64)
    median = float(np.median(scores))
    if rule == "median":
        return Cutoff(rule, median)
    low, high = np.quantile(scores, [0.1, 0.9])
    best = Cutoff(rule, median)
    for value in np.unique(scores[(scores >= low) & (scores < high)]):
        chi2 = log_rank(y, scores > value).chi2
        if chi2 is not None and (best.chi2 is None or chi2 > best.chi2):
            best = Cutoff(rule, float(value), chi2)
    return best


def percentiles(mortality: Any, training: Floats) -> Floats:
    """Percent of the training out-of-bag scores below each score, ties counting half: (n,), 0-100."""
    ordered = np.sort(training)
    scores = np.asarray(mortality, dtype=np.float64)
    below = np.searchsorted(ordered, scores, side="left")
    upto = np.searchsorted(ordered, scores, side="right")
    return 100.0 * (below + upto) / (2 * len(ordered))
