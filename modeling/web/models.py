"""The list of models, a model's page, its specification form, and asking for a training."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ciri import TEMPLATES, parse_specification, template
from modeling.models import PrognosticModel
from modeling.presentation.specifications import describe_specification
from modeling.selectors.models import (
    HEAVY,
    current_specification,
    latest_run,
    with_champions,
    with_nested,
)
from modeling.selectors.visits import read_specification
from modeling.services.models import define_model
from modeling.services.schedule import how_due
from modeling.services.training import request_training
from modeling.web.forms import SpecificationForm
from modeling.web.performance import headline
from studies.models import Study
from studies.permissions import Capability
from studies.refusals import Refused
from studies.web.access import study_page
from studies.web.requests import StudyRequest
from tabular.checked_yaml import write_yaml


def model_or_404(study: Study, name: str) -> PrognosticModel:
    """The model of this name in a study that the person may read."""
    model = study.models.filter(name=name).first()
    if model is None:
        raise Http404(_("This study has no model of that name."))
    return model


@require_safe
@study_page(Capability.VIEW_MODELS)
def model_list(request: StudyRequest, study: Study) -> HttpResponse:
    rows = []
    for model in with_champions(PrognosticModel.objects.filter(study=study)):
        champion = model.champions[0] if model.champions else None
        rows.append(
            {
                "model": model,
                "champion": champion,
                "headline": headline(champion) if champion else None,
                "run": latest_run(model),
                "due": how_due(model),
            }
        )
    return render(request, "modeling/models.html", {"rows": rows, "templates": TEMPLATES})


@require_safe
@study_page(Capability.VIEW_MODELS)
def model_page(request: StudyRequest, study: Study, name: str) -> HttpResponse:
    model = model_or_404(study, name)
    stated = current_specification(model)
    versions = list(
        with_nested(model.versions.all())
        .select_related("dataset", "specification")
        .defer(*HEAVY, "dataset__content")
    )
    return render(
        request,
        "modeling/model.html",
        {
            "model": model,
            "stated": stated,
            "paragraph": describe_specification(stated),
            "versions": [(version, headline(version)) for version in versions],
            "run": latest_run(model),
            "due": how_due(model),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@study_page(Capability.DEFINE_MODELS)
def new_model(request: StudyRequest, study: Study, name: str | None = None) -> HttpResponse:
    """A new model, or the next specification of one that is there."""
    model = model_or_404(study, name) if name else None
    form = SpecificationForm(request.POST or None, initial=_starting_point(request, model))
    if request.method == "POST" and form.is_valid():
        try:
            stated = define_model(
                study=study,
                name=model.name if model else form.cleaned_data["name"],
                body=form.cleaned_data["specification"],
                by=request.user,
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The specification is kept. Train the model to use it."))
            return redirect("modeling:model", code=study.code, name=stated.model.name)
    return render(
        request,
        "modeling/specify.html",
        {"form": form, "model": model, "templates": TEMPLATES},
        status=400 if form.errors else 200,
    )


def _starting_point(request: StudyRequest, model: PrognosticModel | None) -> dict[str, Any]:
    """The text that the form opens with: what stands, or a shipped template."""
    if model is not None:
        body = read_specification(current_specification(model)).to_dict()
        return {"name": model.name, "specification": write_yaml(body)}
    chosen = request.GET.get("template", "preCIRI14")
    if chosen not in TEMPLATES:
        chosen = "preCIRI14"
    body = parse_specification(template(chosen)).to_dict()  # every key written out
    return {"name": chosen, "specification": write_yaml(body)}


@require_POST
@study_page(Capability.TRAIN)
def train(request: StudyRequest, study: Study, name: str) -> HttpResponse:
    model = model_or_404(study, name)
    try:
        run = request_training(model=model, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            ngettext(
                "A training on %(n)s patient is asked for. You may leave this page.",
                "A training on %(n)s patients is asked for. You may leave this page.",
                run.dataset.training_patients,
            )
            % {"n": run.dataset.training_patients},
        )
    return redirect("modeling:model", code=study.code, name=model.name)


@require_safe
@study_page(Capability.VIEW_MODELS)
def progress(request: StudyRequest, study: Study, name: str) -> HttpResponse:
    """The progress of the newest run, for the page to ask again every second while it lasts."""
    model = model_or_404(study, name)
    run = latest_run(model)
    response = render(request, "modeling/_progress.html", {"model": model, "run": run})
    if run is not None and run.job is not None and not run.job.is_active:
        response["HX-Refresh"] = "true"
    return response
