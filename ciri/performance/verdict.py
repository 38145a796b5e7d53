"""Which of two models orders patients better, as a sentence made from the numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tabular.message import Message


def verdict_of(
    difference: Mapping[str, Any], names: tuple[str | Message, str | Message], level: float = 0.95
) -> Message:
    """What a difference in C says of two models, in one sentence.

    Parameters
    ----------
    difference : mapping
        value, low and high of C of the second less that of the first, as `Comparison.c` and a model's report
        hold them; None or NaN where unknown.
    names : tuple
        Of both, as they stand in a sentence.
    level : float
        Of the interval.

    Returns
    -------
    tabular.message.Message
        A code with its parameters; `str` gives it in English.
    """
    found: dict[str, Any] = {
        name: np.nan if difference[name] is None else float(difference[name])
        for name in ("value", "low", "high")
    }
    first, second = names
    if not np.isfinite(list(found.values())).all():
        return Message(
            "too_few_to_compare",
            "Too few patients can be compared to tell which model orders them better.",
        )
    found["percent"] = 100 * level
    if found["low"] > 0 or found["high"] < 0:
        better, worse = (second, first) if found["low"] > 0 else (first, second)
        return Message(
            "orders_better",
            "%(better)s orders these patients better than %(worse)s: C of %(second)s differs by "
            "%(value)+.3f (%(percent).0f%% interval %(low)+.3f to %(high)+.3f).",
            better=better,
            worse=worse,
            second=second,
            **found,
        )
    return Message(
        "not_shown_to_differ",
        "%(second)s is not shown to order these patients better or worse than %(first)s: C differs by "
        "%(value)+.3f (%(percent).0f%% interval %(low)+.3f to %(high)+.3f).",
        second=second,
        first=first,
        **found,
    )
