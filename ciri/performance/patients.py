"""The patients that a model is judged on: their outcome, and what the model said of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ciri.errors import Refused
from ciri.performance.follow import Follow
from ciri.performance.horizons import check_times, default_times, usable_times
from ciri.said import Said
from ciri.survival.concordance import backwards
from ciri.survival.given import as_numbers, as_risk
from ciri.survival.outcome import Floats

_ROUNDING = 1e-9


@dataclass(frozen=True)
class Patients:
    """Outcome (n,), risk (n,), survival (n, H) predicted at times (H,), rising, or None.

    `censoring` holds the follow-up that the distribution of censoring is learnt from: that of the
    patients themselves, or of those the model was trained on.
    """

    follow: Follow
    risk: Floats
    times: Floats
    survival: Floats | None
    censoring: Follow

    @property
    def own_censoring(self) -> bool:
        """Whether censoring is learnt from these patients."""
        return self.censoring is self.follow

    @property
    def n(self) -> int:
        """Number of patients."""
        return len(self.risk)

    def risk_by(self, times: Floats) -> dict[float, Floats]:
        """Predicted probability (n,) of an event by each of the times that are known."""
        if self.survival is None:
            return {}
        known = np.flatnonzero(np.isin(self.times, times))
        return {float(self.times[k]): 1.0 - self.survival[:, k] for k in known}

    def predict_uncensored(self, censoring_weights: Floats, times: Floats) -> Floats:
        """Probability of being uncensored at times (t,), (B, t); 0 where it is not known."""
        curves = self.censoring.curves(censoring_weights, times, of_censoring=True)
        return np.where(times > self.censoring.time.max(), 0.0, curves)

    def inverses(self, censoring_weights: Floats) -> Floats:
        """One over the probability of being uncensored at a patient's event, (B, n).

        0 for the censored, and for events where that probability is 0 or not known.
        """
        curves = self.predict_uncensored(censoring_weights, self.follow.time)
        known = self.follow.event & (curves > 0)
        return np.divide(1.0, curves, out=np.zeros_like(curves), where=known)

    @property
    def tau(self) -> float:
        """The last of the times, before which events count in Uno's C; infinity without times."""
        return float(self.times[-1]) if len(self.times) else np.inf


def select_patients(
    y: Any, risk: Any, survival: Any, times: Any, censoring_y: Any
) -> tuple[Patients, list[str]]:
    """Those with predictions, at the times that can be judged, and sentences on what is left out.

    Raises ValueError where arrays do not fit, or nobody had an event.
    """
    everybody = Follow.of(y)
    risk = as_risk(risk, len(everybody.time))
    if survival is not None and times is None:
        raise Refused(
            "survival_without_times", "Survival was given without the times it is predicted at."
        )
    asked = None if times is None else check_times(times)
    if survival is not None and asked is not None:
        survival = check_survival(survival, len(risk), asked)
    known = ~np.isnan(risk)
    if survival is not None:
        known &= ~np.isnan(survival).any(axis=1)
    if not known.any():
        raise Refused("no_predictions", "No patient has a prediction; there is nothing to judge.")
    follow = Follow.of(y, known).with_events()
    notes: list[str] = []
    if not known.all():
        notes.append(Said("without_prediction", n=(~known).sum(), all=len(known)))
    times, first = np.unique(default_times(follow) if asked is None else asked, return_index=True)
    censoring = follow if censoring_y is None else Follow.of(censoring_y)
    usable, more = usable_times(follow, censoring, times)
    if survival is not None:
        survival = np.ascontiguousarray(survival[known][:, first[usable]])
    patients = Patients(follow, risk[known], times[usable], survival, censoring)
    return patients, notes + more + _remarks(patients)


def _remarks(patients: Patients) -> list[str]:
    remarks = [backwards(patients.follow.event, patients.follow.time, patients.risk)]
    if np.ptp(patients.risk) == 0:
        remarks.append(Said("same_score_for_all"))
    if patients.survival is not None and len(patients.times) < 2:
        remarks.append(Said("brier_needs_two_times"))
    return [remark for remark in remarks if remark]


def check_survival(survival: Any, n: int, times: Floats) -> Floats:
    """Survival probabilities (n, H) at times (H,). Raises ValueError where they cannot be that."""
    found = as_numbers(survival, "Predicted survival")
    if found.shape != (n, len(times)):
        raise Refused(
            "survival_shape",
            "Survival must have a row per patient and a column per time, (%(patients)s, "
            "%(times)s), not %(shape)s.",
            patients=n,
            times=len(times),
            shape=found.shape,
        )
    if (found < -_ROUNDING).any() or (found > 1 + _ROUNDING).any():
        raise Refused(
            "survival_not_probabilities",
            "Predicted survival must be probabilities, between 0 and 1.",
        )
    rising = np.diff(found[:, np.argsort(times, kind="stable")], axis=1) > _ROUNDING
    if len(found) and rising.any(axis=1).mean() > 0.5:
        raise Refused(
            "survival_rises",
            "Predicted survival rises with time for most patients: these seem to be risks "
            "of an event. Give the probability of being free of one, 1 less the risk.",
        )
    return np.clip(found, 0.0, 1.0)
