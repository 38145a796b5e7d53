"""What other apps add to a plate's page."""

from assays.models import PlateRun
from studies.sections import Sections

plate_sections: Sections[PlateRun] = Sections()
