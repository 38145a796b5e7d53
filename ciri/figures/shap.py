"""Why a score: one patient's way from the average to the score, and the cohort's contributions."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import altair as alt

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

_SIDES = ("raises risk", "lowers risk")
_LABEL = 150  # pixels that a feature's name may take, so that a phone has room for the bars
_LETTERS = 24  # as many letters
_SWARM_ROW = 28
_BINS = 70  # places along the axis within which points stand side by side
_CALM = 5  # points side by side that fill a row's height, if no place has more
_PATIENTS = 300
_UNIT = "expected deaths"


def waterfall_figure(table: dict[str, Any] | None, theme: str = "light") -> Figure:
    """One patient's contributions, strongest first, from the average score to the patient's.

    Parameters
    ----------
    table : dict or None
        `Explanation.waterfall`: base, score, steps (feature, value, contribution, and, where the value
        should read otherwise than as a number, text), others, rest.
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
    if table is None or table["score"] is None:
        return message_figure(Said("not_explained"), theme)
    if not table["steps"]:
        return message_figure(Said("nothing_moves_this"), theme)
    rows = _steps(table)
    labels = json.dumps([row["label"] for row in rows])
    axis = alt.Axis(labelExpr=f"{labels}[datum.value]", labelLimit=_LABEL + 20, ticks=False)
    base = alt.Chart(inline(rows)).encode(y=alt.Y("place:O", title=None, axis=axis))
    colour = alt.Color(
        "side:N",
        title=None,
        scale=alt.Scale(domain=list(_SIDES), range=[look.poor, look.good]),
    )
    x = alt.X(
        "start:Q",
        title=f"Risk score ({_UNIT})",
        scale=alt.Scale(domain=_domain(rows), nice=False, zero=False),
        axis=alt.Axis(tickCount=4, labelFlush=False),
    )
    bars = (
        base.transform_filter("datum.kind == 'step'")
        .mark_bar(height=alt.RelativeBandSize(band=0.66), opacity=1)
        .encode(x=x, x2="end:Q", color=colour, tooltip=_step_tooltip())
    )
    ends = (
        base.transform_filter("datum.kind != 'step'")
        .mark_tick(thickness=3, size=16, color=look.ink, opacity=1)
        .encode(x=x)
    )
    links = (
        base.transform_filter("datum.kind != 'end'")
        .mark_rule(color=look.faint, strokeDash=[2, 3], strokeWidth=1)
        .encode(x=alt.X("end:Q"), y2="next:O")
    )
    chart = alt.layer(links, bars, ends, *_numbers(base, look)).properties(
        width="container",
        height=HEIGHT_OF_ROW * 1.2 * len(rows),
        padding={"left": 5, "right": 12, "top": 5, "bottom": 5},
        description="Contributions of the features to this patient's score, strongest first",
    )
    return finish(chart, look)


