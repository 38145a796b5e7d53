"""Reads of jobs."""

from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from jobs.models import Job

HAND_OUT_AGAIN = timedelta(seconds=60)


def waiting_to_be_handed_out() -> QuerySet[Job]:
    """Due jobs of which no recent hint went to the broker (or whose hint may have been lost)."""
    now = timezone.now()
    return Job.objects.filter(
        Q(handed_out_at__isnull=True) | Q(handed_out_at__lt=now - HAND_OUT_AGAIN),
        state=Job.State.QUEUED,
        due_at__lte=now,
    ).order_by("id")


def waiting_of_kinds(kinds: list[str]) -> QuerySet[Job]:
    """Jobs of some kinds that nobody has begun."""
    return Job.objects.filter(state=Job.State.QUEUED, kind__in=kinds).order_by("id")


def with_lost_lease() -> QuerySet[Job]:
    """Running jobs whose worker has not been heard of in time."""
    return Job.objects.filter(state=Job.State.RUNNING, lease_until__lt=timezone.now())
