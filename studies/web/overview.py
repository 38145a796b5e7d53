"""How is the study doing?"""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from studies.models import Study
from studies.permissions import Capability
from studies.sections import overview_actions, overview_sections
from studies.web.access import study_page
from studies.web.requests import StudyRequest


@require_safe
@study_page(Capability.VIEW_STUDY)
def overview(request: StudyRequest, study: Study) -> HttpResponse:
    """What each app has to say of the study to this person."""
    context = {
        "actions": overview_actions.of(request, study),
        "sections": overview_sections.of(request, study),
    }
    return render(request, "studies/overview.html", context)
