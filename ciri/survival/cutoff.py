"""Where the score splits good from poor prognosis, and where a patient stands among the trained."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from ciri.errors import Refused
from ciri.survival.concordance import warn_of_survival
from ciri.survival.given import as_numbers, as_risk
from ciri.survival.outcome import Bools, Floats, split_outcome

GOOD, INTERMEDIATE, POOR = "good", "intermediate", "poor"
GROUPS = (GOOD, INTERMEDIATE, POOR)
RULES = ("median", "tertiles", "logrank")

_OUTER = 0.1  # a maximally selected cut leaves at least this share of the patients on either side


@dataclass(frozen=True)
class Cutoff:
    """A locked cut-off on ensemble mortality: above `value` is poor prognosis.

    lower: where there are three groups, up to it is good and between the two is intermediate. chi2:
    the maximised statistic of a "logrank" cut-off, 1 degree of freedom; p: its probability under no
    association, corrected for the search. All None where they do not apply.
    """

    rule: str
    value: float
    chi2: float | None = None
    lower: float | None = None
    p: float | None = None

    @property
    def values(self) -> tuple[float, ...]:
        """The cut-offs, rising: one, or two where there are three groups."""
        return (self.value,) if self.lower is None else (self.lower, self.value)

    @property
    def names(self) -> tuple[str, ...]:
        """The groups, from the best prognosis to the worst."""
        return (GOOD, POOR) if self.lower is None else GROUPS

    def groups(self, mortality: Any) -> NDArray[Any]:
        """The name of the group of each score (n,); None for NaN."""
        scores = as_numbers(mortality, "The score")
        place = np.searchsorted(self.values, scores, side="left")
        names = np.array([*self.names, None], dtype=object)
        return names[np.where(np.isnan(scores), len(self.names), place)]

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON; `Cutoff(**values)` is the same again."""
        return asdict(self)


def lock_cutoff(rule: str, y: Any, mortality: Any) -> Cutoff:
    """The cut-off on out-of-bag training scores (n,) of patients with outcome y (n,).

    "median" of the scores; "tertiles": their 1/3 and 2/3 quantiles; "logrank": the score that
    separates survival best (`select_maximally`), or the median where none separates anything.
    Raises ValueError for another rule, and where a score is missing or not finite. Warns where scores
    between 0 and 1 run the other way, as survival probabilities do: good would be called poor.
    """
    event, time = split_outcome(y)
    scores = as_risk(mortality, len(time))
    if not np.isfinite(scores).all():
        raise Refused(
            "cutoff_scores",
            "A cut-off needs a finite score for each of the %(patients)s patients.",
            patients=len(time),
        )
    warn_of_survival(event, time, scores)
    if rule == "tertiles":
        lower, upper = np.quantile(scores, [1 / 3, 2 / 3]).tolist()
        return Cutoff(rule, upper, lower=lower)
    if rule == "logrank" and (best := select_maximally(event, time, scores)) is not None:
        return best
    if rule not in RULES:
        raise Refused(
            "cutoff_rule",
            "The rule of a cut-off is %(rules)s, not %(rule)s.",
            rules=" or ".join(RULES),
            rule=repr(rule),
        )
    return Cutoff(rule, float(np.median(scores)))


def select_maximally(event: Bools, time: Floats, scores: Floats) -> Cutoff | None:
    """The cut with the largest log-rank statistic, each standardised by its permutation variance.

    Lausen & Schumacher (1992), Biometrics 48:73-85. Among the cuts at a score that leave 10 % of
    the patients or more on either side; None where there is no such cut, or nothing to separate.
    """
    n = len(scores)
    residuals = logrank_scores(event, time)
    order = np.argsort(scores, kind="stable")
    size = np.arange(1, n)
    ends = scores[order][:-1] < scores[order][1:]
    allowed = ends & (size >= _OUTER * n) & (size <= (1 - _OUTER) * n)
    spread = (residuals**2).sum()
    if not allowed.any() or spread <= 1e-12:
        return None
    total = residuals[order].cumsum()[:-1][allowed]
    size = size[allowed]
    chi2 = total**2 * n * (n - 1) / (size * (n - size) * spread)
    best = int(np.argmax(chi2))
    value = float(scores[order[size[best] - 1]])
    return Cutoff("logrank", value, float(chi2[best]), p=correct_p(float(chi2[best])))


def logrank_scores(event: Bools, time: Floats) -> Floats:
    """Event less Nelson-Aalen cumulative hazard at the end of follow-up, (n,); they sum to 0.

    The sum over a group is the observed less the expected deaths of the log-rank test.
    """
    times, place = np.unique(time, return_inverse=True)
    leaving = np.bincount(place, minlength=len(times))
    at_risk = len(time) - np.r_[0, leaving.cumsum()[:-1]]
    hazard = (np.bincount(place, event, len(times)) / at_risk).cumsum()
    scores: Floats = event - hazard[place]
    return scores


def correct_p(chi2: float, outer: float = _OUTER) -> float:
    """p of a maximally selected chi2 over cuts from the share `outer` to 1 - `outer` of patients.

    Lausen & Schumacher (1992), equation 4, after Miller & Siegmund (1982), Biometrics 38:1011-1016:
    with M the root of chi2 and phi the normal density,
    4 phi(M)/M + phi(M) (M - 1/M) log((1 - outer)^2 / outer^2); 1 where M is below 1.
    """
    statistic = float(np.sqrt(chi2))
    if statistic < 1:
        return 1.0
    density = stats.norm.pdf(statistic)
    tail = 4 * density / statistic
    tail += density * (statistic - 1 / statistic) * 2 * np.log((1 - outer) / outer)
    return float(min(tail, 1.0))


def percentiles(mortality: Any, training: Floats) -> Floats:
    """Percent of the training out-of-bag scores below each score, ties counting half: (n,), 0-100."""
    ordered = np.sort(training)
    scores = as_numbers(mortality, "The score")
    below = np.searchsorted(ordered, scores, side="left")
    upto = np.searchsorted(ordered, scores, side="right")
    return 100.0 * (below + upto) / (2 * len(ordered))
