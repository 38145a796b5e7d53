"""Work by the clock: each due time once, the last one that was missed made up, in the crontab's own zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from jobs import scheduled
from jobs.models import ScheduledWork
from jobs.schedule import PLANNED
from jobs.scheduled import SCHEDULED, Scheduled, do_what_is_due, last_due
from tests.at_once import Other

NIGHTLY = "test.nightly"
TOKYO = ZoneInfo("Asia/Tokyo")


def crontab(minute: str, hour: str, zone: str = "Asia/Tokyo", **more: str) -> CrontabSchedule:
    return CrontabSchedule(minute=minute, hour=hour, timezone=ZoneInfo(zone), **more)


def at(text: str, zone: str = "Asia/Tokyo") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


WEEK = timedelta(days=7)
CASES = [  # crontab, now, due
    (crontab("0", "2"), at("2026-11-26 02:00"), at("2026-11-26 02:00")),
    (crontab("0", "2"), at("2026-11-26 01:59:59"), at("2026-11-25 02:00")),
    (crontab("0", "2"), at("2026-11-26 23:00"), at("2026-11-26 02:00")),
    (crontab("*/20", "8-9"), at("2026-11-26 09:41"), at("2026-11-26 09:40")),
    (crontab("0", "2", day_of_week="0"), at("2026-11-26 12:00"), at("2026-11-22 02:00")),  # Sunday
    (crontab("0", "2", day_of_month="1"), at("2026-11-26 12:00"), None),  # over a week ago
    (crontab("0", "2", day_of_month="20"), at("2026-11-26 12:00"), at("2026-11-20 02:00")),
    (crontab("0", "2", month_of_year="12"), at("2026-11-26 12:00"), None),
    # Asked where it is another day: 20:00 in London on the 25th is 05:00 in Tokyo on the 26th.
    (crontab("0", "2"), at("2026-11-25 20:00", "Europe/London"), at("2026-11-26 02:00")),
    # Berlin skips 02:00-03:00 on 2027-03-28: due when the clock has been put forward, 03:30 there.
    (
        crontab("30", "2", "Europe/Berlin"),
        datetime(2027, 3, 28, 12, tzinfo=UTC),
        datetime(2027, 3, 28, 1, 30, tzinfo=UTC),
    ),
    # Berlin has 02:30 twice on 2026-10-25 (00:30 and 01:30 UTC): due the first time alone.
    (
        crontab("30", "2", "Europe/Berlin"),
        datetime(2026, 10, 25, 12, tzinfo=UTC),
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    ),
]


@pytest.mark.parametrize(("clock", "now", "due"), CASES)
def test_the_last_due_time_of_a_crontab(
    clock: CrontabSchedule, now: datetime, due: datetime | None
) -> None:
    assert last_due(clock, now, within=WEEK) == due


def test_a_catch_up_of_part_of_a_day_reaches_into_the_day_that_it_begins_on() -> None:
    """30 hours before 05:00 is 23:00 two days ago."""
    due = last_due(
        crontab("0", "23", day_of_month="24"), at("2026-11-26 04:59"), within=timedelta(hours=30)
    )
    assert due == at("2026-11-24 23:00")


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A nightly task at 02:00 in Tokyo, known since noon of the 20th, and what it did."""
    done: list[str] = []
    monkeypatch.setattr(scheduled, "SCHEDULED", {})
    scheduled.register_scheduled(NIGHTLY, Scheduled(lambda: done.append("did")))
    clock = CrontabSchedule.objects.create(minute="0", hour="2", timezone=TOKYO)
    PeriodicTask.objects.create(name=NIGHTLY, task=NIGHTLY, crontab=clock)
    assert do_what_is_due(now=at("2026-11-20 12:00")) == []
    return done


def tick(*moments: str) -> None:
    for moment in moments:
        do_what_is_due(now=at(moment))


@pytest.mark.django_db
def test_a_due_time_is_done_once_however_often_somebody_looks(done: list[str]) -> None:
    tick("2026-11-21 01:59:59", "2026-11-21 02:00", "2026-11-21 02:00:15", "2026-11-21 23:59")
    assert len(done) == 1
    tick("2026-11-22 02:00:01")
    assert len(done) == 2
    assert PeriodicTask.objects.get(name=NIGHTLY).last_run_at == at("2026-11-22 02:00:01")


