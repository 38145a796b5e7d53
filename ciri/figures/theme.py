"""One look for every figure: colour-blind safe, on transparent ground, light, dark or printed."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, replace
from typing import Any

import altair as alt

from ciri.errors import Refused
from ciri.said import say

Figure = dict[str, Any]

HEIGHT_OF_ROW = 20
_LINE = 20  # pixels of a line of a message
FONT = "system-ui, 'Segoe UI', 'Noto Sans', 'Noto Sans JP', sans-serif"


@dataclass(frozen=True)
class Theme:
    """Colours of one ground. Hues are Okabe & Ito's (2008), lightened on dark ground.

    good, middle, poor: prognosis groups, or whatever else comes in two or three kinds; a figure tells
    them apart by dash, shape or place as well. series: kinds without an order (sites, controls). levels: from
    low to high, in hue and in lightness both, so that they are told apart without either. excluded: what is
    shown and does not count.
    """

    ink: str
    faint: str
    rule: str
    good: str
    middle: str
    poor: str
    other: str
    excluded: str
    series: tuple[str, ...]
    levels: tuple[str, str, str]
    ground: str | None = None


_LIGHT = Theme(
    ink="#1f2933",
    faint="#5b6770",
    rule="#d5dae0",
    good="#0072b2",
    middle="#008a64",
    poor="#d55e00",
    other="#8a939c",
    excluded="#b3261e",
    series=("#0072b2", "#009e73", "#e69f00", "#cc79a7", "#56b4e9", "#d55e00"),
    levels=("#56b4e9", "#c4689b", "#a33c00"),
)
THEMES = {
    "light": _LIGHT,
    "dark": Theme(
        ink="#e8ecf0",
        faint="#a9b4be",
        rule="#3d4852",
        good="#56b4e9",
        middle="#8fe0bd",
        poor="#f0893a",
        other="#8a96a1",
        excluded="#ff8a80",
        series=("#56b4e9", "#2fc59a", "#f0b63a", "#e29ac3", "#9bd3f5", "#f0893a"),
        levels=("#3f86cc", "#cc79a7", "#ffbe73"),
    ),
    "print": replace(
        _LIGHT, ink="#000000", faint="#333333", rule="#cccccc", other="#808080", ground="#ffffff"
    ),
}


def theme_of(name: str) -> Theme:
    """The theme of a name. ValueError for a name that is not in THEMES."""
    if name not in THEMES:
        raise Refused(
            "unknown_theme",
            "There is no theme %(name)s; choose one of %(themes)s.",
            name=repr(name),
            themes=", ".join(THEMES),
        )
    return THEMES[name]


def finish(chart: Any, theme: Theme) -> Figure:
    """The Vega-Lite specification of a chart, dressed in a theme."""
    axis = {
        "labelColor": theme.faint,
        "titleColor": theme.ink,
        "gridColor": theme.rule,
        "domainColor": theme.faint,
        "tickColor": theme.faint,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "titlePadding": 8,
        "labelLimit": 220,
    }
    legend = {
        "labelColor": theme.ink,
        "titleColor": theme.ink,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "orient": "top",
        "symbolStrokeWidth": 2,
    }
    header = {"labelColor": theme.ink, "titleColor": theme.ink, "labelFontSize": 12}
    config = {
        "font": FONT,
        "view": {"stroke": None},
        "axis": axis,
        "legend": legend,
        "header": header,
        "text": {"color": theme.ink, "fontSize": 12},
        "title": {"color": theme.ink, "subtitleColor": theme.faint, "anchor": "start"},
    }
    spec: Figure = chart.to_dict()
    spec["config"] = config
    spec["background"] = theme.ground or "transparent"
    return spec


def message_figure(text: str, theme: str = "light") -> Figure:
    """A sentence where a picture cannot be drawn.

    Parameters
    ----------
    text : str
        The sentence.
    theme : {"light", "dark", "print"}, default "light"
        The ground it is drawn for.

    Returns
    -------
    dict
        A Vega-Lite specification.

    Raises
    ------
    ValueError
        For an unknown theme.
    """
    said = say(text)
    lines = textwrap.wrap(said, 42)  # as many letters as a phone has room for
    height = max(120, 40 + _LINE * len(lines))
    chart = (
        alt.Chart(alt.InlineData([{"text": lines}]))
        .mark_text(align="center", baseline="middle", fontSize=14, lineHeight=_LINE)
        .encode(text="text:N", y=alt.value((height - _LINE * (len(lines) - 1)) / 2))
        .properties(width="container", height=height, description=said)
    )
    return finish(chart, theme_of(theme))


def inline(rows: list[dict[str, Any]]) -> alt.InlineData:
    """Rows inside the specification, so that drawing asks for nothing else."""
    return alt.InlineData(values=rows)
