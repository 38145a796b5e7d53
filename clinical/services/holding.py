"""Holding patients: what is derived of several forms is derived by one person at a time, of all of them."""

from collections.abc import Collection

from django.db.models.functions import Lower

from accounts.models import User
from clinical.models import Patient
from studies.models import Study
from studies.permissions import Capability
from studies.selectors.access import require


def hold_patient(patient: Patient, *, by: User | None) -> Patient:
    """A patient as they are now, at a site where the person enters; until the transaction ends nobody else writes about them.

    Take it before anything of the patient is read that decides what is written: whoever waited reads what the other wrote.
    """
    # Specimens and scores, which only name a patient, need not wait: no_key. And no joins: who waits for a patient that moves to
    # another site finds the new row, beside the old site, and would be told that there is none.
    held = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    require(by, held.study, Capability.ENTER_CLINICAL, site=held.site)
    return held


def hold_subjects(study: Study, subject_ids: Collection[str]) -> None:
    """The same of those who have these ids, whatever the capitals; always in one order, so that nobody waits in a circle."""
    rows = Patient.objects.select_for_update(no_key=True)
    named = rows.alias(in_lower_case=Lower("subject_id")).filter(
        study=study, in_lower_case__in={subject.lower() for subject in subject_ids}
    )
    list(named.order_by("pk").values_list("pk", flat=True))
