"""The list of plates, and one plate: can its values be trusted, and what is excluded from models."""

import re
from collections import Counter
from typing import Any
from urllib.parse import urlencode

import pandas as pd
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from assays.models import Exclusion, PlateRun, SampleType
from assays.quality.replicates import intra_plate_cv
from assays.quality.rules import Limits, out_of_range, recoveries
from assays.quality.verdict import derive_accepted
from assays.sections import plate_sections
from assays.selectors.confounding import confounding_warnings
from assays.selectors.controls import bridges, control_runs, find_undecided_controls
from assays.selectors.curves import Curves, curves_of, recompute
from assays.selectors.judged import limits_of, plate_frame, policy_of
from assays.selectors.plates import (
    analytes_on,
    excluded_plates,
    exclusions_of,
    plate_map,
    plates_visible_to,
    with_exclusions,
)
from studies.models import Study
from studies.permissions import Capability
from studies.web.access import study_page
from studies.web.filters import filter_chips
from studies.web.requests import StudyRequest

PAGE_SIZE = 50
BY = {
    "value": gettext_lazy("value"),
    "beads": gettext_lazy("bead count"),
    "flag": gettext_lazy("flag"),
    "refit": gettext_lazy("our own curve"),
}


def plate_or_404(request: StudyRequest, study: Study, pk: int) -> PlateRun:
    found = (
        plates_visible_to(request.user, study)
        .select_related("panel", "study", "source", "supersedes")
        .defer("source__preview")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404(_("There is no such plate here, or you may not see it."))
    return found


@require_safe
@study_page(Capability.VIEW_PLATES)
def plates(request: StudyRequest, study: Study) -> HttpResponse:
    """All plates, those with exclusions marked."""
    found = with_exclusions(plates_visible_to(request.user, study)).order_by("-acquired_at", "name")
    q, excluded = request.GET.get("q", "")[:60], request.GET.get("excluded") == "1"
    if q:
        found = found.filter(name__icontains=q)
    if excluded:
        found = found.filter(pk__in=excluded_plates(study))
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    asked = ({"q": q} if q else {}) | ({"excluded": "1"} if excluded else {})
    return render(
        request,
        "assays/plates.html",
        {
            "page": page,
            "asked": asked,
            "query": urlencode(asked),
            "filters": filter_chips(asked, [("excluded", [("1", _("with exclusions"))])]),
            "warnings": confounding_warnings(study) if page.paginator.count else [],
        },
    )


@require_safe
@study_page(Capability.VIEW_PLATES)
def plate(request: StudyRequest, study: Study, pk: int) -> HttpResponse:
    """One plate: verdicts, map of an analyte, standards, what is excluded and why."""
    shown = plate_or_404(request, study, pk)
    return plate_page(request, shown, analyte=request.GET.get("analyte", ""))


def plate_page(
    request: StudyRequest,
    shown: PlateRun,
    *,
    analyte: str = "",
    status: int = 200,
    more: dict[str, Any] | None = None,
) -> HttpResponse:
    """The page of a plate. more: where a form was refused: `sent` (its name and fields), `ticked` (keys of
    wells) and `refusal`."""
    analytes = list(analytes_on(shown))
    chosen = _choose(analyte, analytes)
    by = request.GET.get("by", "value")
    policy = policy_of(shown)
    accepted = derive_accepted(limits_of(policy))
    curves = curves_of(shown, chosen, accepted) if chosen else None
    runs = control_runs(shown, chosen.analyte_id) if chosen else pd.DataFrame()
    bridged = bridges(shown, chosen.analyte_id).to_dict("records") if chosen else []
    exclusions = list(exclusions_of(shown))
    standing = [exclusion for exclusion in exclusions if exclusion.lifted_at is None]
    mapped = None
    if chosen and curves:
        mapped = plate_map(shown, chosen.analyte_id, by, curves.refit, standing)
    context = {
        "plate": shown,
        "analytes": analytes,
        "chosen": chosen,
        "by": by if by in BY else "value",
        "ways": BY.items(),
        "well_kinds": SampleType.choices,
        "map": mapped,
        "curves": curves,
        "controls": runs.to_dict("records"),
        "bridges": bridged,
        "undecided": find_undecided_controls(shown, runs, policy.max_inter_cv),
        "standing": standing,
        "lifted": [exclusion for exclusion in exclusions if exclusion.lifted_at is not None],
        "policy": policy,
        "analyte_rows": _by_analyte(shown, analytes, standing, limits_of(policy)),
        "standards": _standards(shown, chosen, curves),
        "sections": plate_sections.of(request, shown),
        "wells": mapped.wells if mapped else shown.wells.count(),
        "kinds": _kinds(standing),
    }
    return render(request, "assays/plate.html", context | (more or {}), status=status)


def _kinds(standing: list[Exclusion]) -> list[dict[str, Any]]:
    """Rules by which several exclusions stand, with how many: they can be lifted in one act."""
    counts = Counter((exclusion.rule, exclusion.get_rule_display()) for exclusion in standing)
    return [
        {"rule": rule, "label": label, "n": n}
        for (rule, label), n in counts.items()
        if n > 1 and rule != Exclusion.Rule.SUPERSEDED
    ]


def in_order(name: str) -> list[tuple[int, str]]:
    """For sorting names as people count: Standard2 before Standard10."""
    parts = re.split(r"(\d+)", name)
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def _choose(text: str, analytes: list[Any]) -> Any:
    wanted = next((a for a in analytes if str(a.analyte_id) == text), None)
    return wanted or (analytes[0] if analytes else None)


def _by_analyte(
    shown: PlateRun, analytes: list[Any], standing: list[Exclusion], limits: Limits
) -> list[dict[str, Any]]:
    """Share out of range, median CV of repeats and standards recovered, for each analyte."""
    frame = plate_frame(shown)
    if frame.empty:
        return []
    samples = frame[frame["sample_type"] == "sample"]
    shares = out_of_range(samples)
    cvs = (
        intra_plate_cv(samples, is_log2=shown.panel.scale == "npx")
        .groupby("analyte")["cv"]
        .median()
    )
    levels = recoveries(frame)
    good = levels["recovery"].between(limits.recovery_low, limits.recovery_high)
    recovered = levels.assign(good=good).groupby("analyte")["good"].agg(["sum", "count"])
    few = samples[samples["bead_count"] < limits.recommended_bead_count].groupby("analyte").size()
    excluded = {
        exclusion.analyte_id
        for exclusion in standing
        if exclusion.analyte_id and not exclusion.well_id
    }
    return [
        {
            "on": one,
            "share": shares.get(one.analyte_id),
            "cv": cvs.get(one.analyte_id),
            "recovered": recovered.loc[one.analyte_id].to_dict()
            if one.analyte_id in recovered.index
            else None,
            "few": int(few.get(one.analyte_id, 0)),
            "excluded": one.analyte_id in excluded,
        }
        for one in analytes
    ]


def _standards(shown: PlateRun, chosen: Any, curves: Curves | None) -> list[dict[str, Any]]:
    if curves is None:
        return []
    rows = shown.measurements.filter(
        analyte=chosen.analyte_id, well__sample_type__in=["standard", "control"]
    ).select_related("well")
    return [
        {
            "m": m,
            "ours": recompute(m, curves.refit),
            "recovery": 100 * m.value / m.expected if m.value is not None and m.expected else None,
        }
        for m in sorted(rows, key=lambda m: (in_order(m.well.sample if m.well else ""), m.well_id))
    ]
