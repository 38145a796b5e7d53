"""What assays say on a patient's page."""

from typing import Any

from django.http import HttpRequest

from assays.selectors.specimens import specimens_visible_to, with_counts
from studies.models import Patient


def on_patient(request: HttpRequest, patient: Patient) -> tuple[str, dict[str, Any]] | None:
    """The patient's specimens, for those who may see them."""
    found = with_counts(specimens_visible_to(request.user)).filter(patient=patient)  # type: ignore[arg-type]
    return "assays/_patient_specimens.html", {"specimens": list(found)}
