"""The parameters of a forest, checked before anything is grown."""

from __future__ import annotations

from typing import Any

import numpy as np

from ciri.errors import Refused
from ciri.survival.given import as_numbers
from ciri.survival.outcome import Floats


def count_tried_features(max_features: str | int | float | None, features: int) -> int:
    """How many of the features each node draws; scikit-learn's rule for `max_features`."""
    if max_features is None:
        return features
    if max_features in ("sqrt", "log2"):
        rule = np.sqrt if max_features == "sqrt" else np.log2
        return max(1, int(rule(features)))
    if isinstance(max_features, int | np.integer) and not isinstance(max_features, bool):
        if max_features >= 1:
            return min(int(max_features), features)
    elif isinstance(max_features, float | np.floating) and 0 < max_features <= 1:
        return max(1, int(max_features * features))
    raise Refused(
        "max_features",
        "max_features is %(max_features)s; it must be 'sqrt', 'log2', None, a share "
        "above 0 and up to 1.0, or a number of features.",
        max_features=repr(max_features),
    )


def whole(name: str, value: Any) -> int:
    """A parameter that is a whole number of at least 1. ValueError where it is not."""
    if not isinstance(value, int | np.integer) or value < 1:
        raise Refused(
            "not_a_count",
            "%(name)s is %(value)s; it must be a whole number of at least 1.",
            name=name,
            value=repr(value),
        )
    return int(value)


def row_weights(sample_weight: Any, rows: int) -> Floats | None:
    """The chance of each row, None where all are alike. ValueError where it cannot be drawn by."""
    if sample_weight is None:
        return None
    weight = as_numbers(sample_weight, "sample_weight")
    if weight.shape != (rows,) or not np.isfinite(weight).all() or (weight < 0).any():
        raise Refused(
            "sample_weight", "sample_weight must be one finite number, not negative, per row of X."
        )
    if not weight.any():
        raise Refused(
            "sample_weight_all_zero", "sample_weight is zero for every row, so none could be drawn."
        )
    return weight


def check_followed_times(times: Any, last: float) -> Floats:
    """Times that curves are asked for: positive, finite, up to the last of the follow-up."""
    asked = np.atleast_1d(as_numbers(times, "times"))
    if asked.ndim != 1 or not np.isfinite(asked).all() or (asked <= 0).any():
        raise Refused("times_not_positive", "times must be positive, finite numbers.")
    if not len(asked):
        raise Refused("times_empty", "times is empty; name at least one time.")
    if (asked > last).any():
        raise Refused(
            "times_past_follow_up",
            "times go up to %(latest)g, but follow-up ends at %(end)g.",
            latest=float(asked.max()),
            end=float(last),
        )
    return asked
