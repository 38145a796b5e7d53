"""Charts of a plate's page, as Vega-Lite specifications."""

import json
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
from django.http import Http404, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assays.quality.verdict import derive_accepted
from assays.selectors.controls import control_runs
from assays.selectors.curves import Curves, curves_of
from assays.selectors.judged import limits_of, policy_of
from assays.selectors.plates import analytes_on
from assays.web.plates import plate_or_404
from ciri.figures.theme import THEMES, Figure, Theme, finish, inline
from studies.models import Study
from studies.permissions import Capability
from studies.web.access import study_page
from studies.web.requests import StudyRequest

POINTS = 120


@require_safe
@study_page(Capability.VIEW_PLATES)
def chart(request: StudyRequest, study: Study, pk: int, analyte: int, name: str) -> HttpResponse:
    """The standard curve or the control chart of an analyte on a plate."""
    plate = plate_or_404(request, study, pk)
    on_plate = analytes_on(plate).filter(analyte=analyte).first()
    theme = request.GET.get("theme", "light")
    if on_plate is None or theme not in THEMES:
        raise Http404
    if name == "curve":
        accepted = derive_accepted(limits_of(policy_of(plate)))
        curves = curves_of(plate, on_plate, accepted)
        return JsonResponse(curve_chart(curves, on_plate.unit, THEMES[theme]))
    if name == "controls":
        limit = policy_of(plate).max_inter_cv
        return JsonResponse(
            control_figure(control_runs(plate, analyte), limit, plate.pk, THEMES[theme])
        )
    raise Http404


def _rows(frame: pd.DataFrame) -> alt.InlineData:
    records: list[dict[str, Any]] = [
        {str(k): v for k, v in row.items()} for row in frame.to_dict("records")
    ]
    return inline(records)


def _style(drawn: Any, theme: Theme) -> Figure:
    return finish(drawn.properties(width="container", height=260), theme)


def curve_chart(curves: Curves, unit: str, theme: Theme) -> Figure:
    """Standards as points, our fit and the vendor's curve as lines; both axes logarithmic."""
    points = curves.standards.query("expected > 0 and fluorescence > 0")
    lines = []
    if len(points):
        x = np.geomspace(points["expected"].min() / 2, points["expected"].max() * 2, POINTS)
        for name, curve in (
            (_("our fit"), curves.fit.curve),
            (_("the vendor's curve"), curves.vendor),
        ):
            if curve is not None:
                frame = pd.DataFrame({"expected": x, "fluorescence": curve.fluorescence(x)})
                lines.append(frame[frame["fluorescence"] > 0].assign(curve=name))
    drawn = pd.concat(lines, ignore_index=True) if lines else pd.DataFrame(columns=["curve"])
    title = _("concentration (%(unit)s)") % {"unit": unit} if unit else _("concentration")
    where = alt.X("expected:Q", scale=alt.Scale(type="log"), title=title, axis=alt.Axis(grid=False))
    height = alt.Y("fluorescence:Q", scale=alt.Scale(type="log"), title=_("fluorescence"))
    of_lines = (
        alt.Chart(_rows(drawn))
        .mark_line(strokeWidth=2)
        .encode(
            x=where,
            y=height,
            color=alt.Color(
                "curve:N",
                title=None,
                scale=alt.Scale(range=theme.series[:2]),
                legend=alt.Legend(orient="top"),
            ),
            strokeDash=alt.StrokeDash("curve:N", title=None, legend=alt.Legend(orient="top")),
        )
    )
    of_points = (
        alt.Chart(_rows(points))
        .mark_point(filled=True, size=50, color=theme.ink)
        .encode(x=where, y=height, tooltip=["expected:Q", "fluorescence:Q"])
    )
    return _style(of_lines + of_points, theme)


def control_figure(runs: pd.DataFrame, limit: float, here: int, theme: Theme) -> Figure:
    """Levey-Jennings: each control's distance from its target over the plates, with the limit by which plates
    are judged. The plate that is off is marked, and this plate (its key: here) named in bold."""
    columns = ["control", "plate", "key", "distance", "z", "rule", "excluded"]
    known = runs[columns] if len(runs) else pd.DataFrame(columns=columns)
    known = known.assign(
        state=np.where(known["excluded"] != "", _("excluded"), _("in use")),
        said=np.where(known["excluded"] != "", known["excluded"], known["rule"]),
        z=known["z"].astype(object).where(known["z"].notna(), None),
    )
    limits = pd.DataFrame({"distance": [-limit, 0.0, limit]})
    rules = (
        alt.Chart(_rows(limits))
        .mark_rule(color=theme.faint, strokeDash=[4, 3])
        .encode(y="distance:Q")
    )
    order = list(dict.fromkeys(known["plate"]))
    shown = {row["plate"] for row in known.to_dict("records") if row["key"] == here}
    bold = " || ".join(f"datum.value === {json.dumps(name)}" for name in sorted(shown)) or "false"
    axis = alt.Axis(
        labelFontWeight=alt.condition(bold, alt.value("bold"), alt.value("normal")),
        labelLimit=120,
    )
    base = alt.Chart(_rows(known)).encode(
        x=alt.X("plate:N", sort=order, title=_("plate"), axis=axis),
        y=alt.Y("distance:Q", title=_("% from the target")),
        color=alt.Color(
            "control:N",
            title=None,
            scale=alt.Scale(range=theme.series),
            legend=alt.Legend(orient="top"),
        ),
        tooltip=[
            *(
                "control:N",
                "plate:N",
                alt.Tooltip("distance:Q", format="+.1f", title=_("% from target")),
            ),
            *(
                alt.Tooltip("z:Q", format=".2f", title=_("SD")),
                alt.Tooltip("rule:N", title="Westgard"),
            ),
            *("state:N", alt.Tooltip("said:N", title=_("why"))),
        ],
    )
    lines = rules + base.mark_line() + base.mark_point(filled=True, size=50)
    return _style(_with_marks(lines, known, order, theme), theme)


def _with_marks(layers: Any, known: pd.DataFrame, order: list[str], theme: Theme) -> Any:
    """A cross over plates that are excluded, and the rule of Westgard over those that break one."""
    off = known[known["excluded"] != ""]
    if len(off):  # a layer without rows has no extent, which the page's console complains of
        marked = alt.Chart(_rows(off)).encode(x=alt.X("plate:N", sort=order), y="distance:Q")
        layers += marked.mark_point(
            shape="cross", angle=45, filled=True, size=160, color=theme.excluded
        )
        layers += marked.mark_text(
            dy=-14, color=theme.excluded, fontWeight="bold", text=_("excluded")
        )
    broken = known[(known["rule"] != "") & (known["excluded"] == "")]
    if len(broken):
        layers += (
            alt.Chart(_rows(broken))
            .mark_text(dy=-12, color=theme.ink)
            .encode(x=alt.X("plate:N", sort=order), y="distance:Q", text="rule:N")
        )
    return layers
