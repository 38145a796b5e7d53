"""Figure 2: survival of the good and the poor prognosis group."""

from __future__ import annotations

from typing import Any

import altair as alt

from modeling.ciri.figures.theme import Figure, Theme, finish, inline, message_figure, theme_of
from modeling.ciri.outcome import DAYS_IN_MONTH

_HEIGHT = 320
_TABLE = 64  # from the foot of the plot to the numbers at risk, past axis labels and title
_ROW = 18
_DASHES = {"good": [1, 0], "poor": [6, 3]}


def kaplan_meier_figure(
    tables: dict[str, Any] | None, theme: str = "light", outcome: str = "Survival"
) -> Figure:
    """Kaplan-Meier steps with 95 % bands, numbers at risk below, log-rank p in the corner.

    tables: report["kaplan_meier"]["train"] or ["validate"]; times in days, drawn in months.
    """
    look = theme_of(theme)
    if tables is None or not tables["curves"]:
        return message_figure("No patient with an outcome was scored, so there is no curve.", theme)
    if not any(group["events"] for group in tables["groups"]):
        return message_figure("Nobody has had an event yet, so the curves would be flat.", theme)
    groups = [group["group"] for group in tables["groups"]]
    known = {"good": look.good, "poor": look.poor}
    colour = alt.Color(
        "group:N",
        title="Prognosis",
        scale=alt.Scale(domain=groups, range=[known[group] for group in groups]),
    )
    curves = [_in_months(row) for row in tables["curves"]]
    last = max(row["months"] for row in curves)
    layers = [*_curves(curves, groups, colour, last, outcome), *_at_risk(tables, colour, look)]
    layers.append(_note(_sentence(tables), look))
    chart = alt.layer(*layers).properties(
        width="container",
        height=_HEIGHT,
        padding={"left": 12, "right": 12, "top": 5, "bottom": 5},
        description="Kaplan-Meier curves by prognosis group with numbers at risk",
    )
    return finish(chart, look)


def _in_months(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "months": round(row["time"] / DAYS_IN_MONTH, 3)}


def _curves(
    rows: list[dict[str, Any]], groups: list[str], colour: Any, last: float, outcome: str
) -> list[Any]:
    x = alt.X(
        "months:Q",
        title="Months",
        scale=alt.Scale(domain=[0, last], nice=False),
        axis=alt.Axis(values=_ticks(last), grid=False),
    )
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


def _ticks(last: float) -> list[int]:
    step = next((step for step in (1, 3, 6, 12, 24) if last / step < 8), 60)
    return list(range(0, int(last) + 1, step))


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
        rows = [_in_months(row) for row in tables["at_risk"] if row["group"] == group]
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


def _sentence(tables: dict[str, Any]) -> str:
    test = tables["log_rank"]
    if test["p"] is None:
        return str(test["reason"])
    return "log-rank p < 0.001" if test["p"] < 0.001 else f"log-rank p = {test['p']:.3f}"


def _note(text: str, look: Theme) -> Any:
    return (
        alt.Chart(inline([{"text": text}]))
        .mark_text(align="left", baseline="bottom", color=look.ink, fontSize=12)
        .encode(x=alt.value(8), y=alt.value(_HEIGHT - 8), text="text:N")
    )
