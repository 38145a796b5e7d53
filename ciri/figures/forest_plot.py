"""Hazard ratios between prognosis groups, over strata: does the score tell everywhere?"""

from __future__ import annotations

import textwrap
from typing import Any

import altair as alt

from ciri.figures.axes import keep_known
from ciri.figures.theme import Figure, Theme, finish, inline, message_figure, theme_of
from ciri.figures.words import p_text, ratio_text
from ciri.said import Said, say

_LEFT, _RIGHT = 124, 100  # pixels of the columns beside the plot
_HEADING, _ROW = 26, 36
_LETTERS = 20  # of a name in its column
_LINE = 12  # pixels of a line of small letters
_REASON = (30, 3)  # letters in a line, lines
_TICKS = [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50]
_ESTIMATE = ("hr", "low", "high")
_FARTHEST = 2  # times beyond the outermost estimates: an interval that is longer ends in an arrow

Rows = list[dict[str, Any]]


def forest_plot_figure(
    rows: Rows, theme: str = "light", title: str = "Hazard ratio, poor against good prognosis"
) -> Figure:
    """Hazard ratio and interval in each level of each stratum, squares as large as the events.

    Parameters
    ----------
    rows : list of dict
        stratum ("overall" for all patients, drawn on top), level, n, events, hr, low, high, p, reason (a
        sentence where there is no hazard ratio), and, where known, interaction_p of the stratum
        (`strata_table`).
    theme : {"light", "dark", "print"}, default "light"
        The ground it is drawn for.
    title : str
        Of the axis.

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
    if not rows:
        return message_figure(Said("no_strata"), theme)
    estimated = keep_known(rows, *_ESTIMATE)
    if not estimated:
        reasons = [say(row["reason"]) for row in rows if row.get("reason")]
        return message_figure(" ".join([say(Said("no_hazard_ratio")), *reasons[:1]]), theme)
    placed, height = _place(rows)
    domain = _domain(estimated)
    y = _down("place", height)
    layers = [
        _no_difference(placed, domain, title, look),
        *_estimates(keep_known(placed, *_ESTIMATE), domain, y, title, look),
        *_texts(placed, y, look),
    ]
    chart = alt.layer(*layers).properties(
        width="container",
        height=height,
        padding={"left": 5, "right": 12, "top": 5, "bottom": 5},
        description="Hazard ratios with 95 % intervals over strata",
    )
    return finish(chart, look)


def _is_overall(row: dict[str, Any]) -> bool:
    return bool(row["stratum"] == "overall")


def _place(rows: Rows) -> tuple[Rows, int]:
    """Lines of the figure from top to bottom, each with its middle in pixels; and their height."""
    lines: Rows = [
        {"kind": "row", **row, "name": "All patients"} for row in rows if _is_overall(row)
    ]
    strata = dict.fromkeys(row["stratum"] for row in rows if not _is_overall(row))
    for stratum in strata:
        levels = [row for row in rows if row["stratum"] == stratum]
        p = next((row.get("interaction_p") for row in levels), None)
        lines.append({"kind": "heading", "name": str(stratum), "interaction": p})
        lines += [{"kind": "row", **row, "name": _level(row)} for row in levels]
    top = 0
    for line in lines:
        size = _HEADING if line["kind"] == "heading" else _ROW
        line |= {"top": top, "place": top + size / 2, "foot": top + size}
        top += size
    return lines, top


def _level(row: dict[str, Any]) -> str:
    return "unknown" if row["level"] is None else str(row["level"])


def _domain(rows: Rows) -> list[float]:
    """From the lowest to the highest interval, those that reach too far cut; 0.5 to 2 at least."""
    ratios = [row["hr"] for row in rows]
    low = max(min(row["low"] for row in rows), min(ratios) / _FARTHEST, _TICKS[0])
    high = min(max(row["high"] for row in rows), max(ratios) * _FARTHEST, _TICKS[-1])
    return [min(0.5, low * 0.95), max(2.0, high * 1.05)]


def _no_difference(rows: Rows, domain: list[float], title: str, look: Theme) -> Any:
    """The line of a ratio of 1, interrupted where a reason is written."""
    parts = [
        {"one": 1, "top": row["top"], "foot": row["foot"]}
        for row in rows
        if row["kind"] == "heading" or keep_known([row], *_ESTIMATE)
    ]
    rule = alt.Chart(inline(parts)).mark_rule(color=look.faint)
    return rule.encode(
        x=_ratio("one", domain, title), y=_down("top", rows[-1]["foot"]), y2="foot:Q"
    )


def _down(field: str, height: int) -> Any:
    """Pixels from the top."""
    return alt.Y(f"{field}:Q", axis=None, scale=alt.Scale(domain=[height, 0], nice=False))


def _ratio(field: str, domain: list[float], title: str) -> Any:
    ticks = [tick for tick in _TICKS if domain[0] <= tick <= domain[1]]
    return alt.X(
        f"{field}:Q",
        title=title,
        scale=alt.Scale(type="log", domain=domain, nice=False),
        axis=alt.Axis(
            values=ticks,
            format=".4~g",
            grid=False,
            labelOverlap="greedy",
            labelSeparation=2,
            labelFlush=False,
        ),
    )


def _estimates(rows: Rows, domain: list[float], y: Any, title: str, look: Theme) -> list[Any]:
    """Intervals, an arrow where one goes on, and squares whose area is the number of events."""
    left, right = domain
    drawn = [
        {**row, "from": min(max(row["low"], left), right), "to": min(max(row["high"], left), right)}
        for row in rows
    ]
    ends = [{**row, "end": left} for row in rows if row["low"] < left]
    more = [{**row, "end": right} for row in rows if row["high"] > right]
    inside = [row for row in rows if left <= row["hr"] <= right]
    most = max(row["events"] for row in rows)
    area = alt.Size("events:Q", legend=None, scale=alt.Scale(domain=[0, most], range=[12, 200]))
    solid: dict[str, Any] = {"color": look.good, "opacity": 1}

    def marks(found: Rows) -> Any:
        return alt.Chart(inline(found)).encode(y=y, tooltip=_tooltip())

    arrows = [
        marks(found)
        .mark_point(shape=shape, filled=True, size=60, **solid)
        .encode(x=_ratio("end", domain, title))
        for found, shape in ((ends, "triangle-left"), (more, "triangle-right"))
        if found
    ]
    whiskers = marks(drawn).mark_rule(strokeWidth=1.5, **solid)
    squares = marks(inside).mark_square(**solid)
    return [
        whiskers.encode(x=_ratio("from", domain, title), x2="to:Q"),
        *arrows,
        squares.encode(x=_ratio("hr", domain, title), size=area),
    ]


def _tooltip() -> list[Any]:
    return [
        alt.Tooltip("stratum:N"),
        alt.Tooltip("name:N", title="level"),
        alt.Tooltip("n:Q", title="patients"),
        alt.Tooltip("events:Q"),
        alt.Tooltip("hr:Q", title="hazard ratio", format=".2f"),
        alt.Tooltip("low:Q", title="95 % from", format=".2f"),
        alt.Tooltip("high:Q", title="to", format=".2f"),
        alt.Tooltip("p:Q", format=".3f"),
    ]


def _texts(rows: Rows, y: Any, look: Theme) -> list[Any]:
    """Names and numbers of patients left of the plot; ratios right of it; reasons within."""
    small = {"color": look.faint, "fontSize": 11, "lineHeight": _LINE}
    styles = {"bold": {"color": look.ink, "fontWeight": "bold"}, "ink": {"color": look.ink}}
    right = alt.ExprRef("width + 10")
    columns: dict[str, Any] = {
        "left": {"x": -_LEFT},
        "indented": {"x": 10 - _LEFT},
        "inside": {"x": 6},
        "right": {"x": right},
        "edge": {"x": alt.ExprRef(f"width + {10 + _RIGHT}"), "align": "right"},
    }
    words = [word for row in rows for word in _words(row)]
    words.append(_word("right", "small", -12, "HR (95 %)"))
    layers = []
    for column, style in dict.fromkeys((word["column"], word["style"]) for word in words):
        found = [word for word in words if (word["column"], word["style"]) == (column, style)]
        how = {"align": "left", **columns[column], **styles.get(style, small)}
        mark = alt.Chart(inline(found)).mark_text(baseline="middle", **how)
        layers.append(mark.encode(y=y, text="text:N"))
    return layers


def _word(column: str, style: str, place: float, text: str | list[str]) -> dict[str, Any]:
    return {"column": column, "style": style, "place": place, "text": text}


def _words(row: dict[str, Any]) -> Rows:
    """What is written on a line of the figure, each with its column, style and place."""
    middle, name = row["place"], _short(row["name"], _LETTERS)
    upper, lower = middle - 8, middle + 8
    if row["kind"] == "heading":
        found = [_word("left", "bold", middle, name)]
        if row["interaction"] is not None:
            found.append(
                _word("edge", "small", middle, f"interaction {p_text(row['interaction'])}")
            )
        return found
    column, style = ("left", "bold") if _is_overall(row) else ("indented", "ink")
    found = [
        _word(column, style, upper, name),
        _word(column, "small", lower, f"{row['events']} events of {row['n']}"),
    ]
    if not keep_known([row], *_ESTIMATE):
        reason = _lines_of(say(row.get("reason")))
        middle -= _LINE / 2 * (len(reason) - 1)
        return [*found, _word("inside", "small", middle, reason)]
    if row.get("p") is not None:
        found.append(_word("right", "small", lower, p_text(row["p"])))
    return [*found, _word("right", "ink", upper, ratio_text(row))]


def _lines_of(reason: str) -> list[str]:
    letters, lines = _REASON
    found = textwrap.wrap(reason or say(Said("without_hazard_ratio")), letters)
    if len(found) > lines:
        found = [*found[: lines - 1], _short(" ".join(found[lines - 1 :]), letters)]
    return found


def _short(text: str, letters: int) -> str:
    return text if len(text) <= letters else text[: letters - 1].rstrip() + "…"
