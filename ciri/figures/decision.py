"""What treating by the model is worth: net benefit against the threshold, one panel per horizon."""

from __future__ import annotations

import math
from typing import Any

import altair as alt

from ciri.figures.axes import keep_known, round_ticks
from ciri.figures.panels import Panels
from ciri.figures.theme import Figure, Theme, finish, inline, message_figure, theme_of
from ciri.figures.words import horizon_text
from ciri.said import Said

_HEIGHT = 150
_STRATEGIES = {"model": "treat by model", "all": "treat all", "none": "treat none"}
_BELOW = 0.3  # of the greatest benefit: as far below zero the curves are shown

Rows = list[dict[str, Any]]


def decision_figure(rows: Rows, theme: str = "light") -> Figure:
    """Net benefit of treating by the model, everybody, or nobody, at each threshold probability.

    Parameters
    ----------
    rows : list of dict
        horizon (months), threshold (0-1), model, all, none.
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

    Notes
    -----
    Curves are shown down to a little below zero, and up to the threshold from which no strategy is worth
    more than treating nobody.
    """
    look = theme_of(theme)
    found = keep_known(rows, "threshold")
    horizons = sorted({row["horizon"] for row in keep_known(found, "model")})
    if not horizons:
        return message_figure(Said("no_net_benefit"), theme)
    found = [row for row in found if row["horizon"] in horizons]
    best = [_greatest([row for row in found if row["horizon"] == at]) for at in horizons]
    last = _last_threshold(found)
    panels = Panels(
        titles=[horizon_text(horizon) for horizon in horizons],
        x=(0, last),
        x_ticks=round_ticks(0, last),
        y=[(-_BELOW * top, 1.05 * top) for top in best],
        columns=1,
        height=_HEIGHT,
    )
    chart = alt.layer(
        *panels.ground(look), *_curves(_place(found, horizons, panels), panels, look)
    ).properties(
        width="container",
        height=panels.pixels,
        padding={"left": 5, "right": 14, "top": 5, "bottom": 5},
        description="Net benefit against threshold probability at each horizon",
    )
    return finish(chart, look)


def _greatest(rows: Rows) -> float:
    """The greatest net benefit of any strategy; something to draw where none has any."""
    return max(
        0.02, *(row[key] for row in rows for key in ("model", "all") if row[key] is not None)
    )


def _last_threshold(rows: Rows) -> float:
    """Percent: a little past the last threshold at which model or treating everybody is worth something."""
    worth = [
        100 * row["threshold"] for row in rows if max(row["model"] or 0.0, row["all"] or 0.0) > 1e-4
    ]
    return min(100, max(20, 10 * math.ceil(max(worth, default=0) / 10 + 0.5)))


def _place(rows: Rows, horizons: list[float], panels: Panels) -> Rows:
    """One row per strategy; where its benefit is unknown or too low to be shown, the line breaks."""
    placed = []
    for row in rows:
        panel, threshold = horizons.index(row["horizon"]), 100 * row["threshold"]
        if threshold > panels.x[1]:
            continue
        for key, strategy in _STRATEGIES.items():
            benefit = row[key]
            shown = benefit is not None and benefit >= panels.y[panel][0]
            at = panels.place(panel, threshold, benefit if shown else None)
            told = {"horizon": row["horizon"], "threshold": row["threshold"]}
            placed.append({**told, **at, "benefit": benefit, "strategy": strategy})
    return placed


def _curves(rows: Rows, panels: Panels, look: Theme) -> list[Any]:
    names = list(_STRATEGIES.values())
    colours, dashes = [look.good, look.poor, look.faint], [[1, 0], [6, 3], [2, 2]]
    legend = alt.Legend(symbolType="stroke", symbolSize=200, offset=26)  # past the title of a panel
    axes = panels.axes("Threshold probability, %", "Net benefit")
    lines = alt.Chart(inline(rows)).mark_line(strokeWidth=2)
    points = alt.Chart(inline(keep_known(rows, "up"))).mark_point(size=40, opacity=0)
    tooltip = [
        alt.Tooltip("horizon:Q", title="months", format=".3~g"),
        alt.Tooltip("threshold:Q", format=".0%"),
        alt.Tooltip("strategy:N"),
        alt.Tooltip("benefit:Q", title="net benefit", format=".3f"),
    ]
    return [
        lines.encode(
            **axes,
            detail="horizon:N",
            color=alt.Color(
                "strategy:N",
                title=None,
                scale=alt.Scale(domain=names, range=colours),
                legend=legend,
            ),
            strokeDash=alt.StrokeDash(
                "strategy:N", title=None, scale=alt.Scale(domain=names, range=dashes), legend=legend
            ),
        ),
        points.encode(**axes, tooltip=tooltip),
    ]
