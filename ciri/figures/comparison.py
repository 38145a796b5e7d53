"""Figure 3: two models on the same patients."""

from __future__ import annotations

from typing import Any

import altair as alt

from ciri.figures.theme import Figure, Theme, finish, inline, message_figure, theme_of
from ciri.said import Said

Rows = list[dict[str, Any]]


def comparison_figure(
    tables: dict[str, Rows], names: tuple[str, str], theme: str = "light"
) -> Figure:
    """C-index with intervals of both models, and every patient's two percentile scores.

    Parameters
    ----------
    tables : dict
        What `ciri.training.tables.comparison_tables` gives for `names`.
    names : tuple of str
        The two models.
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
    if not tables["performance"] or not tables["scores"]:
        none = Said("none_in_common", first=names[0], second=names[1])
        return message_figure(none, theme)
    chart = alt.vconcat(
        _performance(tables["performance"], names, look), _scores(tables, names, look)
    )
    chart = chart.properties(
        spacing=28,
        description=f"{names[0]} against {names[1]}: C-index, and scores of each patient",
    )
    return finish(chart.resolve_scale(color="independent", shape="independent"), look)


def _performance(rows: Rows, names: tuple[str, str], look: Theme) -> Any:
    base = alt.Chart(inline(rows)).encode(
        y=alt.Y("basis:N", title=None, sort=["out-of-bag", "validation"]),
        yOffset=alt.YOffset("model:N", sort=list(names)),
        color=alt.Color(
            "model:N",
            title=None,
            scale=alt.Scale(domain=list(names), range=[look.good, look.poor]),
        ),
        tooltip=[
            alt.Tooltip("model:N"),
            alt.Tooltip("basis:N"),
            alt.Tooltip("c:Q", title="C-index", format=".3f"),
            alt.Tooltip("low:Q", title="95 % from", format=".3f"),
            alt.Tooltip("high:Q", title="to", format=".3f"),
            alt.Tooltip("n:Q", title="patients"),
            alt.Tooltip("events:Q"),
        ],
    )
    low = min(0.5, *(row["low"] for row in rows))
    high = max(0.8, *(row["high"] for row in rows))
    x = alt.X(
        "c:Q",
        title="C-index with 95 % interval",
        scale=alt.Scale(domain=[low, high], nice=True, zero=False),
    )
    intervals = base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q"), x2="high:Q")
    points = base.mark_point(filled=True, size=90, opacity=1).encode(
        x=x, shape=alt.Shape("model:N", title=None, scale=alt.Scale(domain=list(names)))
    )
    values = base.mark_text(dy=-11, fontSize=11).encode(x=x, text=alt.Text("c:Q", format=".3f"))
    return (intervals + points + values).properties(width=480, height=150)


def _scores(tables: dict[str, Rows], names: tuple[str, str], look: Theme) -> Any:
    rows = [{**row, "groups": _groups(row)} for row in tables["scores"]]
    domain = ["both good", "both poor", "groups differ"]
    tooltip = [
        alt.Tooltip("subject:N"),
        alt.Tooltip("percentile_a:Q", title=names[0], format=".0f"),
        alt.Tooltip("percentile_b:Q", title=names[1], format=".0f"),
        alt.Tooltip("group_a:N", title=f"group by {names[0]}"),
        alt.Tooltip("group_b:N", title=f"group by {names[1]}"),
        alt.Tooltip("role:N"),
    ]
    scale = alt.Scale(domain=[0, 100])
    agree = sum(bool(row["agree"]) for row in rows)
    return (
        alt.Chart(inline(rows))
        .mark_point(filled=True, size=42, opacity=0.8)
        .encode(
            x=alt.X("percentile_a:Q", title=f"Percentile score, {names[0]}", scale=scale),
            y=alt.Y("percentile_b:Q", title=f"Percentile score, {names[1]}", scale=scale),
            color=alt.Color(
                "groups:N",
                title=None,
                scale=alt.Scale(domain=domain, range=[look.good, look.poor, look.ink]),
            ),
            shape=alt.Shape(
                "groups:N",
                title=None,
                scale=alt.Scale(domain=domain, range=["circle", "circle", "diamond"]),
            ),
            tooltip=tooltip,
        )
        .properties(
            width=480,
            height=360,
            title=alt.TitleParams(
                f"Same group for {agree} of {len(rows)} patients", fontSize=13, fontWeight="normal"
            ),
        )
    )


def _groups(row: dict[str, Any]) -> str:
    return f"both {row['group_a']}" if row["agree"] else "groups differ"
