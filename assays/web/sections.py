"""What assays say on the overview and on a patient's page."""

from typing import Any

from assays.selectors.exclusions import judgement_counts
from assays.selectors.plates import plates_visible_to
from assays.selectors.specimens import (
    counts_by_timepoint,
    first_visit_of,
    place_of_visit,
    specimens_visible_to,
    standings,
    with_counts,
)
from clinical.models import Patient
from clinical.selectors.definitions import collected_by
from clinical.sentences import say, say_visits
from studies.models import Study
from studies.permissions import Capability
from studies.web.requests import StudyRequest

STANDINGS_SHOWN = 8


def on_overview(request: StudyRequest, study: Study) -> tuple[str, dict[str, Any]] | None:
    """What was measured at each visit."""
    if Capability.VIEW_ASSAYS not in request.capabilities:
        return None
    counts = [
        (row, say(row.visit.label, row.visit.name))
        for row in counts_by_timepoint(request.user, study)
    ]
    sees_plates = plates_visible_to(request.user, study).exists()
    judged = judgement_counts(study) if sees_plates else None
    return "assays/_overview.html", {"counts": counts, "judged": judged}


def on_patient(request: StudyRequest, patient: Patient) -> tuple[str, dict[str, Any]] | None:
    """The patient's specimens, for those who may see them."""
    definition = collected_by(patient.study).definition
    visits = say_visits(definition)
    found = with_counts(specimens_visible_to(request.user)).filter(patient=patient)
    ordered = found.order_by(place_of_visit(definition), "label")
    specimens = [(one, visits.get(one.timepoint, one.timepoint)) for one in ordered]
    return "assays/_patient_specimens.html", {"specimens": specimens}


def strips_on_patient(request: StudyRequest, patient: Patient) -> tuple[str, dict[str, Any]] | None:
    """Where the patient's values at the first visit with blood stand in the cohort."""
    if Capability.VIEW_ASSAYS not in request.capabilities:
        return None
    visit = first_visit_of(patient, collected_by(patient.study).definition)
    found = standings(patient, visit.name) if visit else []
    if visit is None or not found:
        return None
    context = {
        "visit": say(visit.label, visit.name),
        "first": found[:STANDINGS_SHOWN],
        "rest": found[STANDINGS_SHOWN:],
    }
    return "assays/_patient_strips.html", context
