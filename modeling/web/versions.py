"""A version's page: how good it is, figures in parts, what it was made from, and the decision."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ciri import parse_specification
from modeling.models import ModelVersion
from modeling.presentation import provenance
from modeling.presentation.cautions import say_cautions
from modeling.presentation.parts import PARTS
from modeling.presentation.specifications import describe_specification
from modeling.presentation.tables import contributions_by_feature
from modeling.sections import dataset_sections
from modeling.selectors.comparisons import comparable_versions
from modeling.selectors.models import why_not_cross_validated, with_nested
from modeling.services.promotion import promote_version, reject_version
from modeling.web.forms import DecisionForm
from modeling.web.models import model_or_404
from modeling.web.performance import headline
from studies.models import Study
from studies.permissions import Capability
from studies.refusals import Refused
from studies.web.access import study_page
from studies.web.requests import StudyRequest

STALE_SHOWN = 5


def version_or_404(study: Study, name: str, number: int) -> Any:
    """A version of a model of the study, without its stored content."""
    found = (
        with_nested(model_or_404(study, name).versions.all())
        .select_related("model", "dataset", "specification", "decided_by")
        .defer("content", "dataset__content")
        .filter(number=number)
        .first()
    )
    if found is None:
        raise Http404(_("This model has no version of that number."))
    found.model.study = study
    return found


@require_safe
@study_page(Capability.VIEW_MODELS)
def version(request: StudyRequest, study: Study, name: str, number: int) -> HttpResponse:
    return _show(request, version_or_404(study, name, number))


def _refuse(request: StudyRequest, shown: Any, why: str) -> HttpResponse:
    """A version's page with why a decision was refused, and its reason as it was typed."""
    messages.error(request, why)
    return _show(request, shown, status=422)


def _show(request: StudyRequest, shown: Any, status: int = 200) -> HttpResponse:
    key = request.GET.get("part", "figures")
    if key not in PARTS:
        raise Http404(_("A version's page has no part of that name."))
    part = PARTS[key]
    return render(
        request,
        "modeling/version.html",
        {
            "version": shown,
            "stale": shown.stale_marks.filter(patient__isnull=True)[:STALE_SHOWN],
            **_show_cross_validation(shown),
            "said": say_cautions(shown),
            "paragraph": describe_specification(shown.specification),
            "parts": PARTS.items(),
            "part": key,
            "part_title": part.title,
            "figures": [(k, d.title, d.table(shown)) for k, d in part.drawings.items()],
            "sentences": part.sentences(shown),
            "tables": [(title, table) for title, table in part.tables(shown) if table.rows],
            "feature": _choose_feature(request, shown) if key == "why" else None,
            "dependence_patients": provenance.dataset(shown),
            "others": comparable_versions(shown),
            "on_dataset": dataset_sections.of(request, shown),
            "left_out": provenance.count_left_out(shown),
            "run": shown.runs.select_related("job", "requested_by").order_by("id").first(),
            "reproductions": shown.runs.count() - 1,
            "scored": shown.scores.count(),
            "can_be_promoted": ModelVersion.Status.CHAMPION
            in ModelVersion.TRANSITIONS[ModelVersion.Status(shown.status)],
            "can_be_rejected": ModelVersion.Status.REJECTED
            in ModelVersion.TRANSITIONS[ModelVersion.Status(shown.status)],
            "reason": request.POST.get("reason", ""),
        },
        status=status,
    )


def _choose_feature(request: StudyRequest, version: ModelVersion) -> str:
    """The feature whose partial dependence is drawn: the asked one, else the strongest."""
    asked = request.GET.get("feature", "")
    if asked in version.features:
        return asked
    ranked = contributions_by_feature(version.report.get("explanation") or [])
    return str(ranked[0]["feature"]) if ranked else str(version.features[0])


def _show_cross_validation(version: Any) -> dict[str, Any]:
    """The headline figures, and why the nested one is missing where it will not come."""
    rules = parse_specification(version.specification.body).cross_validation
    return {
        "headline": headline(version),
        "cross_validation": rules,
        "why_not": why_not_cross_validated(version),
    }


@require_safe
@study_page(Capability.VIEW_MODELS)
def cross_validation(request: StudyRequest, study: Study, name: str, number: int) -> HttpResponse:
    """How far the nested cross-validation is, for the page to ask again while it lasts."""
    shown = version_or_404(study, name, number)
    context = {"version": shown, **_show_cross_validation(shown)}
    response = render(request, "modeling/_nested.html", context)
    if context["headline"].nested is not None:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@study_page(Capability.PROMOTE)
def decide(request: StudyRequest, study: Study, name: str, number: int) -> HttpResponse:
    """Sign a version into use, or reject it."""
    shown = version_or_404(study, name, number)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _refuse(
            request, shown, _("Give a reason for the decision: it is kept in the trail.")
        )
    act = promote_version if form.cleaned_data["decision"] == "promote" else reject_version
    try:
        act(version=shown, by=request.user, reason=form.cleaned_data["reason"])
    except Refused as error:
        return _refuse(request, version_or_404(study, name, number), str(error))
    messages.success(request, _("The decision is kept."))
    return redirect("modeling:version", code=study.code, name=name, number=number)
