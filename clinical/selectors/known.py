"""What a study already knows of the subjects of a file."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q
from django.db.models.functions import Lower

from clinical.models import FilledForm, FollowUp, Patient
from clinical.selectors.definitions import Collected, collected_by
from studies.models import Cohort, Site, Study


@dataclass(frozen=True)
class Known:
    """What a study knows of the subjects of a file."""

    sites: dict[str, Site]
    cohorts: dict[str, Cohort]
    patients: dict[str, Patient]
    collected: Collected
    forms: dict[tuple[int, str, str], FilledForm]
    """Patient, event and form; of what repeats, the first."""
    contacts: dict[int, list[FollowUp]]


def read_known(study: Study, subject_ids: Collection[str]) -> Known:
    """Sites, cohorts, and all that is recorded of the named subjects, in six queries; and the patients whose
    ids differ from a named one in capitals only, for the study cannot hold both."""
    patients = (
        Patient.objects.alias(in_lower_case=Lower("subject_id"))
        .filter(study=study, in_lower_case__in={subject.lower() for subject in subject_ids})
        .select_related("site", "cohort")
        .order_by("pk")
    )
    by_subject: dict[str, Patient] = {patient.subject_id: patient for patient in patients}
    contacts: dict[int, list[FollowUp]] = defaultdict(list)
    of_these = Q(patient__study=study, patient__subject_id__in=subject_ids)
    for contact in FollowUp.objects.filter(of_these).order_by("contact_date"):
        contacts[contact.patient_id].append(contact)
    return Known(
        sites={site.code: site for site in Site.objects.filter(study=study)},
        cohorts={cohort.code: cohort for cohort in Cohort.objects.filter(study=study)},
        patients=by_subject,
        collected=collected_by(study),
        forms={
            (form.patient_id, form.event_form.event.name, form.event_form.form.name): form
            for form in FilledForm.objects.filter(
                of_these, voided_at__isnull=True, event_instance=1, form_instance=1
            )
            .select_related("event_form__event", "event_form__form")
            .order_by("pk")
        },
        contacts=contacts,
    )
