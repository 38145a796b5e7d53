"""What exports add to the page of imports and to that of a version."""

from typing import Any

from modeling.models import ModelVersion
from studies.models import Study
from studies.permissions import Capability
from studies.web.requests import StudyRequest


def on_data(request: StudyRequest, study: Study) -> tuple[str, dict[str, Any]] | None:
    """The way to the analysis dataset."""
    if Capability.EXPORT not in request.capabilities:
        return None
    return "exports/_on_data.html", {}


def on_dataset(request: StudyRequest, version: ModelVersion) -> tuple[str, dict[str, Any]] | None:
    """The frozen dataset of a version as a file."""
    if Capability.EXPORT not in request.capabilities:
        return None
    return "exports/_on_dataset.html", {"version": version}
