"""What other apps add to the page of imports."""

from studies.models import Study
from studies.sections import Sections

data_sections: Sections[Study] = Sections()
