"""Voiding forms that were entered in error, and restoring them. A voided form counts nowhere, and stays in the trail."""

from datetime import UTC, datetime

from accounts.models import User
from audit.recording import record
from clinical.models import FilledForm, Patient
from clinical.selectors.definitions import collected_by
from clinical.selectors.record import forms_standing_at, spot_of
from clinical.services.filling import CHANGED_SINCE, hold_form, rederive
from clinical.services.holding import hold_patient
from clinical.services.outcome import write_outcome
from clinical.services.reasons import say_too_long
from clinical.signals import clinical_change
from sentences import storable as _
from studies.refusals import Refused, Stale, explain_refusals
from studies.selectors.state import state_token


def void_form(
    *,
    patient: Patient,
    event: str,
    form: str,
    event_instance: int = 1,
    form_instance: int = 1,
    by: User | None,
    reason: str,
    seen: str | None = None,
) -> FilledForm:
    """Say that a form was entered in error. The other instances of one that repeats stay where they are.

    `seen` is the state_token of what the person was shown; a form that was changed since is then refused.
    """
    _refuse_length(reason)
    with record(by=by, reason=reason), explain_refusals():
        patient = hold_patient(patient, by=by)
        key = (event, form, event_instance, form_instance)
        _place, row = hold_form(collected_by(patient.study), patient, key, seen)
        if row is None:
            raise Refused(_("Nothing is filled here that could be voided. Reload the page."))
        row.voided_at, row.void_reason = datetime.now(UTC), reason.strip()
        _save(row)
    return row


def restore_form(
    *, form: FilledForm, by: User | None, reason: str, seen: str | None = None
) -> FilledForm:
    """Take back that a form was entered in error, unless another was filled in its place meanwhile."""
    _refuse_length(reason)
    with record(by=by, reason=reason), explain_refusals():
        hold_patient(form.patient, by=by)
        if not reason.strip():
            raise Refused(
                {"reason": [_("Say why this form is restored: the reason is kept in the trail.")]}
            )
        row = FilledForm.objects.select_for_update(of=("self",)).get(pk=form.pk)
        if seen is not None and seen != state_token(row):
            raise Stale(CHANGED_SINCE)
        if row.voided_at is None:
            raise Refused(_("This form is not voided: there is nothing to restore."))
        if forms_standing_at(spot_of(row)).exists():
            raise Refused(
                _(
                    "Another form was filled in the place of this one. Void that one first, or leave this one voided."
                )
            )
        row.voided_at, row.void_reason = None, ""
        _save(row)
    return row


def _save(row: FilledForm) -> None:
    """Keep it, and draw anew what is derived from it: other forms, and the outcome."""
    row.save(update_fields=["voided_at", "void_reason"])
    rederive([row.patient_id])
    write_outcome(row.patient.study, [row.patient_id])
    clinical_change.send(sender=FilledForm, study=row.patient.study)


def _refuse_length(reason: str) -> None:
    if told := say_too_long(reason):
        raise Refused({"reason": [told]})
