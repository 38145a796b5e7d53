"""What other apps add to the page of imports (docs/seams.md lists it)."""

from studies.models import Study
from studies.sections import Sections

data_sections: Sections[Study] = Sections()
