"""Frames as plain Python values that JSON can hold; unknown is None."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

Rows = list[dict[str, Any]]


def plain_rows(frame: pd.DataFrame) -> Rows:
    """Rows of a frame as dicts of Python values, NaN as None."""
    return [
        {str(key): plain(value) for key, value in row.items()} for row in frame.to_dict("records")
    ]


def plain(value: Any) -> Any:
    """A Python value for a numpy one; None for NaN."""
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
