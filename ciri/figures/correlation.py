"""Figure 4: how the score moves with each selected analyte."""

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


def correlation_figure(rows: list[dict[str, Any]], theme: str = "light") -> Figure:
    """Spearman's rho of score and analyte with its 95 % interval, highest first.

    Parameters
    ----------
    rows : list of dict
        analyte, rho, low, high, p, q, n (report["correlations"]).
    theme : {"light", "dark", "print"}, default "light"
        The ground it is drawn for.

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
    if not rows:
        return message_figure(Said("no_analytes"), theme)
    known = [row for row in rows if row["rho"] is not None]
    if not known:
        return message_figure(Said("not_correlated"), theme)
    known = [
        {**row, "direction": "rises with risk" if row["rho"] >= 0 else "falls with risk"}
        for row in known
    ]
    base = alt.Chart(inline(known)).encode(
        y=alt.Y("analyte:N", sort=[row["analyte"] for row in known], title=None),
        color=alt.Color(
            "direction:N",
            title=None,
            scale=alt.Scale(
                domain=["rises with risk", "falls with risk"], range=[look.poor, look.good]
            ),
        ),
        tooltip=[
            alt.Tooltip("analyte:N"),
            alt.Tooltip("rho:Q", title="Spearman's rho", format=".2f"),
            alt.Tooltip("low:Q", title="95 % from", format=".2f"),
            alt.Tooltip("high:Q", title="to", format=".2f"),
            alt.Tooltip("q:Q", title="q (Benjamini-Hochberg)", format=".2g"),
            alt.Tooltip("n:Q", title="patients"),
        ],
    )
    zero = alt.Chart(inline([{"zero": 0}])).mark_rule(color=look.faint).encode(x="zero:Q")
    x = alt.X(
        "rho:Q",
        title="Spearman's rho of score and analyte, with 95 % interval",
        scale=alt.Scale(domain=[-1, 1]),
        axis=alt.Axis(tickCount=5),
    )
    intervals = base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q"), x2="high:Q")
    points = base.mark_point(filled=True, size=70, opacity=1).encode(x=x)
    chart = (zero + intervals + points).properties(
        width="container",
        height=HEIGHT_OF_ROW * max(2, len(known)),
        description="Correlation of the score with each selected analyte",
    )
    return finish(chart, look)