@pytest.mark.django_db
def test_after_three_days_away_the_last_night_is_made_up_once(done: list[str]) -> None:
    tick("2026-11-21 02:00", "2026-11-24 09:30", "2026-11-24 09:30:15")
    assert len(done) == 2
    assert ScheduledWork.objects.get(name=NIGHTLY).done_until == at("2026-11-24 02:00")


@pytest.mark.django_db
def test_what_was_missed_longer_ago_than_the_catch_up_is_left_out(
    done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    briefly = Scheduled(lambda: done.append("did"), catch_up=timedelta(hours=6))
    monkeypatch.setitem(scheduled.SCHEDULED, NIGHTLY, briefly)
    tick("2026-11-24 08:00:01")
    assert done == []
    tick("2026-11-25 08:00")
    assert len(done) == 1


@pytest.mark.django_db
def test_a_changed_schedule_counts_from_the_change_and_one_switched_off_is_not_made_up(
    done: list[str],
) -> None:
    task = PeriodicTask.objects.get(name=NIGHTLY)
    task.crontab = CrontabSchedule.objects.create(minute="0", hour="1", timezone=TOKYO)
    task.save()
    tick("2026-11-21 10:00", "2026-11-21 10:01")
    assert done == [], "01:00 of today had passed when it was set"
    tick("2026-11-22 01:00")
    assert len(done) == 1
    PeriodicTask.objects.filter(pk=task.pk).update(enabled=False)
    tick("2026-11-22 12:00", "2026-11-23 01:00", "2026-11-24 01:00")
    PeriodicTask.objects.filter(pk=task.pk).update(enabled=True)
    tick("2026-11-24 12:00", "2026-11-24 12:01")
    assert len(done) == 1
    tick("2026-11-25 01:00")
    assert len(done) == 2


@pytest.mark.django_db
def test_one_that_is_switched_off_at_that_very_moment_is_not_done(
    done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile(clock: CrontabSchedule, now: datetime, *, within: timedelta) -> datetime | None:
        ScheduledWork.objects.filter(name=NIGHTLY).update(schedule=scheduled.OFF)
        return last_due(clock, now, within=within)

    monkeypatch.setattr(scheduled, "last_due", meanwhile)
    tick("2026-11-21 02:00")
    assert done == []


@pytest.mark.django_db
def test_work_that_breaks_is_tried_again_and_does_not_keep_the_others_waiting(
    done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise RuntimeError("not now")

    monkeypatch.setitem(scheduled.SCHEDULED, "test.broken", Scheduled(broken))
    clock = PeriodicTask.objects.get(name=NIGHTLY).crontab
    PeriodicTask.objects.create(name="A broken one", task="test.broken", crontab=clock)
    tick("2026-11-20 13:00", "2026-11-21 02:00")
    assert len(done) == 1
    monkeypatch.setitem(
        scheduled.SCHEDULED, "test.broken", Scheduled(lambda: done.append("mended"))
    )
    tick("2026-11-21 02:00:15")
    assert done == ["did", "mended"]


@pytest.mark.django_db(transaction=True)
def test_two_schedulers_at_once_do_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[int] = []
    monkeypatch.setattr(scheduled, "SCHEDULED", {})
    scheduled.register_scheduled(NIGHTLY, Scheduled(lambda: done.append(1)))
    clock = CrontabSchedule.objects.create(minute="0", hour="2", timezone=TOKYO)
    PeriodicTask.objects.create(name=NIGHTLY, task=NIGHTLY, crontab=clock)
    tick("2026-11-20 12:00")
    both = [Other(lambda: do_what_is_due(now=at("2026-11-21 02:00"))) for _ in range(4)]
    answers = [each.ended() for each in both]
    assert sorted(map(len, answers)) == [0, 0, 0, 1]
    assert done == [1]


@pytest.mark.django_db
def test_beats_own_call_does_what_is_due_and_no_more(
    done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: at("2026-11-21 02:00:00"))
    scheduled.knock(NIGHTLY)
    scheduled.knock(NIGHTLY)
    assert len(done) == 1


def test_all_that_is_planned_by_the_day_is_scheduled_work() -> None:
    assert {planned.task for planned in PLANNED if planned.at} == set(SCHEDULED)
