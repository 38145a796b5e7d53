"""The job row is the truth: whatever happens to brokers and workers, work is done once."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from jobs import services
from jobs.models import Job
from jobs.work import KINDS, Asked, Progress, Work, WorkError
from tests.factories import StudyFactory, UserFactory

pytestmark = pytest.mark.django_db


class Bench:
    """A kind of work whose behaviour a test sets, and which notes what it did."""

    def __init__(self) -> None:
        self.computed: list[Any] = []
        self.stored: list[Any] = []
        self.during: Any = None
        self.error: Exception | None = None

    def compute(self, asked: Asked, progress: Progress) -> str:
        self.computed.append(asked.payload)
        if self.during:
            self.during(progress)
        if self.error:
            raise self.error
        return "outcome"

    def store(self, asked: Asked, outcome: str) -> dict[str, Any]:
        self.stored.append(outcome)
        StudyFactory(code=f"MADE{len(self.stored)}")
        return {"stored": len(self.stored)}


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    bench = Bench()
    monkeypatch.setitem(KINDS, "test.work", Work(compute=bench.compute, store=bench.store))
    return bench


def ask(key: str = "one", **more: Any) -> Job:
    return services.enqueue("test.work", key=key, payload={"n": 1}, by=None, **more)


def test_asking_twice_is_asking_once(bench: Bench) -> None:
    assert ask().pk == ask().pk
    assert Job.objects.count() == 1


def test_the_database_itself_refuses_a_second_active_job_of_the_same_key(bench: Bench) -> None:
    job = ask()
    with pytest.raises(IntegrityError, match="jobs_job_one_active_per_key"), transaction.atomic():
        Job.objects.create(kind=job.kind, key=job.key, due_at=timezone.now())


def test_asking_while_it_runs_makes_it_run_once_more(bench: Bench) -> None:
    job = ask()
    bench.during = lambda progress: ask() if len(bench.computed) == 1 else None
    services.run(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.QUEUED
    services.run(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.SUCCEEDED
    assert len(bench.computed) == 2


def test_a_done_job_is_not_done_again_however_often_it_is_handed_out(bench: Bench) -> None:
    job = ask()
    for _ in range(3):
        services.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result, job.attempts) == ("succeeded", {"stored": 1}, 1)
    assert len(bench.stored) == 1


def test_a_worker_that_lost_its_lease_writes_nothing(bench: Bench) -> None:
    job = ask()

    def another_takes_over(progress: Progress) -> None:
        Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
        services.sweep()

    bench.during = another_takes_over
    services.run(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.QUEUED
    assert bench.stored == []


def test_an_error_is_tried_again_and_in_the_end_told(bench: Bench) -> None:
    bench.error = RuntimeError("the disk is full")
    job = ask()
    for attempt in (1, 2, 3):
        Job.objects.filter(pk=job.pk).update(due_at=timezone.now())
        services.run(job.pk)
        job.refresh_from_db()
        assert job.attempts == attempt
    assert job.state == Job.State.FAILED
    assert "the disk is full" in job.error


def test_work_that_cannot_succeed_is_not_tried_again(bench: Bench) -> None:
    bench.error = WorkError("No patient has the event.")
    job = ask()
    services.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error, job.attempts) == ("failed", "No patient has the event.", 1)


def test_a_result_that_cannot_be_stored_leaves_nothing_behind(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def store(asked: Asked, outcome: str) -> dict[str, Any]:
        StudyFactory(code="HALF")
        raise RuntimeError("halfway")

    monkeypatch.setitem(KINDS, "test.work", Work(compute=bench.compute, store=store))
    job = ask()
    services.run(job.pk)
    job.refresh_from_db()
    from studies.models import Study

    assert job.state == Job.State.QUEUED
    assert not Study.objects.filter(code="HALF").exists()


def test_the_sweep_hands_out_what_the_broker_lost(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed: list[int] = []
    monkeypatch.setattr(services, "hand_out", lambda job: bool(handed.append(job.pk)) or True)
    job = ask()
    services.sweep()
    assert handed == [job.pk]
    Job.objects.filter(pk=job.pk).update(handed_out_at=timezone.now())
    services.sweep()
    assert handed == [job.pk], "a fresh hint is not repeated"
    Job.objects.filter(pk=job.pk).update(handed_out_at=timezone.now() - timedelta(minutes=2))
    services.sweep()
    assert handed == [job.pk, job.pk]


def test_a_job_is_not_run_before_it_is_due(bench: Bench) -> None:
    job = ask(due_at=timezone.now() + timedelta(hours=1))
    services.run(job.pk)
    assert bench.computed == []


def test_only_a_failed_job_is_retried_and_only_a_waiting_one_cancelled(bench: Bench) -> None:
    person = UserFactory()
    job = ask()
    assert not services.retry(job=job, by=person)
    assert services.cancel(job=job, by=person)
    services.run(job.pk)
    assert bench.computed == []
    Job.objects.filter(pk=job.pk).update(state=Job.State.FAILED)
    assert services.retry(job=job, by=person)


def test_every_state_change_in_the_code_stands_in_the_table() -> None:
    assert set(Job.TRANSITIONS) == set(Job.State)
