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


def with_reasons(rows: Rows) -> pd.DataFrame:
    """A frame of rows whose reasons stay what they are, texts that know their codes."""
    reasons = pd.Series([row["reason"] for row in rows], dtype=object)
    return pd.DataFrame(rows).assign(reason=reasons)


def plain(value: Any) -> Any:
    """A Python value for a numpy one; None for NaN."""
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
