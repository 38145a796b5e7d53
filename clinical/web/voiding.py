"""Voiding a form that was entered in error, and restoring it."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clinical.models import Patient
from clinical.selectors.sheets import read_sheets
from clinical.services.voiding import restore_form, void_form
from clinical.web.cards import VOID
from clinical.web.forms import ReasonForm
from clinical.web.patient import find_patient_to_enter_or_404, render_patient
from clinical.web.voided import RESTORE
from studies.models import Study
from studies.permissions import Capability
from studies.refusals import NotAllowed, Refused, Stale
from studies.web.access import study_page
from studies.web.requests import StudyRequest


@require_http_methods(["POST"])
@study_page(Capability.ENTER_CLINICAL)
def void(
    request: StudyRequest,
    study: Study,
    subject: str,
    event: str,
    form: str,
    event_instance: int,
    form_instance: int,
) -> HttpResponse:
    """Say that a form was entered in error."""
    shown = find_patient_to_enter_or_404(request, study, subject)
    sheet = read_sheets(shown).find(event, form, event_instance, form_instance)
    if sheet is None:
        raise Http404(_("The study does not ask for this form here."))

    def write(reason: str, seen: str) -> None:
        void_form(
            patient=shown,
            event=event,
            form=form,
            event_instance=event_instance,
            form_instance=form_instance,
            by=request.user,
            reason=reason,
            seen=seen,
        )

    told = _("The form is voided. It stands below the forms, where it can be restored.")
    return _answer(request, shown, ReasonForm(VOID, sheet.row, request.POST), write, told)


@require_http_methods(["POST"])
@study_page(Capability.ENTER_CLINICAL)
def restore(request: StudyRequest, study: Study, subject: str, voided: int) -> HttpResponse:
    """Take back that a form was entered in error."""
    shown = find_patient_to_enter_or_404(request, study, subject)
    row = shown.filled_forms.filter(pk=voided).first()
    if row is None:
        raise Http404(_("There is no such form."))

    def write(reason: str, seen: str) -> None:
        restore_form(form=row, by=request.user, reason=reason, seen=seen)

    sent = ReasonForm(RESTORE, row, request.POST)
    return _answer(request, shown, sent, write, _("The form is restored."))


def _answer(
    request: StudyRequest,
    shown: Patient,
    sent: ReasonForm,
    write: Callable[[str, str], None],
    told: str,
) -> HttpResponse:
    """Write and go back to the patient; or the page as it is now, with why it was refused."""
    if sent.is_valid():
        try:
            write(sent.cleaned_data["reason"], sent.cleaned_data["seen"])
        except (NotAllowed, Stale) as refusal:
            messages.error(request, str(refusal))
        except Refused as refusal:
            sent.refuse(refusal)
        else:
            messages.success(request, told)
            return redirect("clinical:patient", code=shown.study.code, subject=shown.subject_id)
    return render_patient(request, shown, given=sent, status=400)
