"""Survival outcomes as the whole method passes them: a structured array of (event, time)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ciri.errors import Refused
from ciri.survival.given import as_numbers

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

DAYS_IN_MONTH = 30.4375


def outcome(event: Any, time: Any) -> NDArray[Any]:
    """The structured array, shape (n,), fields event (bool) and time (float), as sksurv's Surv.

    Raises ValueError where an event is not true or false (1 or 0), or is not known.
    """
    happened, times = as_numbers(event, "Events"), as_numbers(time, "Times")
    if unknown := int(np.isnan(happened).sum()):
        raise Refused(
            "events_unknown",
            "%(unknown)s of %(all)s events are not known; leave such patients out, or say "
            "false for who was event-free when last seen.",
            unknown=unknown,
            all=happened.size,
        )
    if not np.isin(happened, (0.0, 1.0)).all():
        raise Refused("events_not_true_or_false", "Events must be true or false, 1 or 0.")
    if happened.ndim != 1 or happened.shape != times.shape:
        raise Refused(
            "outcome_shapes",
            "There must be one event and one time per patient, not %(events)s and %(times)s.",
            events=happened.shape,
            times=times.shape,
        )
    y = np.empty(len(times), dtype=[("event", bool), ("time", np.float64)])
    y["event"], y["time"] = happened == 1, times
    return y


def outcome_of(subjects: pd.DataFrame) -> NDArray[Any]:
    """The outcome of the subjects of a frozen table, in its row order."""
    return outcome(subjects["event"], subjects["time"])


def split_outcome(y: Any) -> tuple[Bools, Floats]:
    """Event (bool) and time (float), each of shape (n,), of a structured array.

    Raises ValueError where y is not one, is empty, or holds times that are not positive and finite.
    """
    names = getattr(getattr(y, "dtype", None), "names", None)
    if names is None or len(names) != 2 or np.ndim(y) != 1:
        raise Refused(
            "not_an_outcome",
            "y must be a one-dimensional structured array of (event, time), such as "
            "sksurv.util.Surv makes.",
        )
    event, time = y[names[0]], y[names[1]]
    if event.dtype != np.bool_ or not np.issubdtype(time.dtype, np.number):
        raise Refused(
            "outcome_order", "y must hold events as booleans first and times as numbers second."
        )
    event, time = np.array(event), np.array(time, dtype=np.float64)
    if not len(time):
        raise Refused("outcome_empty", "y is empty; there is nobody to learn from.")
    if not np.isfinite(time).all() or (time <= 0).any():
        raise Refused("outcome_times", "Every time in y must be a positive, finite number.")
    return event, time
