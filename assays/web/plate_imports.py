"""The answers to the names that a plate file's preview asks about."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from assays.imports.plates.names import counts_of, filter_questions, questions_of
from assays.selectors.catalogue import catalogue_choices
from assays.services.naming import Answer, NameChoice, accept_names, name_analytes
from assays.services.rerun import let_supersede
from assays.services.well_naming import name_wells
from imports.models import ImportBatch
from imports.web.batches import preview_or_ask, show_import, visible_batch
from studies.models import Study
from studies.permissions import Capability
from studies.refusals import Refused
from studies.web.access import study_page
from studies.web.requests import StudyRequest

QUESTIONS_A_PAGE = 25
FIELDS = ("answer", "analyte", "symbol", "full_name", "uniprot")


@require_http_methods(["GET", "HEAD", "POST"])
@study_page(Capability.IMPORT_ASSAYS)
def name_plate_analytes(request: StudyRequest, study: Study, pk: int) -> HttpResponse:
    """Take the answers (or all that are without doubt), remember them, and show the preview made anew. What is
    not answered is asked again: a panel may have thousands of names."""
    batch = visible_batch(request, study, pk)
    questions = questions_of(batch.preview)
    if not questions or batch.state != ImportBatch.State.REFUSED:
        return redirect("imports:import", study.code, batch.pk)
    errors: dict[str, list[str]] = {}
    sent = {one["place"]: _choice(request, one) for one in questions if _is_sent(request, one)}
    if request.method == "POST":
        try:
            if "accept" in request.POST:
                again = accept_names(batch=batch, by=request.user)
            else:
                answered = [choice for choice in sent.values() if _is_answered(choice)]
                again = name_analytes(batch=batch, choices=answered, by=request.user)
            preview_or_ask(again, request.user)
            messages.success(request, _("The names are remembered; this is the preview made anew."))
            return redirect("imports:import", study.code, again.pk)
        except Refused as error:
            errors = {str(name): [*map(str, told)] for name, told in error.errors.items()}
    text, show = request.GET.get("q", "")[:60], request.GET.get("show", "")
    shown = filter_questions(questions, text=text, show=show)
    if sent:
        shown = [one for one in questions if one["place"] in sent]
    page = Paginator(shown, max(QUESTIONS_A_PAGE, len(sent))).get_page(request.GET.get("page"))
    asked = [
        {**one, "choice": sent.get(one["place"]), "errors": errors.get(one["name"], [])}
        for one in page
    ]
    told = {"q": text} if text else {}
    context = {
        "batch": batch,
        "page": page,
        "paged": True,
        "q": text,
        "show": show,
        "query": urlencode(told | ({"show": show} if show else {})),
        "questions": asked,
        "counts": counts_of(questions),
        "catalogue": catalogue_choices(),
        "errors": [text for name, texts in errors.items() for text in texts if name == "__all__"],
        "may_commit": True,
    }
    return render(request, "assays/plate_import_names.html", context, status=422 if errors else 200)


@require_POST
@study_page(Capability.IMPORT_ASSAYS)
def supersede_plate(request: StudyRequest, study: Study, pk: int) -> HttpResponse:
    """Say that the file is a new export of a run that is here, and show the preview made anew."""
    batch, reason = visible_batch(request, study, pk), request.POST.get("reason", "")
    try:
        again = let_supersede(batch=batch, reason=reason, by=request.user)
        preview_or_ask(again, request.user)
    except Refused as error:
        return show_import(request, batch, refusal=error, sent={"reason": reason})
    messages.success(request, _("This is the preview made anew; commit it to take effect."))
    return redirect("imports:import", study.code, again.pk)


@require_POST
@study_page(Capability.IMPORT_ASSAYS)
def name_plate_wells(request: StudyRequest, study: Study, pk: int) -> HttpResponse:
    """Take what a person says of the plate's wells, and show the preview made anew."""
    batch = visible_batch(request, study, pk)
    preview = batch.preview or {}
    asked = {one["name"]: one["kind"] for one in preview.get("wells", ())}
    said = {}
    for place in range(len(asked)):
        name, kind = (request.POST.get(f"{field}-{place}", "") for field in ("name", "kind"))
        if name in asked and kind and kind != asked[name]:
            said[name] = kind
    if other := request.POST.get("other-name", "").strip():
        said[other] = request.POST.get("other-kind", "")
    try:
        again = name_wells(
            batch=batch,
            kinds=said,
            remember="remember" in request.POST,
            by=request.user,
        )
    except Refused as error:
        wells = [
            one | {"kind": said.get(one["name"], one["kind"])} for one in preview.get("wells", ())
        ]
        sent = {
            "preview": preview | {"wells": wells},
            "other": other,
            "other_kind": said.get(other),
        }
        return show_import(request, batch, refusal=error, sent=sent)
    preview_or_ask(again, request.user)
    messages.success(request, _("It is taken so; this is the preview made anew."))
    return redirect("imports:import", study.code, again.pk)


def _is_sent(request: StudyRequest, question: dict[str, Any]) -> bool:
    return f"answer-{question['place']}" in request.POST and "accept" not in request.POST


def _choice(request: StudyRequest, question: dict[str, Any]) -> NameChoice:
    place = question["place"]
    said = {field: request.POST.get(f"{field}-{place}", "").strip() for field in FIELDS}
    return NameChoice(name=question["name"], **said)


def _is_answered(choice: NameChoice) -> bool:
    """Whether anything was said: "it is" without an analyte leaves the question open."""
    return choice.answer != Answer.IS or bool(choice.analyte)
