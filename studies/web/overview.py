"""How is the study doing?"""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from studies.charts import enrolment_chart
from studies.models import Study
from studies.permissions import Capability
from studies.sections import overview_sections
from studies.selectors.patients import (
    FACTORS,
    OVERDUE_AFTER,
    enrolment_by_month,
    overdue_patients,
    study_counts,
)
from studies.web.access import study_page

OVERDUE_SHOWN = 8


@require_safe
@study_page(Capability.VIEW_STUDY)
def overview(request: HttpRequest, study: Study) -> HttpResponse:
    context: dict[str, object] = {"sections": overview_sections(request, study)}
    if Capability.VIEW_CLINICAL in request.capabilities:  # type: ignore[attr-defined]
        context |= {
            "counts": study_counts(request.user, study),  # type: ignore[arg-type]
            "overdue": list(overdue_patients(request.user, study, OVERDUE_SHOWN)),  # type: ignore[arg-type]
            "overdue_days": OVERDUE_AFTER.days,
            "factors": FACTORS,
            "today": study.today(),
        }
    return render(request, "studies/overview.html", context)


@require_safe
@study_page(Capability.VIEW_CLINICAL)
def enrolment(request: HttpRequest, study: Study) -> HttpResponse:
    """The specification of the enrolment figure."""
    theme = "dark" if request.GET.get("theme") == "dark" else "light"
    return JsonResponse(enrolment_chart(enrolment_by_month(request.user, study), theme))  # type: ignore[arg-type]
