"""How is the study doing?"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from studies.models import Study
from studies.permissions import Capability
from studies.sections import overview_sections
from studies.web.access import study_page


@require_safe
@study_page(Capability.VIEW_STUDY)
def overview(request: HttpRequest, study: Study) -> HttpResponse:
    """What each app has to say of the study to this person."""
    return render(
        request, "studies/overview.html", {"sections": overview_sections.of(request, study)}
    )
