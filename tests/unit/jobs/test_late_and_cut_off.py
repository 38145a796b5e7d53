"""A worker that comes back too late changes nothing, and one that is cut off from the database loses nothing."""

import os
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from jobs import outages, services
from jobs.models import Job
from jobs.services import doing, endings, handing_out
from jobs.services.endings import finish, give_back, release_lost, try_again_or_fail
from jobs.work import KINDS, Asked, Work
from sentences import words
from tests.at_once import Other, until_somebody_waits_for_a_lock

pytestmark = pytest.mark.django_db
KIND = "test.late"


def job_of(monkeypatch: pytest.MonkeyPatch, **work: Any) -> Job:
    told = {"compute": lambda asked, progress: None, "store": lambda asked, outcome: {}} | work
    monkeypatch.setitem(KINDS, KIND, Work(**told))
    return services.enqueue(KIND, key="late", payload={}, by=None)


def claimed(job: Job) -> Job:
    held = services.claim(job.pk)
    assert held is not None
    return held


def row(job: Job) -> dict[str, Any]:
    return Job.objects.filter(pk=job.pk).values().get()


def disk_is_full() -> OperationalError:
    """An error of the database that is no outage, as Django wraps the driver's."""

    class Driver(Exception):
        pgcode = "53100"

    error = OperationalError("no space left on device")
    error.__cause__ = Driver()
    return error


