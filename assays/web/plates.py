"""The list of plates, and one plate: can its values be trusted, and what is barred from models."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from assays.models import Analyte, PlateRun, QualityBar, Well
from assays.quality.replicates import intra_plate_cv
from assays.quality.rules import Limits, out_of_range, recoveries
from assays.sections import plate_sections
from assays.selectors.confounding import confounding_warnings
from assays.selectors.curves import Curves, control_runs, curves_of, recomputed
from assays.selectors.plates import (
    analytes_on,
    barred_plates,
    bars_of,
    plate_map,
    plates_visible_to,
    with_bars,
)
from assays.services.layout import correct_layout
from assays.services.quality import (
    exclude,
    judge_plate,
    lift,
    limits_of,
    plate_frame,
    policy_of,
)
from assays.signals import Consequence
from studies.models import Study
from studies.permissions import Capability
from studies.refusals import Refused
from studies.selectors.access import require
from studies.web.access import study_page

PAGE_SIZE = 50
BY = {
    "value": gettext_lazy("value"),
    "beads": gettext_lazy("bead count"),
    "flag": gettext_lazy("flag"),
    "refit": gettext_lazy("our own curve"),
}
NAMED = 5


def plate_or_404(request: HttpRequest, study: Study, pk: int) -> PlateRun:
    found = (
        plates_visible_to(request.user, study)  # type: ignore[arg-type]
        .select_related("panel", "study", "source")
        .defer("source__preview")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404(_("There is no such plate here, or you may not see it."))
    return found


@require_GET
@study_page(Capability.VIEW_PLATES)
def plates(request: HttpRequest, study: Study) -> HttpResponse:
    """All plates, those with bars marked."""
    found = with_bars(plates_visible_to(request.user, study)).order_by("-acquired_at", "name")  # type: ignore[arg-type]
    q, barred = request.GET.get("q", "")[:60], request.GET.get("barred") == "1"
    if q:
        found = found.filter(name__icontains=q)
    if barred:
        found = found.filter(pk__in=barred_plates(study))
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    query = "&".join(part for part in (f"q={q}" if q else "", "barred=1" if barred else "") if part)
    return render(
        request,
        "assays/plates.html",
        {
            "page": page,
            "q": q,
            "barred": barred,
            "query": query,
            "warnings": confounding_warnings(study) if page.paginator.count else [],
        },
    )


@require_GET
@study_page(Capability.VIEW_PLATES)
def plate(request: HttpRequest, study: Study, pk: int) -> HttpResponse:
    """One plate: verdicts, map of an analyte, standards, what is barred and why."""
    shown = plate_or_404(request, study, pk)
    analytes = list(analytes_on(shown))
    chosen = _chosen(request.GET.get("analyte", ""), analytes)
    by = request.GET.get("by", "value")
    curves = curves_of(shown, chosen) if chosen else None
    controls = control_runs(shown, chosen.analyte_id).to_dict("records") if chosen else []
    bars, policy = list(bars_of(shown)), policy_of(shown)
    standing = [bar for bar in bars if bar.lifted_at is None]
    context = {
        "plate": shown,
        "analytes": analytes,
        "chosen": chosen,
        "by": by if by in BY else "value",
        "ways": BY.items(),
        "map": plate_map(shown, chosen.analyte_id, by, curves.fit, standing) if curves else None,
        "curves": curves,
        "controls": controls,
        "has_guide": any(run["z"] == run["z"] for run in controls),
        "standing": standing,
        "lifted": [bar for bar in bars if bar.lifted_at is not None],
        "policy": policy,
        "analyte_rows": _by_analyte(shown, analytes, standing, limits_of(policy)),
        "standards": _standards(shown, chosen, curves),
        "sections": plate_sections(request, shown),
        "wells": shown.wells.count(),
    }
    return render(request, "assays/plate.html", context)


def _chosen(text: str, analytes: list[Any]) -> Any:
    wanted = next((a for a in analytes if str(a.analyte_id) == text), None)
    return wanted or (analytes[0] if analytes else None)


def _by_analyte(
    shown: PlateRun, analytes: list[Any], standing: list[QualityBar], limits: Limits
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
    barred = {bar.analyte_id for bar in standing if bar.analyte_id and not bar.well_id}
    return [
        {
            "on": one,
            "share": shares.get(one.analyte_id),
            "cv": cvs.get(one.analyte_id),
            "recovered": recovered.loc[one.analyte_id].to_dict()
            if one.analyte_id in recovered.index
            else None,
            "few": int(few.get(one.analyte_id, 0)),
            "barred": one.analyte_id in barred,
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
            "ours": recomputed(m, curves.fit),
            "recovery": 100 * m.value / m.expected if m.value is not None and m.expected else None,
        }
        for m in rows.order_by("well__sample", "well_id")
    ]


def _told(request: HttpRequest, done: str, consequences: list[Consequence]) -> None:
    """One message: what was done, and what was made from the values that have changed."""
    if not consequences:
        messages.success(request, done + " " + _("No dataset, version or score was made from it."))
        return
    counts = {
        kind: sum(c.kind == kind for c in consequences) for kind in ("dataset", "version", "score")
    }
    parts = [
        ngettext("%(n)d dataset", "%(n)d datasets", counts["dataset"]) % {"n": counts["dataset"]},
        ngettext("%(n)d version", "%(n)d versions", counts["version"]) % {"n": counts["version"]},
        ngettext("%(n)d score", "%(n)d scores", counts["score"]) % {"n": counts["score"]},
    ]
    names = "; ".join(c.text for c in consequences[:NAMED])
    more = "" if len(consequences) <= NAMED else " …"
    messages.warning(
        request,
        done
        + " "
        + _("Stale now: %(what)s (%(names)s%(more)s). New scores are asked for.")
        % {"what": ", ".join(parts), "names": names, "more": more},
    )


@require_POST
@study_page(Capability.JUDGE_PLATES)
def exclude_wells(request: HttpRequest, study: Study, pk: int) -> HttpResponse:
    """Bar the chosen wells, or an analyte on the plate, from models."""
    shown = plate_or_404(request, study, pk)
    wells = list(Well.objects.filter(plate_run=shown, pk__in=_keys(request.POST.getlist("well"))))
    analyte = Analyte.objects.filter(pk__in=_keys([request.POST.get("analyte", "")])).first()
    whole = request.POST.get("what") == "analyte"
    try:
        if not wells and not whole:
            raise Refused(_("Choose the wells first."))
        if whole and analyte is None:
            raise Refused(_("Choose an analyte first."))
        bars, consequences = exclude(
            plate_run=shown,
            wells=[] if whole else wells,
            analyte=analyte if whole or request.POST.get("what") == "value" else None,
            reason=request.POST.get("reason", ""),
            by=request.user,  # type: ignore[arg-type]
        )
        done = ngettext("%(n)d exclusion is kept.", "%(n)d exclusions are kept.", len(bars))
        _told(request, done % {"n": len(bars)}, consequences)
    except Refused as error:
        messages.error(request, str(error))
    return _back(study, shown, request)


@require_POST
@study_page(Capability.JUDGE_PLATES)
def lift_bar(request: HttpRequest, study: Study, pk: int) -> HttpResponse:
    """Restore what was excluded, or override a rule."""
    shown = plate_or_404(request, study, pk)
    bar = QualityBar.objects.filter(
        plate_run=shown, pk__in=_keys([request.POST.get("bar", "")])
    ).first()
    try:
        if bar is None:
            raise Refused(_("There is no such bar on this plate."))
        _bars, consequences = lift(bar=bar, reason=request.POST.get("reason", ""), by=request.user)  # type: ignore[arg-type]
        _told(request, _("The bar is lifted."), consequences)
    except Refused as error:
        messages.error(request, str(error))
    return _back(study, shown, request)


@require_POST
@study_page(Capability.JUDGE_PLATES)
def correct_well(request: HttpRequest, study: Study, pk: int) -> HttpResponse:
    """Say whose specimen stood in a well."""
    shown = plate_or_404(request, study, pk)
    well = shown.wells.filter(position=request.POST.get("position", "").strip().upper()).first()
    try:
        if well is None:
            raise Refused(_("The plate has no such well; write its position, such as C4."))
        consequences = correct_layout(
            plate_run=shown,
            well=well,
            label=request.POST.get("label", ""),
            reason=request.POST.get("reason", ""),
            by=request.user,  # type: ignore[arg-type]
        )
        _told(request, _("The layout is corrected."), consequences)
    except Refused as error:
        messages.error(request, str(error))
    return _back(study, shown, request)


@require_POST
@study_page(Capability.JUDGE_PLATES)
def judge_again(request: HttpRequest, study: Study, pk: int) -> HttpResponse:
    """Judge the plate anew by the policy of today."""
    shown = plate_or_404(request, study, pk)
    require(request.user, study, Capability.JUDGE_PLATES)  # type: ignore[arg-type]
    raised = judge_plate(plate_run=shown, by=request.user)  # type: ignore[arg-type]
    done = ngettext("%(n)d new bar.", "%(n)d new bars.", len(raised))
    messages.success(request, _("The plate is judged.") + " " + done % {"n": len(raised)})
    return _back(study, shown, request)


def _keys(texts: list[str]) -> list[int]:
    return [int(text) for text in texts if text.isdecimal() and len(text) < 19]


def _back(study: Study, shown: PlateRun, request: HttpRequest) -> HttpResponse:
    answer = redirect("assays:plate", study.code, shown.pk)
    analyte = request.POST.get("shown", "")
    if analyte.isdecimal():
        answer["Location"] += f"?analyte={analyte}"
    return answer
