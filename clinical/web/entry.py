"""Entering a form of the dictionary, and the files that are attached to one."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from clinical.dictionary.definition import Type
from clinical.models import Patient
from clinical.selectors.sheets import Key, Sheet, Sheets, read_sheets
from clinical.services.attachments import fill_form_with_files
from clinical.services.filling import Unconfirmed
from clinical.web.cards import address_of, anchor_of
from clinical.web.filling import SEEN, ItemsForm
from clinical.web.patient import find_patient_or_404, find_patient_to_enter_or_404, render_patient
from imports.models import SourceFile
from studies.models import Study
from studies.permissions import Capability
from studies.refusals import NotAllowed, Refused, Stale
from studies.web.access import study_page
from studies.web.requests import StudyRequest


@require_http_methods(["GET", "HEAD", "POST"])
@study_page(Capability.ENTER_CLINICAL)
def fill(
    request: StudyRequest,
    study: Study,
    subject: str,
    event: str,
    form: str,
    event_instance: int,
    form_instance: int,
) -> HttpResponse:
    """The patient's page with this form open, which may be the next one of a form that repeats; and what was entered there."""
    shown = find_patient_to_enter_or_404(request, study, subject)
    key = (event, form, event_instance, form_instance)
    sheets, sheet = _find(read_sheets(shown), key)
    if request.method != "POST":
        return render_patient(request, shown, sheets=sheets, entry=ItemsForm(sheet))
    sent = ItemsForm(sheet, request.POST, request.FILES)
    if sent.is_valid():
        try:
            return _write(request, sheets, sent)
        except NotAllowed as refusal:
            messages.error(request, str(refusal))
        except Stale as refusal:
            shown = find_patient_or_404(request, study, subject)
            sheets, sheet = _find(read_sheets(shown), key)
            fresh = ItemsForm(sheet)
            fresh.refuse(refusal)
            return render_patient(request, shown, sheets=sheets, entry=fresh, status=400)
        except Unconfirmed as refusal:
            sent.ask_why(refusal)
        except Refused as refusal:
            sent.refuse(refusal)
    sent.see_as(sheets.find(*key, texts=sent.texts) or sheet)
    return render_patient(request, shown, sheets=sheets, entry=sent, status=400)


def _find(sheets: Sheets, key: Key) -> tuple[Sheets, Sheet]:
    sheet = sheets.find(*key)
    if sheet is None:
        raise Http404(_("The study does not ask for this form here."))
    return sheets, sheet


def _write(request: StudyRequest, sheets: Sheets, sent: ItemsForm) -> HttpResponse:
    """Save and go back to the card; or on to the form, where the answers ask for more."""
    key = event, form, event_instance, form_instance = sent.sheet.key
    fill_form_with_files(
        patient=sheets.patient,
        event=event,
        form=form,
        event_instance=event_instance,
        form_instance=form_instance,
        texts=sent.texts,
        confirmed=sent.confirmed(),
        attachments=sent.attachments(),
        seen=sent.cleaned_data[SEEN],
        status=sent.status(),
        by=request.user,
    )
    if _asks_more(sent.sheet, sheets.patient):
        messages.success(request, _("Saved. What you answered asks for more: see below."))
        return redirect(f"{address_of(sheets.patient, key)}#{anchor_of(key)}")
    messages.success(request, _("Saved."))
    study, subject = sheets.patient.study, sheets.patient.subject_id
    return redirect("clinical:patient", code=study.code, subject=subject)


def _asks_more(before: Sheet, patient: Patient) -> bool:
    """Whether something is asked now that was not before, and is open: only of forms that hide some of their items."""
    if not any(item.shown_when for item in before.form.items):
        return False
    after = read_sheets(patient).find(*before.key)
    return after is not None and any(
        item.is_entered and after.asks(item) and not before.asks(item) and not after.holds(item)
        for item in after.form.items
    )


@require_safe
@study_page(Capability.VIEW_CLINICAL)
def attachment(
    request: StudyRequest,
    study: Study,
    subject: str,
    event: str,
    form: str,
    event_instance: int,
    form_instance: int,
    item: str,
) -> HttpResponse:
    """The file that an item holds, byte for byte."""
    shown = find_patient_or_404(request, study, subject)
    sheet = read_sheets(shown).find(event, form, event_instance, form_instance)
    asked = sheet.form.by_name.get(item) if sheet else None
    if sheet is None or asked is None or asked.type is not Type.FILE:
        raise Http404(_("There is no such file."))
    kept = SourceFile.objects.filter(study=study, sha256=sheet.filled.values.get(item, "")).first()
    if kept is None:
        raise Http404(_("There is no such file."))
    disposition = content_disposition_header(True, kept.name) or "attachment"
    return HttpResponse(
        bytes(kept.content),
        content_type="application/octet-stream",
        headers={"Content-Disposition": disposition},
    )