def raising(error: Exception) -> Callable[..., Any]:
    def act(*args: Any, **kwargs: Any) -> Any:
        raise error

    return act


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How often this thread's connection was closed; a test's own must not be."""
    closed: list[str] = []
    stand_in = SimpleNamespace(close=lambda: closed.append("closed"))
    monkeypatch.setattr(doing, "connection", stand_in)
    return closed


# Too late


@pytest.mark.parametrize(
    "act",
    [
        lambda late: try_again_or_fail(late, "broken"),
        lambda late: endings.fail(late, "broken"),
        lambda late: finish(late, {"of": "the late one"}),
        release_lost,
        give_back,
    ],
    ids=["try_again_or_fail", "fail", "finish", "release_lost", "give_back"],
)
def test_a_late_worker_changes_nothing_of_a_job_that_another_holds(
    monkeypatch: pytest.MonkeyPatch, act: Callable[[Job], Any]
) -> None:
    job = job_of(monkeypatch)
    late = claimed(job)
    release_lost(late)
    claimed(job)
    before = row(job)
    act(late)
    assert row(job) == before


def test_a_late_worker_that_was_asked_again_does_not_queue_what_another_holds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job = job_of(monkeypatch)
    late = claimed(job)
    release_lost(late)
    claimed(job)
    before = row(job)
    late.asked_again = True
    finish(late, {})
    assert row(job) == before


def test_a_kind_is_not_told_of_a_failure_that_did_not_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []
    job = job_of(monkeypatch, failed=lambda asked, error: told.append(error))
    late = claimed(job)
    release_lost(late)
    endings.fail(late, "broken")
    assert told == []


@pytest.mark.django_db(transaction=True)
def test_a_job_is_not_taken_away_while_its_result_is_being_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    storing, go_on = threading.Event(), threading.Event()

    def store(asked: Asked, outcome: Any) -> dict[str, Any]:
        storing.set()
        go_on.wait(30)
        return {"written": True}

    def lost_and_claimed() -> Any:
        Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
        services.sweep()
        return services.claim(job.pk)

    job = job_of(monkeypatch, store=store)
    worker = Other(lambda: services.run(job.pk))
    assert storing.wait(30)
    other = Other(lost_and_claimed)
    until_somebody_waits_for_a_lock()
    go_on.set()
    worker.ended()
    assert other.ended() is None
    job.refresh_from_db()
    assert (job.state, job.result) == ("succeeded", {"written": True})


# Waiting once more


@pytest.mark.parametrize(
    "act",
    [
        lambda held: try_again_or_fail(held, "broken"),
        release_lost,
        lambda held: give_back(held, wait=timedelta(seconds=5)),
    ],
    ids=["try_again_or_fail", "release_lost", "give_back"],
)
def test_a_job_that_waits_once_more_is_handed_out_anew(
    monkeypatch: pytest.MonkeyPatch, act: Callable[[Job], Any]
) -> None:
    """The hint to the broker was for the run that is over."""
    job = job_of(monkeypatch)
    Job.objects.filter(pk=job.pk).update(handed_out_at=timezone.now())
    act(claimed(job))
    job.refresh_from_db()
    assert (job.state, job.handed_out_at, job.lease_until) == ("queued", None, None)


def test_a_job_that_was_asked_again_is_handed_out_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    job = job_of(monkeypatch)
    Job.objects.filter(pk=job.pk).update(handed_out_at=timezone.now())
    held = claimed(job)
    held.asked_again = True
    finish(held, {})
    job.refresh_from_db()
    assert (job.state, job.handed_out_at, job.lease_until) == ("queued", None, None)


@pytest.mark.parametrize(("seconds", "handed"), [(0, 1), (5, 0)])
def test_a_job_given_back_is_handed_out_at_once_unless_it_is_to_wait(
    monkeypatch: pytest.MonkeyPatch, seconds: int, handed: int
) -> None:
    hints: list[Job] = []
    held = claimed(job_of(monkeypatch))
    monkeypatch.setattr(endings, "hand_out", hints.append)
    assert give_back(held, wait=timedelta(seconds=seconds))
    assert len(hints) == handed


def test_a_hint_that_the_broker_did_not_take_is_not_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    job = job_of(monkeypatch)
    Job.objects.filter(pk=job.pk).update(handed_out_at=None)
    away = SimpleNamespace(send_task=raising(ConnectionRefusedError("away")))
    monkeypatch.setattr(handing_out, "current_app", away)
    assert not handing_out.hand_out(job)
    assert row(job)["handed_out_at"] is None


def test_a_hint_is_noted_on_its_own_job_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    job = job_of(monkeypatch)
    other = services.enqueue(KIND, key="another", payload={}, by=None)
    Job.objects.update(handed_out_at=None)
    taken = SimpleNamespace(send_task=lambda *args, **kwargs: None)
    monkeypatch.setattr(handing_out, "current_app", taken)
    assert handing_out.hand_out(job)
    assert row(job)["handed_out_at"] is not None
    assert row(other)["handed_out_at"] is None


def test_why_a_job_was_withdrawn_stands_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    job = job_of(monkeypatch, unwanted=lambda payload: words("overtaken"))
    assert services.claim(job.pk) is None
    assert (row(job)["state"], row(job)["message"]) == ("cancelled", "overtaken")


# Cut off


@pytest.mark.parametrize(("percent", "kept"), [(-5, 0), (0, 0), (55, 55), (100, 100), (150, 100)])
def test_progress_is_kept_between_0_and_100_with_a_message_that_fits(
    monkeypatch: pytest.MonkeyPatch, percent: int, kept: int
) -> None:
    held = claimed(job_of(monkeypatch))
    services.report(held, percent, "x" * 400)
    assert (row(held)["progress"], row(held)["message"]) == (kept, "x" * 300)


def test_an_outage_while_progress_is_told_closes_the_broken_connection(
    monkeypatch: pytest.MonkeyPatch, closed: list[str]
) -> None:
    held = claimed(job_of(monkeypatch))
    monkeypatch.setattr(doing, "_renew", raising(OperationalError("away")))
    services.report(held, 50, "half")
    assert closed == ["closed"]


def test_an_outage_at_a_heartbeat_closes_the_connection_and_is_tried_again_soon(
    monkeypatch: pytest.MonkeyPatch, closed: list[str]
) -> None:
    held = claimed(job_of(monkeypatch))
    assert doing._beat(held) == doing.HEARTBEAT_SECONDS == 15
    assert closed == []
    monkeypatch.setattr(doing, "_renew", raising(OperationalError("away")))
    assert doing._beat(held) == doing.SECONDS_BETWEEN_TRIES == 2
    assert closed == ["closed"]


def test_an_outage_at_the_claim_closes_the_broken_connection(
    monkeypatch: pytest.MonkeyPatch, closed: list[str]
) -> None:
    job = job_of(monkeypatch)
    monkeypatch.setattr(doing, "claim", raising(OperationalError("away")))
    services.run(job.pk)
    assert closed == ["closed"]


def test_an_outage_in_the_work_closes_the_connection_before_the_job_is_given_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    states: list[str] = []
    job = job_of(monkeypatch, compute=raising(OperationalError("away")))
    note = SimpleNamespace(close=lambda: states.append(row(job)["state"]))
    monkeypatch.setattr(doing, "_keep_lease", lambda job, done: None)
    monkeypatch.setattr(doing, "connection", note)
    services.run(job.pk)
    assert states == ["running"]
    assert row(job)["state"] == "queued"


@pytest.mark.parametrize("part", ["claim", "_renew"])
def test_an_error_of_the_database_that_is_no_outage_is_not_passed_over(
    monkeypatch: pytest.MonkeyPatch, closed: list[str], part: str
) -> None:
    job = job_of(monkeypatch)
    if part == "claim":
        monkeypatch.setattr(doing, part, raising(disk_is_full()))
        with pytest.raises(OperationalError):
            services.run(job.pk)
    else:
        held = claimed(job)
        monkeypatch.setattr(doing, part, raising(disk_is_full()))
        with pytest.raises(OperationalError):
            services.report(held, 50, "half")
    assert closed == []


def test_a_result_that_meets_an_outage_is_written_when_it_is_over_without_computing_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done: list[str] = []
    left: list[Exception] = [OperationalError("away"), OperationalError("away")]

    def compute(asked: Asked, progress: Any) -> None:
        done.append("computed")

    def store(asked: Asked, outcome: Any) -> dict[str, Any]:
        if left:
            raise left.pop()
        done.append("stored")
        return {"written": True}

    monkeypatch.setattr(outages, "connection", SimpleNamespace(close=lambda: None))
    monkeypatch.setattr(outages.time, "sleep", lambda seconds: None)
    job = job_of(monkeypatch, compute=compute, store=store)
    services.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.result) == ("succeeded", 1, {"written": True})
    assert done == ["computed", "stored"]


def test_the_lease_is_not_kept_any_longer_than_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[str] = []

    def slow_to_end(job: Job, done: int) -> None:
        os.read(done, 1)
        time.sleep(0.2)
        ended.append("ended")

    held = claimed(job_of(monkeypatch))
    monkeypatch.setattr(doing, "_keep_lease", slow_to_end)
    with doing._hold_lease(held):
        assert ended == []
    assert ended == ["ended"]


def test_the_keeper_of_a_lease_leaves_no_connection_open(
    monkeypatch: pytest.MonkeyPatch, closed: list[str]
) -> None:
    held = claimed(job_of(monkeypatch))
    reader, writer = os.pipe()
    os.write(writer, b".")
    doing._keep_lease(held, reader)
    os.close(reader)
    os.close(writer)
    assert closed == ["closed"]
