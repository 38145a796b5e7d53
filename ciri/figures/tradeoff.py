"""What each further analyte buys: out-of-bag C against the number of analytes kept."""

from __future__ import annotations

from typing import Any

import altair as alt

from ciri.figures.axes import keep_known
from ciri.figures.theme import Figure, Theme, finish, inline, message_figure, theme_of
from ciri.said import Said

_HEIGHT = 260


def tradeoff_figure(
    rows: list[dict[str, Any]], k: int | None = None, theme: str = "light"
) -> Figure:
    """Out-of-bag C with its 95 % band against how many of the best analytes are kept.

    Parameters
    ----------
    rows : list of dict
        k, c, low, high (report["tradeoff"]). The same patients rank and judge, which the axis says.
    k : int, optional
        The number that was kept, marked.
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
    found = sorted(keep_known(rows, "k", "c"), key=lambda row: row["k"])
    if not found:
        return message_figure(Said("no_tradeoff"), theme)
    if len(found) == 1:
        one = found[0]
        return message_figure(Said("one_size_tried", k=one["k"], c=one["c"]), theme)
    layers = [*_curve(found, look), *_mark_chosen(found, k, look)]
    chart = alt.layer(*layers).properties(
        width="container",
        height=_HEIGHT,
        padding={"left": 5, "right": 14, "top": 5, "bottom": 5},
        description="Out-of-bag C against the number of analytes kept, the chosen one marked",
    )
    return finish(chart, look)


def _curve(rows: list[dict[str, Any]], look: Theme) -> list[Any]:
    counts = [row["k"] for row in rows]
    x = alt.X(
        "k:Q",
        title=["Analytes kept, best first", "(optimistic: the same patients rank and judge)"],
        scale=alt.Scale(type="log", domain=[counts[0], counts[-1]], nice=False),
        axis=alt.Axis(
            values=counts, format="d", grid=False, labelOverlap="greedy", labelSeparation=4
        ),
    )
    y = alt.Y(
        "c:Q",
        title="Out-of-bag C-index",
        scale=alt.Scale(zero=False, padding=8),
        axis=alt.Axis(format=".3~f", tickCount=5),
    )
    base = alt.Chart(inline(rows)).encode(x=x)
    band = alt.Chart(inline(keep_known(rows, "low", "high"))).mark_area(
        color=look.good, opacity=0.18
    )
    line = base.mark_line(color=look.good, strokeWidth=2)
    points = base.mark_point(filled=True, size=55, color=look.good, opacity=1)
    tooltip = [
        alt.Tooltip("k:Q", title="analytes"),
        alt.Tooltip("c:Q", title="C-index", format=".3f"),
        alt.Tooltip("low:Q", title="95 % from", format=".3f"),
        alt.Tooltip("high:Q", title="to", format=".3f"),
    ]
    return [
        band.encode(x=x, y=alt.Y("low:Q"), y2="high:Q"),
        line.encode(y=y),
        points.encode(y=y, tooltip=tooltip),
    ]


def _mark_chosen(rows: list[dict[str, Any]], k: int | None, look: Theme) -> list[Any]:
    """A line at the number kept, its name on the side that has more room."""
    if k is None or not rows[0]["k"] <= k <= rows[-1]["k"]:
        return []
    late = k * k > rows[0]["k"] * rows[-1]["k"]
    base = alt.Chart(inline([{"k": k, "text": f"kept: {k}"}])).encode(x="k:Q")
    label = base.mark_text(
        align="right" if late else "left",
        baseline="top",
        dx=-5 if late else 5,
        color=look.ink,
    )
    return [
        base.mark_rule(color=look.ink, strokeDash=[4, 3]),
        label.encode(y=alt.value(2), text="text:N"),
    ]
