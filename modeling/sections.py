"""What other apps add to the page of a version (docs/seams.md lists it)."""

from modeling.models import ModelVersion
from studies.sections import Sections

dataset_sections: Sections[ModelVersion] = Sections()
"""Beside the frozen dataset that a version was made from."""
