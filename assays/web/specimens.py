"""The list of specimens, and what was measured in one."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assays.selectors.exclusions import standing_on
from assays.selectors.plates import plates_visible_to
from assays.selectors.specimens import (
    measurements_of,
    place_of_visit,
    specimens_visible_to,
    with_counts,
)
from clinical.selectors.definitions import collected_by
from clinical.sentences import say_visits
from studies.models import Study
from studies.permissions import Capability
from studies.web.access import study_page
from studies.web.filters import filter_chips
from studies.web.requests import StudyRequest

PAGE_SIZE = 50
TOLD = ("well", "mfi", "bead_count", "dilution")
"""What not every instrument tells: a column of the specimen's page where one measurement has it."""


@require_safe
@study_page(Capability.VIEW_ASSAYS)
def specimens(request: StudyRequest, study: Study) -> HttpResponse:
    q = request.GET.get("q", "")[:60]
    timepoint = request.GET.get("timepoint", "")
    found = specimens_visible_to(request.user).filter(study=study)
    if q:
        found = found.filter(label__icontains=q) | found.filter(patient__subject_id__icontains=q)
    definition = collected_by(study).definition
    visits = say_visits(definition)
    if timepoint in visits:
        found = found.filter(timepoint=timepoint)
    ordered = with_counts(found).order_by(
        "patient__subject_id", place_of_visit(definition), "label"
    )
    page = Paginator(ordered, PAGE_SIZE).get_page(request.GET.get("page"))
    asked = {k: v for k, v in (("q", q), ("timepoint", timepoint)) if v}
    return render(
        request,
        "assays/specimens.html",
        {
            "page": page,
            "specimens": [(one, visits.get(one.timepoint, one.timepoint)) for one in page],
            "asked": asked,
            "query": urlencode(asked),
            "filters": filter_chips(asked, [("timepoint", [*visits.items()])]),
        },
    )


@require_safe
@study_page(Capability.VIEW_ASSAYS)
def specimen(request: StudyRequest, study: Study, pk: int) -> HttpResponse:
    shown = with_counts(specimens_visible_to(request.user)).filter(study=study, pk=pk).first()
    if shown is None:
        raise Http404(_("There is no such specimen here, or you may not see it."))
    found = list(measurements_of(shown))
    exclusions = standing_on(found)
    visits = say_visits(collected_by(study).definition)
    context = {
        "specimen": shown,
        "visit": visits.get(shown.timepoint, shown.timepoint),
        "rows": [{"m": m, "exclusions": exclusions[m.pk]} for m in found],
        "excluded": sum(bool(exclusions[m.pk]) for m in found),
        "told": {name: any(getattr(m, name) is not None for m in found) for name in TOLD},
        "sees_plates": plates_visible_to(request.user, study).exists(),
    }
    return render(request, "assays/specimen.html", context)
