"""Figures about a study, as Vega-Lite specifications."""

from typing import Any

import altair as alt
from django.utils.translation import gettext as _

from ciri.figures.theme import Figure, finish, inline, theme_of


def enrolment_chart(rows: list[dict[str, Any]], theme: str) -> Figure:
    """Patients enrolled so far, by site and month. Rows: month (date), site, enrolled."""
    colours = theme_of(theme)
    so_far: dict[str, int] = {}
    points = []
    for row in rows:
        so_far[row["site"]] = so_far.get(row["site"], 0) + row["enrolled"]
        points.append({**row, "total": so_far[row["site"]]})
    chart = (
        alt.Chart(inline(points))
        .mark_line(interpolate="step-after", strokeWidth=2)
        .encode(
            x=alt.X("month:T", title=None, axis=alt.Axis(format="%Y-%m", grid=False, tickCount=8)),
            y=alt.Y("total:Q", title=_("Patients enrolled")),
            color=alt.Color(
                "site:N",
                title=None,
                scale=alt.Scale(range=colours.series),
                legend=alt.Legend(orient="top", columns=1),
            ),
            tooltip=[
                alt.Tooltip("month:T", format="%Y-%m", title=_("Month")),
                alt.Tooltip("site:N", title=_("Site")),
                alt.Tooltip("enrolled:Q", title=_("Enrolled in the month")),
                alt.Tooltip("total:Q", title=_("So far")),
            ],
        )
        .properties(width="container", height=200)
    )
    return finish(chart, colours)
