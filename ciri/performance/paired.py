"""The same patients as two models see them, and what is estimated of both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ciri.errors import Refused
from ciri.performance.bootstrap import Estimates
from ciri.performance.follow import Follow
from ciri.performance.horizons import check_times, usable_times
from ciri.performance.patients import Patients, check_survival
from ciri.performance.reclassification import discrimination_gain, reclassification
from ciri.said import Said
from ciri.survival.concordance import backwards, resample_concordance
from ciri.survival.given import as_risk
from ciri.survival.outcome import Bools, Floats, outcome


@dataclass(frozen=True)
class Pair:
    """The same patients as two models see them."""

    a: Patients
    b: Patients

    def estimates(self, weights: Floats, censoring_weights: Floats) -> Estimates:
        """c_a, c_b, difference (B, 1), and improvements (B, H), under rows of weights (B, n)."""
        follow = self.a.follow
        y = outcome(follow.event, follow.time)
        c_a, c_b = (resample_concordance(y, one.risk, weights)[:, None] for one in (self.a, self.b))
        found = {"c_a": c_a, "c_b": c_b, "difference": c_b - c_a}
        if self.a.survival is None or self.b.survival is None:
            return found
        change = self.a.survival - self.b.survival  # of the risk
        gains = {
            **reclassification(follow, change, self.a.times, weights),
            "idi": discrimination_gain(
                follow, change, self.a.times, weights, self.a.inverses(censoring_weights)
            ),
        }
        return found | gains


def pair_predictions(
    y: Any, risks: tuple[Any, Any], survivals: tuple[Any, Any], times: Any
) -> tuple[Pair, Bools, list[str]]:
    """The patients with both models' predictions, at the times that can be judged; who they are (n,);

    and sentences on what is left out. Raises ValueError where arrays do not fit.
    """
    everybody = Follow.of(y)
    both = [as_risk(risk, len(everybody.time)) for risk in risks]
    known = np.isfinite(both[0]) & np.isfinite(both[1])
    curves = _both_survivals(survivals, times, len(known))
    if curves is not None:
        known &= np.isfinite(curves).all(axis=(0, 2))
    follow = Follow.of(y, known).with_events()
    notes: list[str] = [
        Said(code, said=said)
        for code, risk in zip(("of_first_model", "of_second_model"), both, strict=True)
        if (said := backwards(follow.event, follow.time, risk[known]))
    ]
    if not known.all():
        notes.append(Said("without_both", n=(~known).sum(), all=len(known)))
    if curves is None:
        notes.append(Said("no_survival_of_both"))
        judged, usable = np.empty(0), np.zeros(0, dtype=bool)
    else:
        judged = check_times(times)
        usable, more = usable_times(follow, follow, judged)
        notes += more
    pair = Pair(
        *(
            Patients(
                follow,
                risk[known],
                judged[usable],
                None if curves is None else curves[model][known][:, usable],
                follow,
            )
            for model, risk in enumerate(both)
        )
    )
    return pair, known, notes


def _both_survivals(survivals: tuple[Any, Any], times: Any, n: int) -> Floats | None:
    """Survival by both models (2, n, H), or None where one has none."""
    if any(survival is None for survival in survivals):
        return None
    if times is None:
        raise Refused(
            "survival_without_times", "Survival was given without the times it is predicted at."
        )
    asked = check_times(times)
    return np.array([check_survival(survival, n, asked) for survival in survivals])
