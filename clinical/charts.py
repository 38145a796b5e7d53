"""Figures about a study, as Vega-Lite specifications."""

from typing import Any

import altair as alt

FONT = "system-ui, 'Segoe UI', 'Noto Sans', 'Noto Sans JP', sans-serif"
INK = {"light": ("#1f2933", "#5b6770", "#d5dae0"), "dark": ("#e8ecf0", "#a9b4be", "#3d4852")}
SITES = {
    "light": ["#0072b2", "#009e73", "#e69f00", "#cc79a7", "#56b4e9", "#d55e00"],
    "dark": ["#56b4e9", "#2fc59a", "#f0b63a", "#e29ac3", "#9bd3f5", "#f0893a"],
}


def enrolment_chart(rows: list[dict[str, Any]], theme: str) -> dict[str, Any]:
    """Patients enrolled so far, by site and month. Rows: month (date), site, enrolled."""
    ink, faint, rule = INK[theme]
    so_far: dict[str, int] = {}
    points = []
    for row in rows:
        so_far[row["site"]] = so_far.get(row["site"], 0) + row["enrolled"]
        points.append({**row, "total": so_far[row["site"]]})
    chart = (
        alt.Chart(alt.InlineData(values=points))
        .mark_line(interpolate="step-after", strokeWidth=2)
        .encode(
            x=alt.X("month:T", title=None, axis=alt.Axis(format="%Y-%m", grid=False, tickCount=8)),
            y=alt.Y("total:Q", title="Patients enrolled"),
            color=alt.Color(
                "site:N",
                title=None,
                scale=alt.Scale(range=SITES[theme]),
                legend=alt.Legend(orient="top", columns=1),
            ),
            tooltip=[
                alt.Tooltip("month:T", format="%Y-%m", title="Month"),
                alt.Tooltip("site:N", title="Site"),
                alt.Tooltip("enrolled:Q", title="Enrolled in the month"),
                alt.Tooltip("total:Q", title="So far"),
            ],
        )
        .properties(width="container", height=200, background="transparent")
        .configure(  # one call: each replaces what an earlier one has set
            font=FONT,
            view={"stroke": None},
            axis={
                "labelColor": faint,
                "titleColor": faint,
                "titleFontWeight": "normal",
                "gridColor": rule,
                "domainColor": rule,
                "tickColor": rule,
            },
            legend={"labelColor": ink, "labelFontSize": 12},
        )
    )
    return chart.to_dict()
