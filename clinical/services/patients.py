"""Writes about patients: enrolment and follow-up. What the dictionary asks is written by `clinical.services.filling`."""

from datetime import date
from typing import Any

from django.db import models

from accounts.models import User
from audit.recording import record
from clinical.dictionary.outcome import takes_contacts, takes_index_date
from clinical.models import FollowUp, Patient
from clinical.selectors.definitions import collected_by
from clinical.services.filling import CHANGED_SINCE
from clinical.services.holding import hold_patient
from clinical.signals import clinical_change
from sentences import storable as _
from studies.models import Cohort, Site, Study
from studies.permissions import Capability
from studies.refusals import Refused, Stale, explain_refusals
from studies.selectors.access import require
from studies.selectors.state import state_token

CORRECTED_WITHOUT_REASON = _("Say why this is corrected: the reason is kept in the trail.")


CONTACTS_FROM_FORMS = _(
    "Contacts of this study are made from its forms: fill the form that asks for them."
)
MADE_FROM_FORMS = _("This contact was made from a form: correct the form, and the contact follows.")
INDEX_DATE_FROM_FORM = _(
    "The index date of this study is entered in one of its forms: fill that form."
)


def _refuse_beside_form(study: Study) -> None:
    """What a form of the study asks is entered there, and nowhere else."""
    if takes_index_date(collected_by(study).definition):
        raise Refused({"index_date": [INDEX_DATE_FROM_FORM]})


def _save(instance: models.Model) -> None:
    """Validate and save, so that what the database refuses is explained the same way everywhere."""
    with explain_refusals():
        instance.full_clean(validate_constraints=True)
        instance.save()


def _set(instance: models.Model, values: dict[str, Any]) -> None:
    known = {f.name for f in instance._meta.concrete_fields if not f.generated}
    unknown = set(values) - known
    if unknown:
        raise TypeError(f"{type(instance).__name__} has no field {', '.join(sorted(unknown))}.")
    for name, value in values.items():
        setattr(instance, name, value)


def _refuse_stale(row: models.Model | None, seen: str | None) -> None:
    """Refuse an edit of values that somebody else has changed since they were shown."""
    if seen is not None and seen != state_token(row):
        raise Stale(CHANGED_SINCE)


def enrol_patient(
    *,
    study: Study,
    site: Site,
    cohort: Cohort,
    subject_id: str,
    index_date: date | None = None,
    by: User | None,
    reason: str = "",
) -> Patient:
    """Add a subject to a study. The index date is None while treatment has not begun, or nobody knows when."""
    require(by, study, Capability.ENTER_CLINICAL, site=site)
    if index_date is not None:
        _refuse_beside_form(study)
    with record(by=by, reason=reason):
        patient = Patient(
            study=study, site=site, cohort=cohort, subject_id=subject_id, index_date=index_date
        )
        _save(patient)
        clinical_change.send(sender=Patient, study=study)
    return patient


def correct_enrolment(
    *, patient: Patient, by: User | None, reason: str = "", seen: str | None = None, **values: Any
) -> Patient:
    """Change a patient's site, cohort, subject id or index date. A correction needs a reason; to enter an index date that was
    not known needs none."""
    with record(by=by, reason=reason):
        stored = hold_patient(patient, by=by)
        _refuse_stale(stored, seen)
        if values.get("index_date", stored.index_date) != stored.index_date:
            _refuse_beside_form(stored.study)
        if not reason.strip() and not _completes(stored, values):
            raise Refused({"reason": [CORRECTED_WITHOUT_REASON]})
        # Only what is corrected: what `patient` holds besides may be older than what is stored.
        _set(stored, values)
        require(by, stored.study, Capability.ENTER_CLINICAL, site=stored.site)
        _save(stored)
        clinical_change.send(sender=Patient, study=stored.study)
    return stored


def _completes(stored: Patient, values: dict[str, Any]) -> bool:
    """Whether values tell an index date that was not known, and change nothing else."""
    changed = {name for name, value in values.items() if getattr(stored, name) != value}
    return stored.index_date is None and changed == {"index_date"}


def record_follow_up(
    *,
    patient: Patient,
    contact_date: date,
    status: str,
    by: User | None,
    reason: str = "",
    **values: Any,
) -> FollowUp:
    """Add a contact. A new death or patient past a model's thresholds starts a retraining at once."""
    with record(by=by, reason=reason):
        patient = hold_patient(patient, by=by)
        if takes_contacts(collected_by(patient.study).definition):
            raise Refused(CONTACTS_FROM_FORMS)
        contact = FollowUp(patient=patient, contact_date=contact_date, status=status)
        _set(contact, values)
        _save(contact)
        clinical_change.send(sender=FollowUp, study=patient.study)
    return contact


def correct_follow_up(
    *,
    follow_up: FollowUp,
    by: User | None,
    reason: str,
    seen: str | None = None,
    **values: Any,
) -> FollowUp:
    """Change a contact that was entered wrongly. A correction needs a reason."""
    with record(by=by, reason=reason):
        patient = hold_patient(follow_up.patient, by=by)
        if not reason.strip():
            raise Refused({"reason": [CORRECTED_WITHOUT_REASON]})
        stored = FollowUp.objects.select_related("patient").get(pk=follow_up.pk)
        _refuse_stale(stored, seen)
        if stored.from_forms:
            raise Refused(MADE_FROM_FORMS)
        _set(stored, values)
        _save(stored)
        clinical_change.send(sender=FollowUp, study=patient.study)
    return stored
