"""The schedule that a new installation begins with, row by row, and what beat's own calls do."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.conf import settings
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from jobs import outages, scheduled
from jobs.schedule import make_missing_rows
from jobs.scheduled import Scheduled, do_what_is_due, knock, register_scheduled

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two kinds of scheduled work, and what they did."""
    asked: list[str] = []
    monkeypatch.setattr(scheduled, "SCHEDULED", {})
    for name in ("test.one", "test.other"):
        register_scheduled(name, Scheduled(lambda name=name: asked.append(name)))  # type: ignore[misc]
    return asked


def made() -> None:
    make_missing_rows(apps.get_app_config("jobs"), "default")


def test_a_new_installation_begins_with_three_rows() -> None:
    PeriodicTask.objects.all().delete()
    CrontabSchedule.objects.all().delete()
    IntervalSchedule.objects.all().delete()
    made()
    rows = {row.task: row for row in PeriodicTask.objects.all()}
    every = rows["jobs.sweep"].interval
    assert (every.every, every.period) == (15, "seconds")
    clocks = {task: row.crontab for task, row in rows.items() if row.crontab}
    assert {task: (clock.hour, clock.minute) for task, clock in clocks.items()} == {
        "modeling.ask_whether_due": ("2", "0"),
        "jobs.clear_ended_sessions": ("3", "30"),
    }
    for clock in clocks.values():
        assert (clock.day_of_week, clock.day_of_month, clock.month_of_year) == ("*", "*", "*")
        assert clock.timezone == ZoneInfo(settings.TIME_ZONE)
    assert all(row.description for row in rows.values())


def test_what_a_manager_changed_or_switched_off_stays() -> None:
    sweep = PeriodicTask.objects.get(task="jobs.sweep")
    sweep.enabled = False
    sweep.save()
    PeriodicTask.objects.filter(task="jobs.clear_ended_sessions").delete()
    made()
    assert not PeriodicTask.objects.get(task="jobs.sweep").enabled
    assert PeriodicTask.objects.filter(task="jobs.clear_ended_sessions").count() == 1
    assert PeriodicTask.objects.filter(task="jobs.sweep").count() == 1


def test_work_that_stands_on_no_crontab_is_done_at_each_call(asked: list[str]) -> None:
    every = IntervalSchedule.objects.create(every=1, period="hours")
    PeriodicTask.objects.create(name="one", task="test.one", interval=every)
    nightly = CrontabSchedule.objects.create(hour="2", minute="0")
    PeriodicTask.objects.create(name="other", task="test.other", crontab=nightly)
    knock("test.one")
    knock("test.one")
    assert asked == ["test.one", "test.one"]


def test_a_call_for_one_task_leaves_the_others_alone(asked: list[str]) -> None:
    each_minute = CrontabSchedule.objects.create(hour="*", minute="*")
    for task in ("test.one", "test.other"):
        PeriodicTask.objects.create(name=task, task=task, crontab=each_minute)
    begun = scheduled.timezone.now()
    do_what_is_due(now=begun)
    assert do_what_is_due(task="test.one", now=begun + timedelta(minutes=2)) == ["test.one"]
    assert asked == ["test.one"]


def test_what_nobody_registered_is_left_to_others(asked: list[str]) -> None:
    each_minute = CrontabSchedule.objects.create(hour="*", minute="*")
    PeriodicTask.objects.create(name="stranger", task="test.stranger", crontab=each_minute)
    begun = scheduled.timezone.now()
    do_what_is_due(now=begun)
    assert "stranger" not in do_what_is_due(now=begun + timedelta(minutes=2))


def test_a_name_stands_for_one_kind_of_work(asked: list[str]) -> None:
    again = scheduled.SCHEDULED["test.one"]
    register_scheduled("test.one", again)
    with pytest.raises(ValueError, match="registered twice"):
        register_scheduled("test.one", Scheduled(lambda: None))


def test_a_week_is_made_up_and_ten_minutes_are_waited_for() -> None:
    assert Scheduled(lambda: None).catch_up == timedelta(days=7)
    assert outages.PATIENCE_SECONDS == 600
