"""A worker's hold on its job: renewed while it works, through outages, and given back when it must."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from jobs import services
from jobs.models import Job
from jobs.services import doing, endings
from jobs.stopping import Stop
from jobs.work import KINDS, Progress, Work

pytestmark = pytest.mark.django_db(transaction=True)


class Nothing:
    """A connection that can be closed."""

    def close(self) -> None: ...


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doing, "HEARTBEAT_SECONDS", 0.05)
    monkeypatch.setattr(doing, "SECONDS_BETWEEN_TRIES", 0.05)


def job_that(monkeypatch: pytest.MonkeyPatch, compute: Any) -> Job:
    work = Work(lambda asked, progress: compute(progress), lambda asked, outcome: {"done": True})
    monkeypatch.setitem(KINDS, "test.lease", work)
    return services.enqueue("test.lease", key="lease", payload={}, by=None)


def until(condition: Any) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def lease_of(job: Job) -> Any:
    return Job.objects.values_list("lease_until", flat=True).get(pk=job.pk)


@pytest.mark.parametrize("failures", [0, 3])
def test_the_lease_of_silent_work_is_renewed_also_after_an_outage(
    quick: None, monkeypatch: pytest.MonkeyPatch, failures: int
) -> None:
    renew, left = doing._renew, [OperationalError("away")] * failures

    def sometimes(job: Job, **changes: object) -> bool:
        if left:
            raise left.pop()
        return renew(job, **changes)

    def compute(progress: Progress) -> None:
        Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
        until(lambda: lease_of(job) > timezone.now() + timedelta(seconds=50))

    monkeypatch.setattr(doing, "_renew", sometimes)
    job = job_that(monkeypatch, compute)
    services.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts, left) == ("succeeded", 1, [])


def test_work_that_meets_an_outage_waits_for_its_end_and_has_lost_no_attempt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def compute(progress: Progress) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(doing, "connection", Nothing())
    job = job_that(monkeypatch, compute)
    for _ in range(5):
        Job.objects.filter(pk=job.pk).update(due_at=timezone.now())
        services.run(job.pk)
        job.refresh_from_db()
        assert (job.state, job.attempts) == ("queued", 0)
        assert job.due_at > timezone.now()


def test_a_job_that_cannot_be_claimed_now_is_left_to_the_sweep(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away(*args: object, **changes: object) -> bool:
        raise OperationalError("away")

    job = job_that(monkeypatch, lambda progress: None)
    with monkeypatch.context() as patch:
        patch.setattr(doing, "connection", Nothing())
        patch.setattr(doing, "move", away)
        services.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("queued", 0)


def test_progress_that_cannot_be_told_does_not_end_the_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    renew = doing._renew

    def compute(progress: Progress) -> None:
        monkeypatch.setattr(doing, "_renew", broken)
        progress(50, "half")
        monkeypatch.setattr(doing, "_renew", renew)
        progress(60, "more")

    def broken(job: Job, **changes: object) -> bool:
        raise OperationalError("away")

    monkeypatch.setattr(doing, "connection", Nothing())
    job = job_that(monkeypatch, compute)
    services.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("succeeded", 1)


def test_what_was_kept_at_the_very_end_of_an_outage_is_not_written_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The commit arrives, its answer does not: the second try finds the job no longer running."""
    stored: list[int] = []
    finish = endings.finish

    def finish_and_lose_the_answer(job: Job, result: dict[str, Any]) -> None:
        finish(job, result)
        stored.append(1)

    monkeypatch.setattr(doing, "finish", finish_and_lose_the_answer)

    def twice(act: Any) -> None:
        act()
        act()

    monkeypatch.setattr(doing, "hold_on", twice)
    job = job_that(monkeypatch, lambda progress: None)
    services.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts, stored) == ("succeeded", 1, [1])


def test_a_worker_asked_to_stop_gives_back_work_that_tells_no_progress(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stop = Stop()
    monkeypatch.setattr(doing, "STOP", stop)

    def compute(progress: Progress) -> None:
        stop.ask()
        until(lambda: Job.objects.get(pk=job.pk).state == Job.State.QUEUED)

    job = job_that(monkeypatch, compute)
    services.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.result, job.fence) == ("queued", 0, None, 2)
