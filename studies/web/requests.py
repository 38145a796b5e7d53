"""The request that a page of a study gets (studies.web.access)."""

from accounts.requests import PersonRequest
from studies.models import Study
from studies.permissions import Capability


class StudyRequest(PersonRequest):
    """A request to a page of a study: the study, and what the person may do in it."""

    study: Study
    capabilities: frozenset[Capability]
