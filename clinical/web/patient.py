"""One patient: what is known, what is the risk, and entering more."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from audit.selectors.trail import history_of
from clinical.models import Baseline, FollowUp, LabResult, Patient, Timepoint
from clinical.sections import patient_sections
from clinical.selectors.access import patients_visible_to
from clinical.selectors.outcomes import outcome_of
from clinical.selectors.patients import baseline_of, with_status
from clinical.services.patients import (
    correct_follow_up,
    record_baseline,
    record_follow_up,
    record_lab_result,
)
from clinical.web.forms import BaselineForm, EntryForm, FollowUpForm, LabForm
from clinical.web.timeline import timeline
from studies.models import Study
from studies.permissions import Capability
from studies.refusals import NotAllowed, Refused, Stale
from studies.selectors.access import sites_open_to
from studies.selectors.state import state_token
from studies.web.access import study_page
from studies.web.requests import StudyRequest

RECORD = (Baseline, LabResult, FollowUp)
HISTORY_SHOWN = 15


def patient_or_404(request: StudyRequest, study: Study, subject: str) -> Patient:
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


def _may_enter(request: StudyRequest, patient: Patient) -> bool:
    sites = sites_open_to(request.user, patient.study, Capability.ENTER_CLINICAL)
    return sites.filter(pk=patient.site_id).exists()


@require_safe
@study_page(Capability.VIEW_CLINICAL)
def patient(request: StudyRequest, study: Study, subject: str) -> HttpResponse:
    return _page(request, patient_or_404(request, study, subject))


def _page(
    request: StudyRequest,
    shown: Patient,
    *,
    wrong: dict[str, EntryForm] | None = None,
    stale: dict[str, Stale] | None = None,
) -> HttpResponse:
    """The patient's page; `wrong` holds the form that was refused, in place of its fresh one, and
    `stale` why a form is shown afresh."""
    baseline = baseline_of(shown)
    labs = {lab.timepoint: lab for lab in shown.lab_results.all()}
    contacts = list(shown.follow_ups.all())
    forms = {
        "baseline": BaselineForm(instance=baseline, initial={"seen": state_token(baseline)}),
        "follow_up": FollowUpForm(patient=shown, prefix="new"),
        **{f"labs_{value}": _lab_form(labs.get(value), value) for value in Timepoint.values},
        **(wrong or {}),
    }
    for key, refusal in (stale or {}).items():
        forms[key].refuse(refusal)
    return render(
        request,
        "clinical/patient.html",
        {
            "patient": shown,
            "baseline": baseline,
            "labs": [(t, labs.get(t.value), forms[f"labs_{t.value}"]) for t in Timepoint],
            "contacts": contacts,
            "forms": forms,
            "may_enter": _may_enter(request, shown),
            "os": outcome_of(shown, "OS"),
            "pfs": outcome_of(shown, "PFS"),
            "timeline": timeline(shown, contacts, list(labs.values())),
            "sections": patient_sections.of(request, shown),
            "history": history_of(shown, RECORD, HISTORY_SHOWN),
        },
        status=400 if wrong or stale else 200,
    )


def _lab_form(lab: LabResult | None, timepoint: str) -> LabForm:
    return LabForm(instance=lab, prefix=timepoint, initial={"seen": state_token(lab)})


def _enter(
    request: StudyRequest, shown: Patient, key: str, form: EntryForm, write: Callable[[], Any]
) -> HttpResponse:
    """Write a valid form and go back to the page; else show the page with the form's errors."""
    if not _may_enter(request, shown):
        raise Http404
    if form.is_valid():
        try:
            write()
        except NotAllowed as refusal:
            messages.error(request, str(refusal))
        except Stale as refusal:
            return _page(request, _again(request, shown), stale={key: refusal})
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("clinical:patient", code=shown.study.code, subject=shown.subject_id)
    return _page(request, _again(request, shown), wrong={key: form})


def _again(request: StudyRequest, shown: Patient) -> Patient:
    return patient_or_404(request, shown.study, shown.subject_id)


@require_http_methods(["POST"])
@study_page(Capability.ENTER_CLINICAL)
def baseline(request: StudyRequest, study: Study, subject: str) -> HttpResponse:
    shown = patient_or_404(request, study, subject)
    form = BaselineForm(request.POST, instance=baseline_of(shown))
    return _enter(
        request, shown, "baseline", form,
        lambda: record_baseline(
            patient=shown, by=request.user, seen=form.cleaned_data["seen"], **form.values()
        ),
    )  # fmt: skip


@require_http_methods(["POST"])
@study_page(Capability.ENTER_CLINICAL)
def labs(request: StudyRequest, study: Study, subject: str, timepoint: str) -> HttpResponse:
    if timepoint not in Timepoint.values:
        raise Http404
    shown = patient_or_404(request, study, subject)
    existing = shown.lab_results.filter(timepoint=timepoint).first()
    form = LabForm(request.POST, instance=existing, prefix=timepoint)
    return _enter(
        request, shown, f"labs_{timepoint}", form,
        lambda: record_lab_result(
            patient=shown, timepoint=timepoint, by=request.user,
            seen=form.cleaned_data["seen"], **form.values(),
        ),
    )  # fmt: skip


@require_http_methods(["POST"])
@study_page(Capability.ENTER_CLINICAL)
def follow_up(request: StudyRequest, study: Study, subject: str) -> HttpResponse:
    shown = patient_or_404(request, study, subject)
    form = FollowUpForm(request.POST, patient=shown, prefix="new")
    return _enter(
        request, shown, "follow_up", form,
        lambda: record_follow_up(patient=shown, by=request.user, **form.values()),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@study_page(Capability.ENTER_CLINICAL)
def correct(request: StudyRequest, study: Study, subject: str, contact: int) -> HttpResponse:
    """Correct one contact, with a reason."""
    shown = patient_or_404(request, study, subject)
    stored: FollowUp | None = shown.follow_ups.filter(pk=contact).first()
    if stored is None or not _may_enter(request, shown):
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
