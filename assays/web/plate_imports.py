"""The answers to the names that a plate file's preview asks about."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from assays.imports.plate_names import questions_of
from assays.selectors.catalogue import catalogue_choices
from assays.services.naming import Answer, NameChoice, name_analytes
from assays.services.rerun import let_supersede
from studies.models import ImportBatch, Study
from studies.permissions import Capability
from studies.refusals import Refused
from studies.web.access import study_page
from studies.web.imports import previewed, visible_batch

FIELDS = ("answer", "analyte", "symbol", "full_name", "uniprot")


@require_http_methods(["GET", "HEAD", "POST"])
@study_page(Capability.IMPORT_ASSAYS)
def name_plate_analytes(request: HttpRequest, study: Study, pk: int) -> HttpResponse:
    """Take the answers, remember them, and show the preview made anew."""
    batch = visible_batch(request, study, pk)
    questions = questions_of(batch.preview)
    if not questions or batch.state != ImportBatch.State.REFUSED:
        return redirect("studies:import", study.code, batch.pk)
    choices = [_choice(request, place, one) for place, one in enumerate(questions)]
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            again = name_analytes(batch=batch, choices=choices, by=request.user)  # type: ignore[arg-type]
            previewed(again, request.user)  # type: ignore[arg-type]
            messages.success(request, _("The names are remembered; this is the preview made anew."))
            return redirect("studies:import", study.code, again.pk)
        except Refused as error:
            errors = {str(name): told for name, told in error.errors.items()}
    asked = [
        {**one, "choice": choice, "errors": errors.get(one["name"], [])}
        for one, choice in zip(questions, choices, strict=True)
    ]
    others = [text for name, told in errors.items() for text in told if name == "__all__"]
    context = {
        "batch": batch,
        "questions": asked,
        "catalogue": catalogue_choices(),
        "errors": others,
        "may_commit": True,
    }
    return render(request, "assays/plate_import_names.html", context, status=422 if errors else 200)


@require_POST
@study_page(Capability.IMPORT_ASSAYS)
def supersede_plate(request: HttpRequest, study: Study, pk: int) -> HttpResponse:
    """Say that the file is a new export of a run that is here, and show the preview made anew."""
    batch = visible_batch(request, study, pk)
    try:
        again = let_supersede(batch=batch, reason=request.POST.get("reason", ""), by=request.user)  # type: ignore[arg-type]
        previewed(again, request.user)  # type: ignore[arg-type]
    except Refused as error:
        messages.error(request, str(error))
        return redirect("studies:import", study.code, batch.pk)
    messages.success(request, _("This is the preview made anew; commit it to take effect."))
    return redirect("studies:import", study.code, again.pk)


def _choice(request: HttpRequest, place: int, question: dict[str, str]) -> NameChoice:
    said = {field: request.POST.get(f"{field}-{place}", "").strip() for field in FIELDS}
    if request.method != "POST":
        said |= {"answer": Answer.IS, "analyte": question["suggestion"]}
        said["uniprot"] = question["uniprot"]
    return NameChoice(name=question["name"], **said)
