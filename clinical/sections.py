"""What other apps add to a patient's page (docs/seams.md lists it)."""

from clinical.models import Patient
from studies.sections import Sections

patient_sections: Sections[Patient] = Sections()
