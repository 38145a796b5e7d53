"""The schedule that a new installation begins with. A row is made only where it is missing, so what a
manager changes in the admin portal stays as it is; switched off is a change, too. Each app plans its own tasks
(docs/seams.md lists them)."""

from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig
from django.conf import settings

INTERVAL = tuple[int, str]
DAILY = tuple[str, str]


@dataclass(frozen=True)
class Planned:
    """A task and when it runs: `every` (number, period), or `at` (hour, minute) each day."""

    name: str
    task: str
    description: str
    every: INTERVAL | None = None
    at: DAILY | None = None


PLANNED: list[Planned] = []


def plan(*planned: Planned) -> None:
    """Put an app's own tasks on the schedule; done once, in its ready()."""
    PLANNED.extend(one for one in planned if one not in PLANNED)


def make_missing_rows(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """After migrations: add the planned rows that are not there (by name)."""
    from django_celery_beat.models import PeriodicTask

    there = set(PeriodicTask.objects.using(using).values_list("name", flat=True))
    for planned in PLANNED:
        if planned.name not in there:
            PeriodicTask(
                name=planned.name,
                task=planned.task,
                description=planned.description,
                **_clock(planned, using),
            ).save(using=using)


def _clock(planned: Planned, using: str) -> dict[str, Any]:
    from django_celery_beat.models import CrontabSchedule, IntervalSchedule

    if planned.every is not None:
        number, period = planned.every
        interval, _ = IntervalSchedule.objects.using(using).get_or_create(
            every=number, period=period
        )
        return {"interval": interval}
    hour, minute = planned.at or ("2", "0")
    crontab, _ = CrontabSchedule.objects.using(using).get_or_create(
        hour=hour,
        minute=minute,
        day_of_week="*",
        day_of_month="*",
        month_of_year="*",
        timezone=settings.TIME_ZONE,
    )
    return {"crontab": crontab}
