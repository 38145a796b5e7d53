"""Enrolling a patient, and correcting what was entered then."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clinical.models import Patient
from clinical.services.patients import correct_enrolment, enrol_patient
from clinical.web.forms import EnrolmentCorrection, EnrolmentForm
from clinical.web.patient import find_patient_to_enter_or_404
from studies.models import Study
from studies.permissions import Capability
from studies.refusals import NotAllowed, Refused, Stale
from studies.selectors.access import sites_open_to
from studies.selectors.state import state_token
from studies.web.access import study_page
from studies.web.requests import StudyRequest


@require_http_methods(["GET", "HEAD", "POST"])
@study_page(Capability.ENTER_CLINICAL)
def enrol(request: StudyRequest, study: Study) -> HttpResponse:
    sites = sites_open_to(request.user, study, Capability.ENTER_CLINICAL)
    form = EnrolmentForm(request.POST or None, study=study, sites=sites)
    if request.method == "POST" and form.is_valid():
        try:
            patient = enrol_patient(study=study, by=request.user, **form.values())
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The patient is enrolled. Enter what is known."))
            return redirect("clinical:patient", code=study.code, subject=patient.subject_id)
    return render(
        request, "clinical/enrol.html", {"form": form}, status=400 if form.errors else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@study_page(Capability.ENTER_CLINICAL)
def correct(request: StudyRequest, study: Study, subject: str) -> HttpResponse:
    """Correct the enrolment of a patient, or enter the index date once it is known."""
    shown = find_patient_to_enter_or_404(request, study, subject)
    form = _correction(request, shown)
    if request.method == "POST" and form.is_valid():
        fresh = Patient.objects.select_related("study", "site").get(pk=shown.pk)
        try:
            corrected = correct_enrolment(
                patient=fresh,
                by=request.user,
                reason=form.cleaned_data["reason"],
                seen=form.cleaned_data["seen"],
                **form.values(),
            )
        except (NotAllowed, Stale) as refusal:
            messages.error(request, str(refusal))
            return redirect("clinical:correct_enrolment", code=study.code, subject=subject)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The enrolment is corrected; the trail keeps both."))
            return redirect("clinical:patient", code=study.code, subject=corrected.subject_id)
    return render(
        request,
        "clinical/correct_enrolment.html",
        {"form": form, "patient": shown},
        status=400 if form.errors else 200,
    )


def _correction(request: StudyRequest, patient: Patient) -> EnrolmentCorrection:
    return EnrolmentCorrection(
        request.POST if request.method == "POST" else None,
        instance=Patient.objects.get(pk=patient.pk),
        study=patient.study,
        sites=sites_open_to(request.user, patient.study, Capability.ENTER_CLINICAL),
        initial={"seen": state_token(patient)},
    )
