"""Study, people's roles in it, patients, what is known of them, and the files it came from."""

from studies.models.imports import ImportBatch, SourceFile
from studies.models.patient import Baseline, FollowUp, LabResult, Patient
from studies.models.study import Cohort, Membership, Site, Study, TokenGrant

__all__ = [
    "Baseline",
    "Cohort",
    "FollowUp",
    "ImportBatch",
    "LabResult",
    "Membership",
    "Patient",
    "Site",
    "SourceFile",
    "Study",
    "TokenGrant",
]
