"""Axes that several figures share: months of follow-up, and numbers that are easy to read."""

from __future__ import annotations

import math
from typing import Any

import altair as alt

from ciri.survival.outcome import DAYS_IN_MONTH

# Lines in the legend too, with their dashes, where bands or points of the same colour are drawn.
LINE_LEGEND = alt.Legend(symbolType="stroke", symbolOpacity=1, symbolSize=200)


def in_months(row: dict[str, Any]) -> dict[str, Any]:
    """A row with its time (days) as months too."""
    return {**row, "months": round(row["time"] / DAYS_IN_MONTH, 3)}


def month_ticks(last: float) -> list[float]:
    """Months to mark on an axis from 0 to `last`, at most eight: every 1, 3, 6, 12, 24 or 60."""
    steps = (0.1, 0.5, 1, 3, 6, 12, 24)
    step = next((step for step in steps if last / step < 8), 60)
    return [round(k * step, 1) for k in range(int(last / step) + 1)]


def months_axis(last: float) -> Any:
    """The x-axis of a figure over follow-up, 0 to `last` months, of the field `months`."""
    return alt.X(
        "months:Q",
        title="Months",
        scale=alt.Scale(domain=[0, last], nice=False),
        axis=alt.Axis(values=month_ticks(last), format=".4~g", grid=False),
    )


def round_ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Round numbers from `low` to `high`, both included where they are round: at most `most`."""
    if not high > low:
        return [low]
    exponent = math.floor(math.log10((high - low) / most))
    steps = [factor * 10.0 ** (exponent + more) for more in (0, 1) for factor in (1, 2, 2.5, 5)]
    for step in steps:
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first < most:
            return [round(k * step, 12) for k in range(first, last + 1)]
    return [low, high]


def keep_known(rows: list[dict[str, Any]], *keys: str) -> list[dict[str, Any]]:
    """The rows that hold a number under each key."""
    return [row for row in rows if all(row.get(key) is not None for key in keys)]
