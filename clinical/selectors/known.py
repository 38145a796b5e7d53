"""What a study already knows of the subjects of a file."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q
from django.db.models.functions import Lower

from clinical.models import FollowUp, LabResult, Patient
from studies.models import Cohort, Site, Study


@dataclass(frozen=True)
class Known:
    """What a study knows of the subjects of a file."""

    sites: dict[str, Site]
    cohorts: dict[str, Cohort]
    patients: dict[str, Patient]
    labs: dict[tuple[int, str], LabResult]
    contacts: dict[int, list[FollowUp]]


def read_known(study: Study, subject_ids: Collection[str]) -> Known:
    """Sites, cohorts, and all that is recorded of the named subjects, in five queries; and the patients whose
    ids differ from a named one in capitals only, for the study cannot hold both."""
    patients = (
        Patient.objects.alias(in_lower_case=Lower("subject_id"))
        .filter(study=study, in_lower_case__in={subject.lower() for subject in subject_ids})
        .select_related("site", "cohort", "baseline")
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
        labs={
            (lab.patient_id, lab.timepoint): lab
            for lab in LabResult.objects.filter(of_these).order_by("pk")
        },
        contacts=contacts,
    )
