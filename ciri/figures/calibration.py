"""Whether predicted risks come true: observed against predicted risk, one panel per horizon."""

from __future__ import annotations

import math
from typing import Any

import altair as alt

from ciri.figures.axes import keep_known
from ciri.figures.panels import Panels, lines_of
from ciri.figures.theme import Figure, Theme, finish, inline, message_figure, theme_of
from ciri.figures.words import horizon_text
from ciri.said import Said

_COLUMNS = 3
_HEIGHTS = {1: 300, 2: 240, 3: 190}  # pixels, by columns: about as high as wide

Rows = list[dict[str, Any]]


def calibration_figure(
    curve_rows: Rows, group_rows: Rows, theme: str = "light", ici_rows: Rows | None = None
) -> Figure:
    """Smooth calibration curve with its band, fifths of the patients with intervals, and the diagonal.

    Parameters
    ----------
    curve_rows : list of dict
        horizon (months), predicted, observed, low, high (risks, 0-1).
    group_rows : list of dict
        The same and n. A horizon may have a curve, groups, or both.
    theme : {"light", "dark", "print"}, default "light"
        The ground it is drawn for.
    ici_rows : list of dict, optional
        horizon, ici, the mean distance of the curve from the diagonal, written in the corner.

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
    curve, groups = (
        keep_known(curve_rows, "predicted", "observed"),
        keep_known(group_rows, "predicted", "observed"),
    )
    horizons = sorted({row["horizon"] for row in curve + groups})
    if not horizons:
        return message_figure(Said("risks_not_compared"), theme)
    highest = max(row[key] for row in curve + groups for key in ("predicted", "observed"))
    top = min(100, max(10, 10 * math.ceil(10 * highest)))  # percent
    columns = min(len(horizons), _COLUMNS)
    panels = Panels(
        titles=[horizon_text(horizon) for horizon in horizons],
        x=(0, top),
        x_ticks=[0, top / 2, top],
        y=[(0, top)] * math.ceil(len(horizons) / columns),
        columns=columns,
        height=_HEIGHTS[columns],
    )
    diagonals = [panels.line(panel, (0, 0), (top, top)) for panel in range(len(horizons))]
    layers = [
        *panels.ground(look),
        lines_of(diagonals, color=look.faint, strokeDash=[4, 3]),
        *_curve(_place(curve, horizons, panels), look),
        *_groups(_place(groups, horizons, panels), panels, look),
        *_corner(ici_rows or [], horizons, panels, look),
    ]
    chart = alt.layer(*layers).properties(
        width="container",
        height=panels.pixels,
        padding={"left": 5, "right": 12, "top": 5, "bottom": 5},
        description="Observed against predicted risk at each horizon, with the diagonal",
    )
    return finish(chart, look)


def _place(rows: Rows, horizons: list[float], panels: Panels) -> Rows:
    """Rows with their places in the panel of their horizon."""
    placed = []
    for row in rows:
        panel = horizons.index(row["horizon"])
        observed, low, high = (
            panels.place(panel, 100 * row["predicted"], None if risk is None else 100 * risk)
            for risk in (row["observed"], row.get("low"), row.get("high"))
        )
        placed.append({**row, **observed, "up_low": low["up"], "up_high": high["up"]})
    return placed


def _curve(rows: Rows, look: Theme) -> list[Any]:
    band = alt.Chart(inline(keep_known(rows, "up_low", "up_high"))).mark_area(
        color=look.good, opacity=0.18
    )
    line = alt.Chart(inline(rows)).mark_line(color=look.good, strokeWidth=2)
    edges = {"x": "across:Q", "y": "up_low:Q", "y2": "up_high:Q", "detail": "horizon:N"}
    return [
        band.encode(**edges),
        line.encode(x="across:Q", y="up:Q", detail="horizon:N", order="across:Q"),
    ]


def _groups(rows: Rows, panels: Panels, look: Theme) -> list[Any]:
    """The layer of points carries the axes."""
    tooltip = [
        alt.Tooltip("horizon:Q", title="months", format=".3~g"),
        alt.Tooltip("n:Q", title="patients"),
        alt.Tooltip("predicted:Q", format=".1%"),
        alt.Tooltip("observed:Q", format=".1%"),
        alt.Tooltip("low:Q", title="95 % from", format=".1%"),
        alt.Tooltip("high:Q", title="to", format=".1%"),
    ]
    whiskers = alt.Chart(inline(keep_known(rows, "up_low", "up_high"))).mark_rule(color=look.ink)
    points = alt.Chart(inline(rows)).mark_point(filled=True, size=40, color=look.ink, opacity=1)
    axes = panels.axes("Predicted risk, %", "Observed risk, %")
    return [
        whiskers.encode(x="across:Q", y="up_low:Q", y2="up_high:Q"),
        points.encode(**axes, tooltip=tooltip),
    ]


def _corner(rows: Rows, horizons: list[float], panels: Panels, look: Theme) -> list[Any]:
    """ICI in the lower right of each panel: high risks that never come true are rare."""
    right = panels.x[1]
    notes = [
        {**panels.place(horizons.index(row["horizon"]), right, 0), "text": f"ICI {row['ici']:.3f}"}
        for row in keep_known(rows, "ici")
        if row["horizon"] in horizons
    ]
    text = alt.Chart(inline(notes)).mark_text(
        align="right", baseline="bottom", dx=-5, dy=-5, fontSize=11, color=look.ink
    )
    return [text.encode(x="across:Q", y="up:Q", text="text:N")] if notes else []
