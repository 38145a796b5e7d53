"""Who did what in a study, when and why."""

from datetime import UTC, datetime, time
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.views.decorators.http import require_safe

from accounts.models import User
from audit.selectors.trail import TrailEvent, TrailFilter, list_tracked_kinds, trail_of
from studies.models import Study
from studies.permissions import Capability
from studies.web.access import study_page
from studies.web.requests import StudyRequest

PAGE_SIZE = 50
ASKED = ("q", "kind", "person", "from", "to")


@require_safe
@study_page(Capability.VIEW_TRAIL)
def trail(request: StudyRequest, study: Study) -> HttpResponse:
    """One page of the trail, in the study's time."""
    kinds = list_tracked_kinds()
    people = User.objects.filter(memberships__study=study).distinct().order_by("username")
    with timezone.override(ZoneInfo(study.time_zone)):
        wanted = _read_filter(request.GET, kinds)
        events = trail_of(study, wanted, PAGE_SIZE + 1)
        shown = {
            "events": events[:PAGE_SIZE],
            "older": _older(request.GET, events),
            "wanted": wanted,
            "asked": {name: request.GET.get(name, "") for name in ASKED},
            "kinds": kinds,
            "people": people,
            "zone": study.time_zone,
        }
        return render(request, "studies/trail.html", shown)


def _read_filter(asked: QueryDict, kinds: dict[str, str]) -> TrailFilter:
    """What the address asks for; what it says wrongly asks for nothing."""
    kind, person = asked.get("kind", ""), asked.get("person", "")
    ends = (_moment(asked.get("until", "")), _day(asked.get("to", ""), time.max))
    return TrailFilter(
        kind=kind if kind in kinds else "",
        person=int(person) if person.isdecimal() else None,
        text=asked.get("q", "")[:60],
        since=_day(asked.get("from", ""), time.min),
        until=min((end for end in ends if end is not None), default=None),
    )


def _older(asked: QueryDict, events: list[TrailEvent]) -> str | None:
    """The address of the page that begins with the first change that this one has no room for."""
    if len(events) <= PAGE_SIZE:
        return None
    kept = {name: asked[name] for name in ASKED if asked.get(name)}
    return urlencode({**kept, "until": events[PAGE_SIZE].when.isoformat()})


def _day(text: str, at: time) -> datetime | None:
    """The first or the last moment of a day where the study is; None where the text names no day."""
    try:
        day = parse_date(text)
        return timezone.make_aware(datetime.combine(day, at)).astimezone(UTC) if day else None
    except (ValueError, OverflowError):
        return None


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
