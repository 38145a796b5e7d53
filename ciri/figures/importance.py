"""Figure 1: which features carry the forest."""

from __future__ import annotations

from typing import Any

import altair as alt

from ciri.figures.theme import (
    HEIGHT_OF_ROW,
    Figure,
    finish,
    inline,
    message_figure,
    theme_of,
)
from ciri.said import Said


def importance_figure(rows: list[dict[str, Any]], theme: str = "light", limit: int = 30) -> Figure:
    """Mean loss of C with its interval, one row per feature, best first.

    Parameters
    ----------
    rows : list of dict
        feature, mean, low, high, rank, selected (report["importance"]).
    theme : {"light", "dark", "print"}, default "light"
        The ground it is drawn for.
    limit : int, default 30
        Rows drawn, at most, but never fewer than are selected.

    Returns
    -------
    dict
        A Vega-Lite specification; a sentence where there is nothing to draw.

    Raises
    ------
    ValueError
        For an unknown theme.
    """
    look = theme_of(theme)
    shown = max(limit, sum(bool(row["selected"]) for row in rows))
    rows = sorted(rows, key=lambda row: row["rank"])[:shown]
    if not rows or not any(row["mean"] for row in rows):
        return message_figure(Said("nothing_carries"), theme)
    base = alt.Chart(inline(rows)).encode(
        y=alt.Y("feature:N", sort=[row["feature"] for row in rows], title=None),
        tooltip=[
            alt.Tooltip("feature:N"),
            alt.Tooltip("rank:Q"),
            alt.Tooltip("mean:Q", title="loss of C", format=".4f"),
            alt.Tooltip("low:Q", title="95 % from", format=".4f"),
            alt.Tooltip("high:Q", title="to", format=".4f"),
        ],
    )
    colour = alt.Color(
        "state:N",
        title=None,
        scale=alt.Scale(domain=["kept", "not kept"], range=[look.good, look.other]),
    )
    base = base.transform_calculate(state="datum.selected ? 'kept' : 'not kept'")
    bars = base.mark_bar(height=alt.RelativeBandSize(band=0.62), opacity=0.85).encode(
        x=alt.X(
            "mean:Q",
            title="Loss of C-index when permuted (out-of-bag)",
            axis=alt.Axis(tickCount=6),
        ),
        color=colour,
    )
    whiskers = base.mark_rule(strokeWidth=1.5, color=look.ink).encode(x="low:Q", x2="high:Q")
    chart = (bars + whiskers).properties(
        width="container",
        height=HEIGHT_OF_ROW * len(rows),
        description="Importance of each feature, best first",
    )
    return finish(chart, look)
