"""Work by the clock: done once for each due time, also when nothing ran at that time.

Beat only knocks (it leaves out what is over two hours late). What is due stands in the database: a row for
each periodic task says until when its due times are dealt with, and whoever moves that on does the work, in
the same transaction. So two schedulers do it once, and the last time that was missed is made up. What each task
does, its app registers (docs/seams.md lists it, under "Work by the clock").
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from jobs.models import ScheduledWork

OFF = "off"

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Scheduled:
    """What a periodic task does, in a moment and in one transaction (long work it asks for as jobs); and how
    late it may still be: the last due time that was missed is made up once, unless it is longer ago."""

    do: Callable[[], Any]
    catch_up: timedelta = timedelta(days=7)


SCHEDULED: dict[str, Scheduled] = {}


def register_scheduled(task: str, scheduled: Scheduled) -> None:
    """Name what a periodic task of this name does; done once, in an app's ready()."""
    if task in SCHEDULED and SCHEDULED[task] != scheduled:
        raise ValueError(f"The scheduled work {task!r} is registered twice.")
    SCHEDULED[task] = scheduled


def knock(task: str) -> None:
    """Beat calls: do the task's due times. One that stands on no crontab is done at each call."""
    rows = _rows().filter(task=task)
    if rows.exists():
        do_what_is_due(task=task)
    else:
        SCHEDULED[task].do()


def do_what_is_due(*, task: str | None = None, now: datetime | None = None) -> list[str]:
    """Do every periodic task (or those of one name) whose last due time is not yet dealt with; the names of
    those that were done. One that breaks is told in the log and tried again the next time."""
    done = []
    for row in _rows().filter(task__in=[task] if task else list(SCHEDULED)):
        try:
            if _do_once(row, now or timezone.now()):
                done.append(row.name)
        except Exception:
            log.exception("scheduled_work_failed", name=row.name, task=row.task)
    return done


def _rows() -> Any:
    return PeriodicTask.objects.filter(crontab__isnull=False).select_related("crontab")


def _do_once(row: PeriodicTask, now: datetime) -> bool:
    scheduled, schedule = SCHEDULED[row.task], _in_words(row)
    known, is_new = ScheduledWork.objects.get_or_create(
        name=row.name, defaults={"schedule": schedule, "done_until": now}
    )
    if is_new:
        return False
    if known.schedule != schedule:  # changed, or switched on again: it counts from now
        ScheduledWork.objects.filter(pk=known.pk).update(schedule=schedule, done_until=now)
        return False
    due = last_due(row.crontab, now, within=scheduled.catch_up)
    if schedule == OFF or due is None or due <= known.done_until:
        return False
    with transaction.atomic():
        rows = ScheduledWork.objects.filter(pk=known.pk, schedule=schedule, done_until__lt=due)
        if not rows.update(done_until=due):
            return False  # somebody else has just done it
        scheduled.do()
        PeriodicTask.objects.filter(pk=row.pk).update(last_run_at=now)
    log.info("scheduled_work_done", name=row.name, due=due.isoformat())
    return True


def _in_words(row: PeriodicTask) -> str:
    return f"{row.crontab}" if row.enabled else OFF


def last_due(crontab: CrontabSchedule, now: datetime, *, within: timedelta) -> datetime | None:
    """The last moment up to `now` at which a crontab was due, in its own time zone; None if that is longer
    ago than `within`. A time that the clock skips in spring is due when the clock has been put forward; one
    that comes twice in autumn, the first time."""
    zone, clock = crontab.timezone, crontab.schedule
    today = now.astimezone(zone).date()
    for days in range(within.days + 2):
        day = today - timedelta(days=days)
        on_this_day = (
            day.isoweekday() % 7 in clock.day_of_week
            and day.day in clock.day_of_month
            and day.month in clock.month_of_year
        )
        for hour in sorted(clock.hour, reverse=True) if on_this_day else ():
            for minute in sorted(clock.minute, reverse=True):
                due = datetime.combine(day, time(hour, minute), tzinfo=zone)
                due = due.astimezone(timezone.get_fixed_timezone(0))
                if due <= now:
                    return due if now - due <= within else None
    return None
