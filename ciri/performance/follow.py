"""Follow-up of patients, and its Kaplan-Meier curves under many weightings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ciri.errors import Refused
from ciri.kernel.censoring import product_limits
from ciri.survival.outcome import Bools, Floats, Integers, split_outcome


@dataclass(frozen=True)
class Follow:
    """Follow-up of some patients: event and time (n,), and their Kaplan-Meier curves."""

    event: Bools
    time: Floats

    @classmethod
    def of(cls, y: Any, rows: Any = slice(None)) -> Follow:
        """From (some rows of) a structured array of (event, time)."""
        event, time = split_outcome(y)
        return cls(event[rows], time[rows])

    def with_events(self) -> Follow:
        """Itself. Raises ValueError where nobody had an event."""
        if not self.event.any():
            raise Refused(
                "nobody_had_an_event",
                "Nobody had an event, so there is nothing to judge predictions by.",
            )
        return self

    @cached_property
    def _places(self) -> tuple[Floats, Integers]:
        known, place = np.unique(self.time, return_inverse=True)
        return known, place.astype(np.int64)

    def curves(self, weights: Floats, times: Floats, *, of_censoring: bool = False) -> Floats:
        """Kaplan-Meier probability at times (t,) under each row of weights (B, n): (B, t).

        Of being free of an event, or of being uncensored, after each time; a curve stays level
        after its last time.
        """
        known, place = self._places
        found = product_limits(place, self.event, weights, len(known), of_censoring)
        curves: Floats = found[:, np.searchsorted(known, times, side="right")]
        return curves
