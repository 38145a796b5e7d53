"""What other apps add to a plate's page (docs/seams.md lists it)."""

from assays.models import PlateRun
from studies.sections import Sections

plate_sections: Sections[PlateRun] = Sections()
