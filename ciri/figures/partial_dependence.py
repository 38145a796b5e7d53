"""How the forest's answer moves with one feature, on average and for single patients."""

from __future__ import annotations

from typing import Any

import altair as alt

from ciri.figures.theme import (
    Figure,
    Theme,
    finish,
    inline,
    message_figure,
    theme_of,
)
from ciri.said import Said

_HEIGHT = 240
_CATEGORIES = 6  # so few values are marked on the axis one by one


def partial_dependence_figure(
    table: dict[str, Any], theme: str = "light", answer: str | None = None
) -> Figure:
    """The mean answer along a feature, with single patients behind it and the unknown beside it.

    Parameters
    ----------
    table : dict
        `PartialDependence.to_dict`: feature, horizon, n, curve (value, mean), unknown, lines (row, value,
        predicted).
    theme : {"light", "dark", "print"}, default "light"
        The ground it is drawn for.
    answer : str, optional
        The title of the axis, such as "Survival at 12 months"; left out, it is the risk score, or survival
        at the horizon in the outcome's unit of time.

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
    feature, curve = table["feature"], table["curve"]
    if not curve:
        return message_figure(Said("feature_unknown", feature=feature), theme)
    if len(curve) == 1:
        return message_figure(Said("feature_constant", feature=feature), theme)
    survival = table["horizon"] is not None
    if answer is None:
        answer = (
            f"Survival at time {table['horizon']:g}" if survival else "Risk score (expected deaths)"
        )
    values = [row["value"] for row in curve]
    few = {"values": values, "format": ".4~r", "labelOverlap": "greedy"}
    ticks = few if len(values) <= _CATEGORIES else {"tickCount": 6}
    x = alt.X(
        "value:Q",
        title=feature,
        scale=alt.Scale(zero=False, nice=False),
        axis=alt.Axis(grid=False, labelFlush=False, **ticks),
    )
    scale = alt.Scale(domain=[0, 1]) if survival else alt.Scale(zero=False)
    axis = alt.Axis(format="%", tickCount=5) if survival else alt.Axis(tickCount=5)
    y = alt.Y("mean:Q", title=answer, scale=scale, axis=axis)
    layers = [*_lines(table["lines"], x, look), _mean(curve, x, y, look)]
    if table["unknown"] is not None:
        layers += _draw_unknown(table["unknown"], look)
    chart = alt.layer(*layers).properties(
        width="container",
        height=_HEIGHT,
        padding={"left": 5, "right": 12, "top": 5, "bottom": 5},
        description=f"Mean answer of the forest over {table['n']} patients as {feature} moves",
    )
    return finish(chart, look)


def _lines(rows: list[dict[str, Any]], x: Any, look: Theme) -> list[Any]:
    if not rows:
        return []
    lines = alt.Chart(inline(rows)).mark_line(color=look.other, strokeWidth=1, opacity=0.35)
    return [lines.encode(x=x, y=alt.Y("predicted:Q"), detail="row:N")]


def _mean(rows: list[dict[str, Any]], x: Any, y: Any, look: Theme) -> Any:
    """The line, with a point at each value asked about: they crowd where the patients are."""
    points = {"filled": True, "size": 30, "color": look.good}
    return (
        alt.Chart(inline(rows))
        .mark_line(color=look.good, strokeWidth=2.5, point=points)
        .encode(
            x=x,
            y=y,
            tooltip=[
                alt.Tooltip("value:Q", title="value", format=".3~g"),
                alt.Tooltip("mean:Q", title="mean", format=".3~g"),
            ],
        )
    )


def _draw_unknown(mean: float, look: Theme) -> list[Any]:
    """A point of its own right of the axis, as what is unknown has no place on it."""
    place = alt.value(alt.ExprRef("width + 42"))
    row = alt.Chart(inline([{"mean": mean, "text": "unknown"}])).encode(x=place)
    point = row.mark_point(shape="diamond", filled=True, size=80, color=look.poor, opacity=1)
    label = row.mark_text(color=look.poor, baseline="top", fontSize=12)
    tooltip = [alt.Tooltip("mean:Q", title="mean where unknown", format=".3~g")]
    return [
        point.encode(y=alt.Y("mean:Q"), tooltip=tooltip),
        label.encode(y=alt.value(_HEIGHT + 6), text="text:N"),
    ]
