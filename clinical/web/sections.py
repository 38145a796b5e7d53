"""What the clinical record says on the overview of a study."""

from typing import Any

from clinical.selectors.patients import (
    OVERDUE_AFTER,
    StudyCounts,
    overdue_patients,
    study_counts,
)
from studies.models import Study
from studies.permissions import Capability
from studies.web.requests import StudyRequest

OVERDUE_SHOWN = 8


def counts_on_overview(request: StudyRequest, study: Study) -> tuple[str, dict[str, Any]] | None:
    """How many patients, how many of them in need of something, and how they were enrolled."""
    if Capability.VIEW_CLINICAL not in request.capabilities:
        return None
    context = {
        "counts": _counts(request, study),
        "overdue_days": OVERDUE_AFTER.days,
    }
    return "clinical/_overview.html", context


def enrol_on_overview(request: StudyRequest, study: Study) -> tuple[str, dict[str, Any]] | None:
    """The way to a new patient."""
    if Capability.ENTER_CLINICAL not in request.capabilities:
        return None
    return "clinical/_enrol.html", {}


def search_in_shell(request: StudyRequest, study: Study) -> tuple[str, dict[str, Any]] | None:
    """The search for a patient, on every page."""
    if Capability.VIEW_CLINICAL not in request.capabilities:
        return None
    return "clinical/_shell_search.html", {}


def overdue_on_overview(request: StudyRequest, study: Study) -> tuple[str, dict[str, Any]] | None:
    """Whom somebody should call."""
    if Capability.VIEW_CLINICAL not in request.capabilities:
        return None
    overdue = list(overdue_patients(request.user, study, OVERDUE_SHOWN))
    return "clinical/_overdue.html", {"overdue": overdue, "counts": _counts(request, study)}


def _counts(request: StudyRequest, study: Study) -> StudyCounts:
    """Asked for by two sections, counted once for a request."""
    if not hasattr(request, "study_counts"):
        request.study_counts = study_counts(request.user, study)  # type: ignore[attr-defined]
    found: StudyCounts = request.study_counts  # type: ignore[attr-defined]
    return found
