"""One patient: what is known, what is the risk, and entering more."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from audit.selectors.trail import history_of
from clinical.dictionary.outcome import takes_contacts, takes_index_date
from clinical.models import FilledForm, FollowUp, Patient
from clinical.sections import patient_sections
from clinical.selectors.access import patients_visible_to
from clinical.selectors.outcomes import outcome_of
from clinical.selectors.patients import with_status
from clinical.selectors.sheets import Sheets, read_sheets
from clinical.services.patients import correct_follow_up, record_follow_up
from clinical.web.cards import cards_of, dates_of
from clinical.web.filling import ItemsForm
from clinical.web.forms import FollowUpForm, ReasonForm
from clinical.web.timeline import timeline
from clinical.web.voided import voided_of
from studies.models import Study
from studies.permissions import Capability
from studies.refusals import NotAllowed, Refused, Stale
from studies.selectors.access import sites_open_to
from studies.selectors.state import state_token
from studies.web.access import study_page
from studies.web.requests import StudyRequest

RECORD = (FilledForm, FollowUp)
HISTORY_SHOWN = 15


def find_patient_or_404(request: StudyRequest, study: Study, subject: str) -> Patient:
    """A patient whom the person may see."""
    patients = patients_visible_to(request.user, Capability.VIEW_CLINICAL)
    found = (
        with_status(patients.filter(study=study, subject_id=subject), today=study.today())
        .select_related("site", "cohort", "study")
        .first()
    )
    if found is None:
        raise Http404(_("There is no such patient here, or you may not see them."))
    return found


def may_enter(request: StudyRequest, patient: Patient) -> bool:
    sites = sites_open_to(request.user, patient.study, Capability.ENTER_CLINICAL)
    return sites.filter(pk=patient.site_id).exists()


def find_patient_to_enter_or_404(request: StudyRequest, study: Study, subject: str) -> Patient:
    """A patient about whom the person may write, not only read."""
    shown = find_patient_or_404(request, study, subject)
    if not may_enter(request, shown):
        raise Http404
    return shown


@require_safe
@study_page(Capability.VIEW_CLINICAL)
def patient(request: StudyRequest, study: Study, subject: str) -> HttpResponse:
    return render_patient(request, find_patient_or_404(request, study, subject))


def render_patient(
    request: StudyRequest,
    shown: Patient,
    *,
    sheets: Sheets | None = None,
    entry: ItemsForm | None = None,
    contact: FollowUpForm | None = None,
    given: ReasonForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The patient's page; `entry`, `contact` and `given` hold a form that somebody is at, in place of its fresh one."""
    sheets = sheets or read_sheets(shown)
    contacts = list(shown.follow_ups.all())
    entering = may_enter(request, shown)
    context: dict[str, Any] = {
        "patient": shown,
        "cards": cards_of(sheets, may_enter=entering, entry=entry, given=given),
        "voided": voided_of(sheets, may_enter=entering, given=given),
        "contacts": contacts,
        "contact_form": contact or FollowUpForm(patient=shown, prefix="new"),
        "may_enter": entering,
        "contacts_from_forms": takes_contacts(sheets.collected.definition),
        "index_date_from_form": takes_index_date(sheets.collected.definition),
        "os": outcome_of(shown, "OS"),
        "pfs": outcome_of(shown, "PFS"),
        "timeline": timeline(shown, contacts, dates_of(sheets)),
        "sections": patient_sections.of(request, shown),
        "history": history_of(shown, RECORD, HISTORY_SHOWN),
    }
    return render(request, "clinical/patient.html", context, status=status)


@require_http_methods(["POST"])
@study_page(Capability.ENTER_CLINICAL)
def follow_up(request: StudyRequest, study: Study, subject: str) -> HttpResponse:
    shown = find_patient_to_enter_or_404(request, study, subject)
    form = FollowUpForm(request.POST, patient=shown, prefix="new")
    if form.is_valid():
        try:
            record_follow_up(patient=shown, by=request.user, **form.values())
        except NotAllowed as refusal:
            messages.error(request, str(refusal))
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("clinical:patient", code=study.code, subject=subject)
    shown = find_patient_or_404(request, study, subject)
    return render_patient(request, shown, contact=form, status=400)


@require_http_methods(["GET", "HEAD", "POST"])
@study_page(Capability.ENTER_CLINICAL)
def correct(request: StudyRequest, study: Study, subject: str, contact: int) -> HttpResponse:
    """Correct one contact, with a reason."""
    shown = find_patient_to_enter_or_404(request, study, subject)
    stored: FollowUp | None = shown.follow_ups.filter(pk=contact).first()
    if stored is None:
        raise Http404
    as_stored = stored.contact_date  # a form writes what was sent into its instance
    form = _correction(shown, stored, request.POST or None)
    if request.method == "POST" and form.is_valid():
        fresh = FollowUp.objects.select_related("patient__study", "patient__site").get(pk=contact)
        try:
            correct_follow_up(
                follow_up=fresh,
                by=request.user,
                reason=form.cleaned_data["reason"],
                seen=form.cleaned_data["seen"],
                **form.values(),
            )
        except Stale as refusal:
            fresh.refresh_from_db()
            form = _correction(shown, fresh, None)
            form.refuse(refusal)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The contact is corrected; the trail keeps both."))
            return redirect("clinical:patient", code=study.code, subject=subject)
    return render(
        request,
        "clinical/correct.html",
        {"form": form, "patient": shown, "contact_date": as_stored},
        status=400 if form.errors else 200,
    )


def _correction(patient: Patient, contact: FollowUp, sent: QueryDict | None) -> FollowUpForm:
    return FollowUpForm(
        sent, instance=contact, patient=patient, initial={"seen": state_token(contact)}
    )
