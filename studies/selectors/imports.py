"""Reads for imports: the batches a person may see, and what a study already knows."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Case, F, Q, QuerySet, When
from django.db.models.functions import Lower

from accounts.models import User
from studies.models import Cohort, FollowUp, ImportBatch, LabResult, Patient, Site, Study
from studies.permissions import Capability
from studies.selectors.access import memberships_with, sites_open_to

SEES = {
    "clinical": Capability.VIEW_CLINICAL,
    "assay": Capability.VIEW_ASSAYS,
    "plate": Capability.VIEW_PLATES,
}


def imports_visible_to(user: User, study: Study) -> QuerySet[ImportBatch]:
    """A study's imports, newest first. A preview shows patients, so whoever is bound to a site sees
    only the imports that they started themselves."""
    seen = Q(created_by=user)
    for kind, capability in SEES.items():
        whole = memberships_with(user, capability).filter(study=study, site__isnull=True)
        if whole.exists():
            seen |= Q(kind=kind)
    return (
        ImportBatch.objects.filter(seen, study=study)
        .select_related("source", "samples", "created_by")
        .defer("source__content", "samples__content", "preview")
        # A preview may be large: of those that may wait for a person, only what they wait for is read.
        .annotate(
            questions=Case(When(state=ImportBatch.State.REFUSED, then=F("preview__questions"))),
            sheets=Case(When(state=ImportBatch.State.REFUSED, then=F("preview__sheets"))),
            doubts=Case(When(state=ImportBatch.State.PREVIEWED, then=F("preview__doubts"))),
        )
        .order_by("-id")
    )


def open_site_ids(by: User | None, study: Study, capability: Capability) -> set[int] | None:
    """Sites whose rows a person may import; None for all, as for the system."""
    if by is None or memberships_with(by, capability).filter(study=study, site=None).exists():
        return None
    return set(sites_open_to(by, study, capability).values_list("pk", flat=True))


@dataclass(frozen=True)
class Known:
    """What a study knows of the subjects of a file."""

    sites: dict[str, Site]
    cohorts: dict[str, Cohort]
    patients: dict[str, Patient]
    labs: dict[tuple[int, str], LabResult]
    contacts: dict[int, list[FollowUp]]


def known_of(study: Study, subject_ids: Collection[str]) -> Known:
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
