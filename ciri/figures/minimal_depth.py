"""How near to the root each feature first splits: a second view of importance."""

from __future__ import annotations

from typing import Any

import altair as alt

from ciri.figures.axes import keep_known
from ciri.figures.theme import (
    HEIGHT_OF_ROW,
    Figure,
    finish,
    inline,
    message_figure,
    theme_of,
)
from ciri.said import Said

_STATES = ["shallow", "as deep as chance"]


def minimal_depth_figure(
    rows: list[dict[str, Any]], theme: str = "light", limit: int = 30
) -> Figure:
    """Mean depth of each feature's first split, shallowest first, beside the depth that chance gives.

    Parameters
    ----------
    rows : list of dict
        feature, mean_depth, share_of_trees, threshold, shallow (`minimal_depth`).
    theme : {"light", "dark", "print"}, default "light"
        The ground it is drawn for.
    limit : int, default 30
        Features drawn, at most.

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
    drawn = sorted(keep_known(rows, "mean_depth"), key=lambda row: row["mean_depth"])[:limit]
    if not drawn:
        return message_figure(Said("no_depth"), theme)
    drawn = [{**row, "state": _STATES[0 if row["shallow"] else 1]} for row in drawn]
    order = [row["feature"] for row in drawn]
    x = alt.X(
        "mean_depth:Q",
        title=["Mean depth of the first split", "(dashed: expected by chance)"],
        scale=alt.Scale(zero=True),
        axis=alt.Axis(tickCount=6),
    )
    points = alt.Chart(inline(drawn)).mark_point(filled=True, size=70, opacity=1)
    dots = points.encode(
        x=x,
        y=alt.Y("feature:N", sort=order, title=None, axis=alt.Axis(labelLimit=150)),
        color=alt.Color(
            "state:N",
            title=None,
            scale=alt.Scale(domain=_STATES, range=[look.good, look.other]),
        ),
        tooltip=[
            alt.Tooltip("feature:N"),
            alt.Tooltip("mean_depth:Q", title="mean depth", format=".2f"),
            alt.Tooltip("share_of_trees:Q", title="trees that split on it", format=".0%"),
        ],
    )
    chance = alt.Chart(inline(keep_known(drawn, "threshold")[:1])).mark_rule(
        color=look.ink, strokeDash=[4, 3]
    )
    chart = alt.layer(chance.encode(x=alt.X("threshold:Q")), dots).properties(
        width="container",
        height=HEIGHT_OF_ROW * max(2, len(drawn)),
        description="Mean depth of the first split on each feature, shallowest first",
    )
    return finish(chart, look)
