"""Performance along follow-up: time-dependent AUC, and Brier score beside its reference."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import altair as alt

from ciri.figures.axes import LINE_LEGEND, in_months, keep_known, months_axis
from ciri.figures.theme import Figure, Theme, finish, inline, message_figure, theme_of
from ciri.said import Said

_HEIGHT = 260
_MODEL, _REFERENCE = "model", "Kaplan-Meier, no model"
_DASHES = {"out-of-bag": [1, 0], "cross-validated": [6, 3], "validation": [2, 2]}


@dataclass(frozen=True)
class _Kinds:
    """The lines of a figure: their names, colours and dashes."""

    names: list[str]
    colours: list[str]
    dashes: list[list[int]]


def auc_figure(rows: list[dict[str, Any]], theme: str = "light") -> Figure:
    """Time-dependent AUC with its 95 % band for each basis, beside the 0.5 that chance gives.

    Parameters
    ----------
    rows : list of dict
        time (days), value, low, high, basis ("out-of-bag", "cross-validated", "validation").
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
    found = [{**row, "kind": row["basis"]} for row in keep_known(rows, "time", "value")]
    if not found:
        return message_figure(Said("no_time_for_auc"), theme)
    lows = [row[key] for row in found for key in ("value", "low") if row.get(key) is not None]
    y = alt.Y(
        "value:Q",
        title="Time-dependent AUC",
        scale=alt.Scale(domain=[min(0.4, math.floor(10 * min(lows)) / 10), 1], nice=False),
        axis=alt.Axis(format=".1f", tickCount=6),
    )
    colours = dict(zip(_DASHES, (look.good, look.middle, look.poor), strict=True))
    names = [name for name in _DASHES if any(row["kind"] == name for row in found)]
    kinds = _Kinds(names, [colours[name] for name in names], [_DASHES[name] for name in names])
    chance = alt.Chart(inline([{"value": 0.5, "text": "chance"}])).encode(y=y)
    layers = [
        chance.mark_rule(color=look.faint),
        *_lines(found, kinds, y, "AUC"),
        chance.mark_text(align="left", dx=4, dy=8, fontSize=11, color=look.faint).encode(
            x=alt.value(0), text="text:N"
        ),
    ]
    return _dress(layers, "Time-dependent AUC over follow-up, with 95 % bands", look)


def brier_figure(rows: list[dict[str, Any]], theme: str = "light") -> Figure:
    """Brier score of a model with its 95 % band, beside that of Kaplan-Meier; lower is better.

    Parameters
    ----------
    rows : list of dict
        time (days), value, low, high, reference.
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
    found = [{**row, "kind": _MODEL} for row in keep_known(rows, "time", "value")]
    if not found:
        return message_figure(Said("no_time_to_check"), theme)
    beside = [
        {"time": row["time"], "value": row["reference"], "low": None, "high": None, "kind": _REFERENCE}
        for row in keep_known(found, "reference")
    ]  # fmt: skip
    kinds = _Kinds([_MODEL, _REFERENCE], [look.good, look.other], [[1, 0], [6, 3]])
    y = alt.Y(
        "value:Q",
        title="Brier score (lower is better)",
        scale=alt.Scale(zero=True),
        axis=alt.Axis(format=".3~f", tickCount=5),
    )
    return _dress(
        _lines(found + beside, kinds, y, "Brier score"),
        "Brier score over follow-up beside the Kaplan-Meier reference",
        look,
    )


def _lines(rows: list[dict[str, Any]], kinds: _Kinds, y: Any, name: str) -> list[Any]:
    """Bands, lines and points; a kind with a single time has a whisker for its band."""
    rows = [in_months(row) for row in rows]
    x = months_axis(1.02 * max(row["months"] for row in rows))
    colour = alt.Color(
        "kind:N",
        title=None,
        scale=alt.Scale(domain=kinds.names, range=kinds.colours),
        legend=LINE_LEGEND,
    )
    dash = alt.StrokeDash(
        "kind:N",
        title=None,
        scale=alt.Scale(domain=kinds.names, range=kinds.dashes),
        legend=LINE_LEGEND,
    )
    times = [row["kind"] for row in rows]
    banded = keep_known(rows, "low", "high")
    alone = [row for row in banded if times.count(row["kind"]) == 1]
    base = alt.Chart(inline(rows)).encode(x=x, y=y, color=colour)
    tooltip = [
        alt.Tooltip("kind:N", title="basis" if name == "AUC" else "of"),
        alt.Tooltip("months:Q", format=".1f"),
        alt.Tooltip("value:Q", title=name, format=".3f"),
        alt.Tooltip("low:Q", title="95 % from", format=".3f"),
        alt.Tooltip("high:Q", title="to", format=".3f"),
    ]
    edges = {"x": x, "y": alt.Y("low:Q"), "y2": "high:Q", "color": colour}
    bands = [  # a layer without rows would be drawn with a warning
        mark.encode(**edges)
        for some, mark in (
            (banded, alt.Chart(inline(banded)).mark_area(opacity=0.16)),
            (alone, alt.Chart(inline(alone)).mark_rule(strokeWidth=1.5)),
        )
        if some
    ]
    return [
        *bands,
        base.mark_line(strokeWidth=2).encode(strokeDash=dash),
        base.mark_point(filled=True, size=36, opacity=1).encode(tooltip=tooltip),
    ]


def _dress(layers: list[Any], description: str, look: Theme) -> Figure:
    chart = alt.layer(*layers).properties(
        width="container",
        height=_HEIGHT,
        padding={"left": 5, "right": 14, "top": 5, "bottom": 5},
        description=description,
    )
    return finish(chart, look)
