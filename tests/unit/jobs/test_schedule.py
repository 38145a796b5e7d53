"""The schedule that an installation begins with."""

import pytest
from celery import current_app
from django.apps import apps
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from config.celery import app
from jobs.schedule import PLANNED, make_missing_rows

pytestmark = pytest.mark.django_db


def make_rows() -> None:
    make_missing_rows(sender=apps.get_app_config("django_celery_beat"), using="default")


def test_migrations_leave_every_planned_row() -> None:
    names = set(PeriodicTask.objects.filter(enabled=True).values_list("name", flat=True))
    assert {planned.name for planned in PLANNED} <= names


def test_every_planned_task_is_one_that_workers_know() -> None:
    app.loader.import_default_modules()
    assert {planned.task for planned in PLANNED} <= set(current_app.tasks)


def test_models_are_asked_about_at_night_in_the_installations_time_zone() -> None:
    crontab = PeriodicTask.objects.get(task="modeling.ask_whether_due").crontab
    assert (crontab.hour, crontab.minute) == ("2", "0")
    assert str(crontab.timezone) == "Asia/Tokyo"


def test_what_a_manager_changed_survives() -> None:
    slower = IntervalSchedule.objects.create(every=5, period="minutes")
    task = PeriodicTask.objects.get(task="jobs.sweep")
    task.interval, task.enabled = slower, False
    task.save()
    make_rows()
    task.refresh_from_db()
    assert (task.interval, task.enabled) == (slower, False)


def test_a_missing_row_comes_back_and_none_is_doubled() -> None:
    PeriodicTask.objects.get(task="jobs.sweep").delete()
    make_rows()
    make_rows()
    assert PeriodicTask.objects.filter(task="jobs.sweep").count() == 1
