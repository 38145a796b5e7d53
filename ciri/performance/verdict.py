"""Which of two models orders patients better, as a sentence made from the numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ciri.said import Said


def verdict_of(difference: Mapping[str, Any], names: tuple[str, str], level: float = 0.95) -> Said:
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
    ciri.said.Said
        A text that knows its code and parameters.
    """
    found: dict[str, Any] = {
        name: np.nan if difference[name] is None else float(difference[name])
        for name in ("value", "low", "high")
    }
    first, second = names
    if not np.isfinite(list(found.values())).all():
        return Said("too_few_to_compare")
    found["percent"] = 100 * level
    if found["low"] > 0 or found["high"] < 0:
        better, worse = (second, first) if found["low"] > 0 else (first, second)
        return Said("orders_better", better=better, worse=worse, second=second, **found)
    return Said("not_shown_to_differ", second=second, first=first, **found)
