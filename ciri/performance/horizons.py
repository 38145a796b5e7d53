"""Which times a model can be judged at, and why the others cannot."""

from __future__ import annotations

from typing import Any

import numpy as np

from ciri.errors import Refused
from ciri.performance.follow import Follow
from ciri.said import Said, enumerate_in_words
from ciri.survival.given import as_numbers
from ciri.survival.outcome import Bools, Floats

SHARES: Floats = np.arange(1, 9) / 10


def default_times(follow: Follow) -> Floats:
    """The 10th, 20th ... 80th percentile of the times of events, each once, rising."""
    return np.unique(np.quantile(follow.time[follow.event], SHARES))


def check_times(times: Any) -> Floats:
    """Times that somebody asked for: positive, finite, in one row. Raises ValueError otherwise."""
    asked = np.atleast_1d(as_numbers(times, "times"))
    if asked.ndim != 1 or not np.isfinite(asked).all() or (asked <= 0).any():
        raise Refused(
            "times_asked_not_positive", "times must be positive, finite numbers, in the unit of y."
        )
    return asked


def usable_times(follow: Follow, censoring: Follow, times: Floats) -> tuple[Bools, list[Said]]:
    """Which of the times (H,) performance can be estimated at, and sentences about the others.

    Somebody must be under observation after the time, and the probability of being uncensored at
    it must be known and above zero.
    """
    over = times >= follow.time.max()
    ones = np.ones((1, len(censoring.time)))
    uncensored = censoring.curves(ones, times, of_censoring=True)[0]
    unknown = ~over & ((times > censoring.time.max()) | (uncensored <= 0))
    usable = ~over & ~unknown
    early = usable & (times < follow.time[follow.event].min())
    codes = ((over, "nobody_after"), (unknown, "uncensored_unknown_at"), (early, "no_event_by"))
    return usable, [Said(code, times=list_times(times[at])) for at, code in codes if at.any()]


def list_times(times: Floats) -> str:
    """Times for a sentence: "6, 12 and 24"."""
    return enumerate_in_words([f"{time:g}" for time in times])
