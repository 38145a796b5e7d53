"""How a run ends that did not succeed: what is counted, what is told, and who may still write."""

from datetime import timedelta
from typing import Any

import pghistory
import pytest
from django.utils import timezone

from jobs import services
from jobs.models import Job
from jobs.services import doing
from jobs.services.endings import give_back
from jobs.work import KINDS, Asked, Progress, Work, WorkError
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def job_of(monkeypatch: pytest.MonkeyPatch, compute: Any, **more: Any) -> Job:
    more.setdefault("store", lambda asked, outcome: {"done": True})
    monkeypatch.setitem(KINDS, "test.ends", Work(compute=compute, **more))
    return services.enqueue("test.ends", key="ends", payload={}, by=UserFactory())


def lose(job: Job) -> None:
    """The worker is not heard of any longer, and the sweep finds that out."""
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    services.sweep()
    job.refresh_from_db()


def test_a_job_whose_workers_die_has_failed_with_the_last_attempt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job = job_of(monkeypatch, lambda asked, progress: None)
    for attempt in (1, 2, 3):
        assert services.claim(job.pk) is not None
        lose(job)
        assert (job.attempts, job.state) == (attempt, "failed" if attempt == 3 else "queued")
    assert job.error == "The worker that held this job stopped before it was done."


def test_losing_the_lease_raises_the_fence_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not only when somebody claims it: a worker that comes back meanwhile finds it is not its own."""
    job = job_of(monkeypatch, lambda asked, progress: None)
    held = services.claim(job.pk)
    assert held is not None
    lose(job)
    assert job.fence == held.fence + 1


def test_a_late_worker_gives_nothing_back_that_another_holds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job = job_of(monkeypatch, lambda asked, progress: None)
    late = services.claim(job.pk)
    assert late is not None
    lose(job)
    assert services.claim(job.pk) is not None
    assert not give_back(late)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("running", 2)


def test_each_further_attempt_waits_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(asked: Asked, progress: Progress) -> None:
        raise RuntimeError("not now")

    job = job_of(monkeypatch, broken)
    for seconds in (30, 60):
        Job.objects.filter(pk=job.pk).update(due_at=timezone.now())
        before = timezone.now()
        services.run(job.pk)
        job.refresh_from_db()
        waits = (job.due_at - before).total_seconds()
        assert seconds <= waits < seconds + 20


def test_a_kind_is_told_that_its_job_has_failed_and_of_whom_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[tuple[Any, str]] = []

    def broken(asked: Asked, progress: Progress) -> None:
        raise WorkError("No patient has the event.\nMore.")

    failed = lambda asked, error: told.append((asked.by, error))  # noqa: E731
    job = job_of(monkeypatch, broken, failed=failed)
    services.run(job.pk)
    assert told == [(job.requested_by, "No patient has the event.\nMore.")]


def test_asked_again_in_a_run_that_broke_it_is_not_done_twice_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The next attempt begins after the asking, so that it has seen all that was asked for."""
    runs: list[int] = []

    def compute(asked: Asked, progress: Progress) -> None:
        runs.append(1)
        if len(runs) == 1:
            services.enqueue("test.ends", key="ends", payload={}, by=None)
            raise RuntimeError("not now")

    job = job_of(monkeypatch, compute)
    services.run(job.pk)
    Job.objects.filter(pk=job.pk).update(due_at=timezone.now())
    services.run(job.pk)
    job.refresh_from_db()
    assert (job.state, len(runs)) == ("succeeded", 2)


def test_what_a_job_writes_is_in_the_trail_under_whoever_asked_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    contexts: list[dict[str, Any]] = []

    def store(asked: Asked, outcome: Any) -> dict[str, Any]:
        with pghistory.context() as context:
            contexts.append(dict(context.metadata))
        return {}

    job = job_of(monkeypatch, lambda asked, progress: None, store=store)
    services.run(job.pk)
    by = job.requested_by
    assert by is not None
    assert contexts == [
        {
            "user": by.pk,
            "reasons": [{"code": "jobs.done_by_job", "with": {"job": job.pk, "kind": "test.ends"}}],
        }
    ]


def test_a_lease_outlives_a_few_heartbeats_that_are_missed() -> None:
    assert 3 * timedelta(seconds=doing.HEARTBEAT_SECONDS) <= doing.LEASE


def test_the_sweep_releases_every_job_whose_worker_died(monkeypatch: pytest.MonkeyPatch) -> None:
    first = job_of(monkeypatch, lambda asked, progress: None)
    second = services.enqueue("test.ends", key="another", payload={}, by=None)
    for job in (first, second):
        assert services.claim(job.pk) is not None
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    services.sweep()
    assert set(Job.objects.values_list("state", flat=True)) == {"queued"}


def test_a_job_that_is_taken_anew_tells_when_it_was_begun_and_of_no_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job = job_of(monkeypatch, lambda asked, progress: None)
    yesterday = timezone.now() - timedelta(days=1)
    Job.objects.filter(pk=job.pk).update(started_at=yesterday, finished_at=yesterday)
    taken = services.claim(job.pk)
    assert taken is not None
    assert taken.started_at is not None
    assert taken.started_at > yesterday
    assert taken.finished_at is None
