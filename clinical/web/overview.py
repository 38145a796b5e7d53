"""The figure of enrolment on the overview."""

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from clinical.charts import enrolment_chart
from clinical.selectors.patients import enrolment_by_month
from studies.models import Study
from studies.permissions import Capability
from studies.web.access import study_page
from studies.web.requests import StudyRequest


@require_safe
@study_page(Capability.VIEW_CLINICAL)
def enrolment(request: StudyRequest, study: Study) -> HttpResponse:
    """The specification of the enrolment figure."""
    theme = "dark" if request.GET.get("theme") == "dark" else "light"
    return JsonResponse(enrolment_chart(enrolment_by_month(request.user, study), theme))
