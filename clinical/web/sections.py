"""What the clinical record says on the overview of a study."""

from typing import Any

from clinical.selectors.patients import FACTORS, OVERDUE_AFTER, overdue_patients, study_counts
from studies.models import Study
from studies.permissions import Capability
from studies.web.requests import StudyRequest

OVERDUE_SHOWN = 8


def counts_on_overview(request: StudyRequest, study: Study) -> tuple[str, dict[str, Any]] | None:
    """How many patients, how many of them in need of something, and how they were enrolled."""
    if Capability.VIEW_CLINICAL not in request.capabilities:
        return None
    counts = study_counts(request.user, study)
    context = {"counts": counts, "overdue_days": OVERDUE_AFTER.days, "factors": FACTORS}
    return "clinical/_overview.html", context


def overdue_on_overview(request: StudyRequest, study: Study) -> tuple[str, dict[str, Any]] | None:
    """Whom somebody should call."""
    if Capability.VIEW_CLINICAL not in request.capabilities:
        return None
    overdue = list(overdue_patients(request.user, study, OVERDUE_SHOWN))
    counts = study_counts(request.user, study)
    return "clinical/_overdue.html", {"overdue": overdue, "counts": counts}
