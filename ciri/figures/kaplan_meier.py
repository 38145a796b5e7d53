"""Figure 2: survival by prognosis group."""

from __future__ import annotations

import textwrap
from typing import Any

import altair as alt

from ciri.figures.axes import LINE_LEGEND, in_months, months_axis
from ciri.figures.theme import Figure, Theme, finish, inline, message_figure, theme_of
from ciri.figures.words import p_text, ratio_text
from ciri.said import Said, say

_HEIGHT = 320
_TABLE = 64  # from the foot of the plot to the numbers at risk, past axis labels and title
_ROW = 18
_DASHES = {"good": [1, 0], "intermediate": [2, 2], "poor": [6, 3]}
_LINE = 17  # pixels of a line of the note
_LETTERS = 40  # of it, on a narrow screen
_CORNER = 0.16  # of the height that the note takes, and
_REACH = 0.6  # of the follow-up that it may cover on a narrow screen

Rows = list[dict[str, Any]]


def kaplan_meier_figure(
    tables: dict[str, Any] | None, theme: str = "light", outcome: str = "Survival"
) -> Figure:
    """Kaplan-Meier steps with 95 % bands, numbers at risk below, log-rank p in the corner.

    Parameters
    ----------
    tables : dict or None
        report["kaplan_meier"]["train"] or ["validate"]; times in days, drawn in months. Groups are "good",
        "intermediate", "poor", or two of them. Where it has "hazard_ratio" (hr, low, high: poor against
        good), it stands beside the p.
    theme : {"light", "dark", "print"}, default "light"
        The ground it is drawn for.
    outcome : str, default "Survival"
        What the curves are of.

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
    if tables is None or not tables["curves"]:
        return message_figure(Said("nobody_scored"), theme)
    if not any(group["events"] for group in tables["groups"]):
        return message_figure(Said("flat_curves"), theme)
    groups = [group["group"] for group in tables["groups"]]
    known = {"good": look.good, "intermediate": look.middle, "poor": look.poor}
    colour = alt.Color(
        "group:N",
        title="Prognosis",
        scale=alt.Scale(domain=groups, range=[known[group] for group in groups]),
        legend=LINE_LEGEND,
    )
    curves = [in_months(row) for row in tables["curves"]]
    layers = [*_curves(curves, groups, colour, outcome), *_at_risk(tables, colour, look)]
    layers.append(_note(_sentences(tables), curves, look))
    chart = alt.layer(*layers).properties(
        width="container",
        height=_HEIGHT,
        padding={"left": 12, "right": 12, "top": 5, "bottom": 5},
        description="Kaplan-Meier curves by prognosis group with numbers at risk",
    )
    return finish(chart, look)


def _curves(rows: Rows, groups: list[str], colour: Any, outcome: str) -> list[Any]:
    x = months_axis(max(row["months"] for row in rows))
    y = alt.Y(
        "survival:Q", title=outcome, scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%")
    )
    base = alt.Chart(inline(rows)).encode(x=x, color=colour)
    band = (
        base.transform_filter("isValid(datum.low)")
        .mark_area(interpolate="step-after", opacity=0.2)
        .encode(y=alt.Y("low:Q", title=outcome), y2="high:Q", color=colour)
    )
    steps = base.mark_line(interpolate="step-after", strokeWidth=2).encode(
        y=y,
        strokeDash=alt.StrokeDash(
            "group:N",
            title="Prognosis",
            scale=alt.Scale(domain=groups, range=[_DASHES[group] for group in groups]),
            legend=LINE_LEGEND,
        ),
    )
    ticks = (
        base.transform_filter("datum.censored > 0")
        .mark_tick(orient="vertical", size=8, thickness=1.2, opacity=0.8)
        .encode(y=y)
    )
    hover = base.mark_point(size=60, opacity=0).encode(
        y=y,
        tooltip=[
            alt.Tooltip("group:N", title="prognosis"),
            alt.Tooltip("time:Q", title="days", format=".0f"),
            alt.Tooltip("survival:Q", format=".1%"),
            alt.Tooltip("low:Q", title="95 % from", format=".1%"),
            alt.Tooltip("high:Q", title="to", format=".1%"),
            alt.Tooltip("at_risk:Q", title="at risk"),
        ],
    )
    return [band, steps, ticks, hover]


def _at_risk(tables: dict[str, Any], colour: Any, look: Theme) -> list[Any]:
    """Numbers at risk as text under the axis, so that the figure stays one view of any width."""
    layers = []
    heading = alt.Chart(inline([{"text": "Number at risk"}])).mark_text(
        align="left", color=look.faint, fontSize=11
    )
    layers.append(
        heading.encode(x=alt.value(-42), y=alt.value(_HEIGHT + _TABLE - 18), text="text:N")
    )
    for position, group in enumerate(row["group"] for row in tables["groups"]):
        label = alt.Chart(inline([{"group": group}])).mark_text(fontSize=11, align="right")
        foot = alt.value(_HEIGHT + _TABLE + _ROW * position)
        layers.append(label.encode(x=alt.value(-16), y=foot, text="group:N", color=colour))
        rows = [in_months(row) for row in tables["at_risk"] if row["group"] == group]
        numbers = alt.Chart(inline(rows)).mark_text(fontSize=11)
        layers.append(
            numbers.encode(
                x=alt.X("months:Q"),
                y=foot,
                text="at_risk:Q",
                color=colour,
            )
        )
    return layers


def _sentences(tables: dict[str, Any]) -> list[str]:
    test = tables["log_rank"]
    if test["p"] is None:
        return textwrap.wrap(say(test["reason"]), _LETTERS)
    found = [f"log-rank {p_text(test['p'])}"]
    ratio = tables.get("hazard_ratio") or {}
    if all(ratio.get(key) is not None for key in ("hr", "low", "high")):
        found.insert(0, f"hazard ratio {ratio_text(ratio, '95 % ')}")
    return found


def _note(lines: list[str], curves: Rows, look: Theme) -> Any:
    """Test and hazard ratio in the lower left, or, where a curve falls through it, the upper right."""
    note = alt.Chart(inline([{"text": lines}]))
    last = max(row["months"] for row in curves)
    early = [row["survival"] for row in curves if row["months"] < _REACH * last]
    late = [row["survival"] for row in curves if row["months"] > (1 - _REACH) * last]
    style: dict[str, Any] = {"color": look.ink, "fontSize": 12, "lineHeight": _LINE}
    if min(early, default=1.0) < _CORNER and max(late, default=0.0) < 1 - _CORNER:
        upper = note.mark_text(align="right", baseline="top", **style)
        return upper.encode(x=alt.value(alt.ExprRef("width - 4")), y=alt.value(6), text="text:N")
    lower = note.mark_text(align="left", baseline="bottom", **style)
    foot = _HEIGHT - 8 - _LINE * (len(lines) - 1)
    return lower.encode(x=alt.value(8), y=alt.value(foot), text="text:N")
