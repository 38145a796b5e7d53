"""What treating by the model is worth: net benefit against the threshold, one panel per horizon."""

from __future__ import annotations

import math
from typing import Any

import altair as alt

from modeling.ciri.figures.axes import horizon_title, known
from modeling.ciri.figures.panels import Panels
from modeling.ciri.figures.theme import Figure, Theme, finish, inline, message_figure, theme_of

_HEIGHT = 150
_STRATEGIES = {"model": "by the model", "all": "everybody", "none": "nobody"}
_BELOW = 0.3  # of the greatest benefit: as far below zero the curves are shown

Rows = list[dict[str, Any]]


def decision_figure(rows: Rows, theme: str = "light") -> Figure:
    """Net benefit of treating by the model, everybody, or nobody, at each threshold probability.

    rows: horizon (months), threshold (0-1), model, all, none. Curves are shown down to a little below
    zero, and up to the threshold from which no strategy is worth more than treating nobody.
    """
    look = theme_of(theme)
    found = known(rows, "threshold")
    horizons = sorted({row["horizon"] for row in known(found, "model")})
    if not horizons:
        return message_figure(
            "Net benefit cannot be estimated: nobody was followed up to a horizon.", theme
        )
    found = [row for row in found if row["horizon"] in horizons]
    best = [_greatest([row for row in found if row["horizon"] == at]) for at in horizons]
    panels = Panels(
        titles=[horizon_title(horizon) for horizon in horizons],
        x=(0.0, _last_threshold(found)),
        y=[(-_BELOW * top, 1.05 * top) for top in best],
        columns=1,
        height=_HEIGHT,
        y_format=".3~f",
    )
    chart = alt.layer(*panels.ground(look), *_curves(found, horizons, panels, look)).properties(
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
    """A tenth past the last threshold at which model or treating everybody is worth something."""
    worth = [row["threshold"] for row in rows if max(row["model"] or 0.0, row["all"] or 0.0) > 1e-4]
    return min(1.0, max(0.2, math.ceil(10 * max(worth, default=0.0) + 0.5) / 10))


def _curves(rows: Rows, horizons: list[float], panels: Panels, look: Theme) -> list[Any]:
    placed = []
    for row in rows:
        panel = horizons.index(row["horizon"])
        floor = panels.y[panel][0]
        for key, name in _STRATEGIES.items():
            if row[key] is None or row[key] < floor or row["threshold"] > panels.x[1]:
                continue
            at = panels.place(panel, row["threshold"], row[key])
            kept = {name: row[name] for name in ("horizon", "threshold")}
            placed.append({**kept, **at, "benefit": row[key], "strategy": name})
    names = list(_STRATEGIES.values())
    colours, dashes = [look.good, look.poor, look.faint], [[1, 0], [6, 3], [2, 2]]
    base = alt.Chart(inline(placed)).encode(**panels.axes("Threshold probability", "Net benefit"))
    lines = base.mark_line(strokeWidth=2).encode(
        detail="horizon:N",
        color=alt.Color("strategy:N", title="Treat", scale=alt.Scale(domain=names, range=colours)),
        strokeDash=alt.StrokeDash(
            "strategy:N", title="Treat", scale=alt.Scale(domain=names, range=dashes)
        ),
    )
    hover = base.mark_point(size=40, opacity=0).encode(
        tooltip=[
            alt.Tooltip("horizon:Q", title="months", format=".3~g"),
            alt.Tooltip("threshold:Q", format=".0%"),
            alt.Tooltip("strategy:N", title="treat"),
            alt.Tooltip("benefit:Q", title="net benefit", format=".3f"),
        ]
    )
    return [lines, hover]
