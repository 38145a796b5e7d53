"""Who did what in a study, when and why."""

from datetime import UTC, datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET

from accounts.models import User
from studies.models import Study
from studies.permissions import Capability
from studies.selectors.trail import TrailFilter, tracked_kinds, trail_of
from studies.web.access import study_page

PAGE_SIZE = 50


@require_GET
@study_page(Capability.VIEW_TRAIL)
def trail(request: HttpRequest, study: Study) -> HttpResponse:
    kinds = tracked_kinds()
    kind = request.GET.get("kind", "")
    person = request.GET.get("person", "")
    wanted = TrailFilter(
        kind=kind if kind in kinds else "",
        person=int(person) if person.isdecimal() else None,
        text=request.GET.get("q", "")[:60],
        before=_moment(request.GET.get("before", "")),
    )
    events = trail_of(study, wanted, PAGE_SIZE + 1)
    asked = {"kind": wanted.kind, "person": wanted.person, "q": wanted.text}
    older = None
    if len(events) > PAGE_SIZE:
        events = events[:PAGE_SIZE]
        older = urlencode(
            {k: v for k, v in asked.items() if v} | {"before": events[-1].when.isoformat()}
        )
    return render(
        request,
        "studies/trail.html",
        {
            "events": events,
            "wanted": wanted,
            "older": older,
            "kinds": kinds,
            "people": User.objects.filter(memberships__study=study).distinct().order_by("username"),
        },
    )


def _moment(text: str) -> datetime | None:
    """The moment that an address names, in UTC; None where it names none."""
    try:
        found = parse_datetime(text)
        if found is None:
            return None
        aware = timezone.make_aware(found) if timezone.is_naive(found) else found
        return aware.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
