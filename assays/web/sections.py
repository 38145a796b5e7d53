"""What assays say on the overview and on a patient's page."""

from typing import Any

from assays.selectors.exclusions import judgement_counts
from assays.selectors.plates import plates_visible_to
from assays.selectors.specimens import (
    counts_by_timepoint,
    specimens_visible_to,
    standings,
    with_counts,
)
from clinical.models import Patient, Timepoint
from studies.models import Study
from studies.permissions import Capability
from studies.web.requests import StudyRequest

STANDINGS_SHOWN = 8


def on_overview(request: StudyRequest, study: Study) -> tuple[str, dict[str, Any]] | None:
    """What was measured at each timepoint."""
    if Capability.VIEW_ASSAYS not in request.capabilities:
        return None
    counts = counts_by_timepoint(request.user, study)
    sees_plates = plates_visible_to(request.user, study).exists()
    judged = judgement_counts(study) if sees_plates else None
    return "assays/_overview.html", {"counts": counts, "judged": judged}


def on_patient(request: StudyRequest, patient: Patient) -> tuple[str, dict[str, Any]] | None:
    """The patient's specimens, for those who may see them."""
    found = with_counts(specimens_visible_to(request.user)).filter(patient=patient)
    return "assays/_patient_specimens.html", {"specimens": found.order_by("-timepoint", "label")}


def strips_on_patient(request: StudyRequest, patient: Patient) -> tuple[str, dict[str, Any]] | None:
    """Where the patient's values before treatment stand in the cohort."""
    if Capability.VIEW_ASSAYS not in request.capabilities:
        return None
    found = standings(patient, Timepoint.PRE)
    if not found:
        return None
    context = {"first": found[:STANDINGS_SHOWN], "rest": found[STANDINGS_SHOWN:]}
    return "assays/_patient_strips.html", context
