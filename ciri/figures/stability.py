"""How often each analyte comes out among the best, when the ranking is made anew on resamples."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import altair as alt

from ciri.figures.axes import keep_known
from ciri.figures.theme import (
    HEIGHT_OF_ROW,
    Figure,
    Theme,
    finish,
    inline,
    message_figure,
    theme_of,
)
from ciri.said import Said

_STATES = ["kept", "not kept"]


def stability_figure(
    rows: list[dict[str, Any]],
    theme: str = "light",
    min_frequency: float | None = None,
    limit: int = 30,
) -> Figure:
    """Selection frequency of each analyte, best first; a letter marks those that are correlated.

    Parameters
    ----------
    rows : list of dict
        feature, frequency (0-1), mean, low, high (loss of C), rank, selected, group (number of the
        correlated group, None for none) (report["importance"]).
    theme : {"light", "dark", "print"}, default "light"
        The ground it is drawn for.
    min_frequency : float or None, default None
        The threshold (0-1), where the rule of selection has one.
    limit : int, default 30
        Rows drawn, at most, but never fewer than are selected.

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
    found = sorted(keep_known(rows, "frequency"), key=lambda row: row["rank"])
    if not found:
        return message_figure(Said("nothing_ranked"), theme)
    if not any(row["frequency"] for row in found):
        return message_figure(Said("none_among_best"), theme)
    shown = max(limit, sum(bool(row["selected"]) for row in found))
    drawn = _mark(found)[:shown]
    title = ["Selection frequency"]
    if min_frequency is None:
        layers = [_bars(drawn, title, look)]
    else:
        title.append(f"(dashed: threshold {min_frequency:.0%})")
        layers = [_bars(drawn, title, look), _threshold(min_frequency, look)]
    if any(row["letter"] for row in drawn):
        layers.append(_letters(drawn, look))
    chart = alt.layer(*layers).properties(
        width="container",
        height=HEIGHT_OF_ROW * max(2, len(drawn)),
        description="Selection frequency of each analyte over resamples, best first",
    )
    return finish(chart, look)


def _mark(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with state, the letter of their correlated group, and whom they could stand in for."""
    members: dict[int | None, list[str]] = defaultdict(list)
    for row in rows:
        if row.get("group") is not None:
            members[row["group"]].append(row["feature"])
    letters = {
        group: _letter(place)
        for place, group in enumerate(group for group, names in members.items() if len(names) > 1)
    }
    return [
        {
            **row,
            "state": _STATES[0] if row["selected"] else _STATES[1],
            "letter": letters.get(row.get("group"), ""),
            "others": ", ".join(
                name for name in members.get(row.get("group"), []) if name != row["feature"]
            )
            or "none",
        }
        for row in rows
    ]


def _letter(place: int) -> str:
    """A, B ... Z, A2, B2 ..."""
    turn, letter = divmod(place, 26)
    return chr(ord("A") + letter) + (str(turn + 1) if turn else "")


def _features(rows: list[dict[str, Any]]) -> Any:
    order = [row["feature"] for row in rows]
    return alt.Y("feature:N", sort=order, title=None, axis=alt.Axis(labelLimit=150))


def _bars(rows: list[dict[str, Any]], title: list[str], look: Theme) -> Any:
    bars = alt.Chart(inline(rows)).mark_bar(height=alt.RelativeBandSize(band=0.62), opacity=0.85)
    return bars.encode(
        y=_features(rows),
        x=alt.X(
            "frequency:Q",
            title=title,
            scale=alt.Scale(domain=[0, 1]),
            axis=alt.Axis(format="%", values=[0, 0.25, 0.5, 0.75, 1], labelOverlap="parity"),
        ),
        color=alt.Color(
            "state:N",
            title=None,
            scale=alt.Scale(domain=_STATES, range=[look.good, look.other]),
        ),
        tooltip=[
            alt.Tooltip("feature:N"),
            alt.Tooltip("rank:Q"),
            alt.Tooltip("frequency:Q", title="among the best in", format=".0%"),
            alt.Tooltip("mean:Q", title="loss of C", format=".4f"),
            alt.Tooltip("low:Q", title="95 % from", format=".4f"),
            alt.Tooltip("high:Q", title="to", format=".4f"),
            alt.Tooltip("others:N", title="correlated with"),
        ],
    )


def _threshold(frequency: float, look: Theme) -> Any:
    rule = alt.Chart(inline([{"frequency": frequency}])).mark_rule(
        color=look.ink, strokeDash=[4, 3]
    )
    return rule.encode(
        x="frequency:Q", tooltip=[alt.Tooltip("frequency:Q", title="threshold", format=".0%")]
    )


def _letters(rows: list[dict[str, Any]], look: Theme) -> Any:
    """Right of the plot, under a heading: analytes with the same letter could stand in."""
    beside = alt.value(alt.ExprRef("width + 8"))
    letters = alt.Chart(inline(rows)).mark_text(align="left", fontSize=11, color=look.faint)
    heading = alt.Chart(inline([{"text": "same letter: correlated, could stand in"}])).mark_text(
        align="right", baseline="bottom", fontSize=11, color=look.faint
    )
    return letters.encode(x=beside, y=_features(rows), text="letter:N") + heading.encode(
        x=alt.value(alt.ExprRef("width + 16")), y=alt.value(-4), text="text:N"
    )