def _steps(table: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows of the waterfall, top to bottom, each from where the one above ended."""
    at = table["base"]
    digits = _digits(max(abs(step["contribution"]) for step in table["steps"]))
    rows = [
        {
            "label": "average patient",
            "kind": "base",
            "start": at,
            "end": at,
            "number": f"{at:.{digits}f}",
        }
    ]
    moves = [(_step_label(step), step["contribution"], step) for step in table["steps"]]
    if table["others"]:
        more = "1 other feature" if table["others"] == 1 else f"{table['others']} other features"
        moves.append((more, table["rest"], {}))
    for label, contribution, step in moves:
        rows.append(
            {
                "label": label,
                "kind": "step",
                "feature": step.get("feature", label),
                "start": at,
                "end": at + contribution,
                "contribution": contribution,
                "side": _SIDES[0] if contribution >= 0 else _SIDES[1],
                "number": f"{contribution:+.{digits}f}".replace("-", "\N{MINUS SIGN}"),
            }
        )
        at += contribution
    score = table["score"]
    rows.append(
        {"label": "this patient", "kind": "end", "start": score, "end": score,
         "number": f"{score:.{digits}f}"}
    )  # fmt: skip
    for place, row in enumerate(rows):
        row |= {"place": place, "next": place + 1, "right": max(row["start"], row["end"])}
    return rows


def _digits(largest: float) -> int:
    """Digits after the point that leave the largest number two or three that mean something."""
    return 1 if largest >= 5 else 2 if largest >= 0.5 else 3


def _step_label(step: dict[str, Any]) -> str:
    """The feature and its value; a long name loses its end, the value never does."""
    value = step.get("text") or value_text(step["value"])
    tail = " unknown" if value == "unknown" else f" = {value}"
    name, room = step["feature"], max(8, _LETTERS - len(tail))
    return (name if len(name) <= room else name[: room - 1] + "…") + tail


def value_text(value: float | None) -> str:
    """A feature's value as it is read: about three significant digits, "unknown" for None."""
    if value is None:
        return "unknown"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _domain(rows: list[dict[str, Any]]) -> list[float]:
    """The axis from the least to the greatest place, and a little more."""
    places = [row[key] for row in rows for key in ("start", "end")]
    low, high = min(places), max(places)
    span = (high - low) or 1.0
    return [low - 0.04 * span, high + 0.02 * span]


def _step_tooltip() -> list[Any]:
    return [
        alt.Tooltip("feature:N"),
        alt.Tooltip("contribution:Q", format="+.2f"),
        alt.Tooltip("start:Q", title="score from", format=".2f"),
        alt.Tooltip("end:Q", title="to", format=".2f"),
    ]


def _numbers(base: Any, look: Theme) -> list[Any]:
    """Each row's number right of its bar, those of the two ends in bold."""
    text = {"align": "left", "baseline": "middle", "dx": 6, "fontSize": 11, "color": look.ink}
    step = base.transform_filter("datum.kind == 'step'").mark_text(**text)
    end = base.transform_filter("datum.kind != 'step'").mark_text(**text, fontWeight="bold")
    return [part.encode(x=alt.X("right:Q"), text="number:N") for part in (step, end)]


def shap_importance_figure(
    rows: list[dict[str, Any]], theme: str = "light", limit: int = 20
) -> Figure:
    """Mean absolute contribution of each feature over a cohort, largest first.

    Parameters
    ----------
    rows : list of dict
        feature, mean_abs (`Explanation.importance`).
    theme : {"light", "dark", "print"}, default "light"
        The ground it is drawn for.
    limit : int, default 20
        Features drawn, at most.

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
    rows = sorted(
        (row for row in rows if row["mean_abs"]), key=lambda row: (-row["mean_abs"], row["feature"])
    )[:limit]
    if not rows:
        return message_figure(Said("nothing_to_rank"), theme)
    base = alt.Chart(inline(rows)).encode(
        x=alt.X("mean_abs:Q", title="Mean absolute contribution", axis=alt.Axis(tickCount=5)),
        y=_feature_axis([row["feature"] for row in rows]),
        tooltip=[
            alt.Tooltip("feature:N"),
            alt.Tooltip("mean_abs:Q", title=_UNIT, format=".2f"),
        ],
    )
    chart = base.mark_bar(height=alt.RelativeBandSize(band=0.62), color=look.good).properties(
        width="container",
        height=HEIGHT_OF_ROW * max(2, len(rows)),
        description="Mean absolute contribution of each feature, largest first",
    )
    return finish(chart, look)


def _feature_axis(features: list[str]) -> Any:
    axis = alt.Axis(labelLimit=_LABEL)
    return alt.Y(
        "feature:N", sort=features, title=None, axis=axis, scale=alt.Scale(domain=features)
    )


def beeswarm_figure(rows: list[dict[str, Any]], theme: str = "light", limit: int = 15) -> Figure:
    """Contributions of the strongest features to every patient's score, a point for each patient.

    Parameters
    ----------
    rows : list of dict
        row (patient), feature, value, contribution (`Explanation.to_frame`). At most 300 patients are
        drawn, evenly spaced in the order of the rows.
    theme : {"light", "dark", "print"}, default "light"
        The ground it is drawn for.
    limit : int, default 15
        Features drawn, at most.

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
    known = [row for row in rows if row["contribution"] is not None]
    patients = list(dict.fromkeys(row["row"] for row in known))
    if len(patients) < 2:
        return message_figure(Said("too_few_explained"), theme)
    features = _strongest(known, limit)
    if not features:
        return message_figure(Said("nothing_moves_any"), theme)
    points = _swarm(known, features, patients)
    layers = [_zero(look), *_points(points, features, theme)]
    chart = alt.layer(*layers).properties(
        width="container",
        height=_SWARM_ROW * max(2, len(features)),
        description=f"Contributions of the features to the scores of {len(patients)} patients",
    )
    return finish(chart, look)


def _strongest(rows: list[dict[str, Any]], limit: int) -> list[str]:
    total: dict[str, float] = defaultdict(float)
    for row in rows:
        total[row["feature"]] += abs(row["contribution"])
    moving = [feature for feature, size in total.items() if size > 0]
    return sorted(moving, key=lambda feature: (-total[feature], feature))[:limit]


def _swarm(
    rows: list[dict[str, Any]], features: list[str], patients: list[Any]
) -> list[dict[str, Any]]:
    """The points to draw: those of the features and of a thinned cohort, each with its place."""
    step = max(1.0, len(patients) / _PATIENTS)
    kept = {patients[int(k * step)] for k in range(min(len(patients), _PATIENTS))}
    shown = [row for row in rows if row["row"] in kept and row["feature"] in features]
    by_feature = {
        feature: [row for row in shown if row["feature"] == feature] for feature in features
    }
    width = (
        max(row["contribution"] for row in shown) - min(row["contribution"] for row in shown)
    ) / _BINS
    offsets = [_offsets([row["contribution"] for row in by_feature[f]], width) for f in features]
    crowd = max(_CALM, max(abs(offset) for found in offsets for offset in found))
    points = []
    for feature, found in zip(features, offsets, strict=True):
        levels = _levels([row["value"] for row in by_feature[feature]])
        for row, offset, level in zip(by_feature[feature], found, levels, strict=True):
            place = {"offset": round(offset / crowd, 3), "level": level}
            contribution = float(f"{row['contribution']:.4g}")
            value = value_text(row["value"])
            points.append({**row, "contribution": contribution, "value": value, **place})
    return points


def _offsets(contributions: list[float], width: float) -> list[int]:
    """Points that would cover each other stand side by side: 0, 1, -1, 2, -2 ... in each bin."""
    met: dict[int, int] = defaultdict(int)
    found = []
    for contribution in contributions:
        place = round(contribution / width) if width > 0 else 0
        count = met[place]
        met[place] += 1
        found.append((count + 1) // 2 * (1 if count % 2 else -1))
    return found


def _levels(values: list[float | None]) -> list[float | None]:
    """Where each value stands among the feature's known ones, 0 to 1, ties in their middle."""
    known = sorted(value for value in values if value is not None)
    first: dict[float, int] = {}
    last: dict[float, int] = {}
    for place, value in enumerate(known):
        first.setdefault(value, place)
        last[value] = place
    most = max(1, len(known) - 1)
    return [
        None if value is None
        else 0.5 if len(first) == 1
        else round((first[value] + last[value]) / 2 / most, 3)
        for value in values
    ]  # fmt: skip


def _zero(look: Theme) -> Any:
    zero = alt.Chart(inline([{"zero": 0}])).mark_rule(color=look.faint)
    return zero.encode(x=alt.X("zero:Q"))


def _points(points: list[dict[str, Any]], features: list[str], theme: str) -> list[Any]:
    """Known values as dots coloured by their rank, unknown ones as grey rings."""
    look = theme_of(theme)
    axis = alt.Axis(tickCount=5, labelFlush=False)
    base = alt.Chart(inline(points)).encode(
        x=alt.X("contribution:Q", title=f"Contribution ({_UNIT})", axis=axis),
        y=_feature_axis(features),
        yOffset=alt.YOffset("offset:Q", scale=alt.Scale(domain=[-1.15, 1.15])),
        tooltip=[
            alt.Tooltip("row:N", title="patient"),
            alt.Tooltip("feature:N"),
            alt.Tooltip("value:N"),
            alt.Tooltip("contribution:Q", format="+.2f"),
        ],
    )
    colour = alt.Color(
        "level:Q",
        title=None,
        scale=alt.Scale(domain=[0, 0.5, 1], range=theme_of(theme).levels, interpolate="rgb"),
        legend=alt.Legend(
            gradientLength=90,
            gradientThickness=10,
            values=[0, 1],
            labelExpr="datum.value ? 'high value' : 'low'",
        ),
    )
    known = base.transform_filter("isValid(datum.level)").mark_circle(size=26, opacity=0.85)
    layers = [known.encode(color=colour)]
    if any(point["level"] is None for point in points):
        unknown = base.transform_filter("!isValid(datum.level)").mark_point(size=22, opacity=1)
        grey = alt.Scale(domain=["unknown"], range=[look.faint])
        layers.append(unknown.encode(stroke=alt.Stroke("value:N", title=None, scale=grey)))
    return layers
