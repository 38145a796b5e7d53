"""The job row is the truth: whatever happens to brokers and workers, work is done once."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from jobs import services
from jobs.models import Job
from jobs.services import doing, handing_out, sweeping
from jobs.services.endings import give_back
from jobs.services.transitions import State, move
from jobs.stopping import Stop
from jobs.work import KINDS, Asked, Progress, Work, WorkError
from sentences import Sentence, words
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
    monkeypatch.setattr(sweeping, "hand_out", lambda job: bool(handed.append(job.pk)) or True)
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


def test_a_step_that_is_not_in_the_table_is_never_taken(bench: Bench) -> None:
    job = ask()
    for source in State:
        for target in set(State) - Job.TRANSITIONS[source]:
            with pytest.raises(ValueError, match="does not become"):
                move(job.pk, source, target)
    job.refresh_from_db()
    assert job.state == State.QUEUED


def test_a_step_is_taken_from_its_own_state_and_by_its_holder_alone(bench: Bench) -> None:
    job = ask()
    assert not move(job.pk, State.RUNNING, State.SUCCEEDED)
    held = services.claim(job.pk)
    assert held is not None
    assert not move(job.pk, State.RUNNING, State.SUCCEEDED, held_by=held.fence + 1)
    assert move(job.pk, State.RUNNING, State.SUCCEEDED, held_by=held.fence, lease_until=None)


def test_no_other_module_writes_a_state() -> None:
    """Every step goes through `move`, which reads the table."""
    writes = re.compile(r"update\([^)]*\bstate=|\.state = ")
    here = Path(services.__file__).parents[1]
    found = {path.name for path in here.rglob("*.py") if writes.search(path.read_text())}
    assert found == {"transitions.py"}


def test_an_old_holders_progress_is_refused_and_not_written(bench: Bench) -> None:
    job = ask()
    old = services.claim(job.pk)
    assert old is not None
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    services.sweep()
    new = services.claim(job.pk)
    assert new is not None
    services.report(new, 7, "the new one")
    with pytest.raises(services.LeaseLost):
        services.report(old, 90, "the old one")
    job.refresh_from_db()
    assert (job.progress, job.message) == (7, "the new one")


def test_a_job_given_back_any_number_of_times_still_has_all_its_attempts(bench: Bench) -> None:
    job = ask()
    for stop in range(1, 6):
        held = services.claim(job.pk)
        assert held is not None
        assert give_back(held)
        assert not give_back(held), "it is no longer ours"
        with pytest.raises(services.LeaseLost):
            services.report(held, 50, "still here")
        job.refresh_from_db()
        assert (job.state, job.attempts, job.lease_until) == ("queued", 0, None)
        assert job.fence == 2 * stop
    services.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts, len(bench.stored)) == ("succeeded", 1, 1)


@pytest.mark.parametrize("end", [SystemExit, KeyboardInterrupt])
def test_a_process_that_is_ended_under_its_work_gives_it_back(
    bench: Bench, end: type[BaseException]
) -> None:
    def ended(progress: Progress) -> None:
        raise end

    bench.during = ended
    job = ask()
    with pytest.raises(end):
        services.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.error) == ("queued", 0, "")


def test_a_worker_that_is_stopping_takes_nothing_and_leaves_the_job_to_the_sweep(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = ask()
    Job.objects.filter(pk=job.pk).update(handed_out_at=timezone.now())
    stop = Stop()
    stop.ask()
    monkeypatch.setattr(doing, "STOP", stop)
    services.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.handed_out_at) == ("queued", 0, None)


def test_what_nobody_wants_any_longer_is_withdrawn_before_it_runs_and_says_why(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = {"n": 1}

    def why_not(payload: dict[str, Any]) -> Sentence | None:
        return None if payload == wanted else words("Withdrawn: overtaken.")

    work = Work(compute=bench.compute, store=bench.store, unwanted=why_not)
    monkeypatch.setitem(KINDS, "test.work", work)
    at_claim, at_sweep, kept = ask("a"), ask("b"), ask("c")
    Job.objects.filter(pk__in=[at_claim.pk, at_sweep.pk]).update(payload={"n": 0})
    services.run(at_claim.pk)
    services.sweep()
    for job in (at_claim, at_sweep):
        job.refresh_from_db()
        assert (job.state, job.message) == ("cancelled", "Withdrawn: overtaken.")
        assert (job.attempts, job.finished_at is not None) == (0, True)
    services.run(kept.pk)
    kept.refresh_from_db()
    assert (kept.state, bench.computed) == ("succeeded", [wanted])


def test_short_work_waits_in_the_queue_of_the_process_kept_for_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, int]] = []
    monkeypatch.setattr(
        handing_out.current_app,
        "send_task",
        lambda name, args, priority, queue: sent.append((queue, priority)),
    )
    for work in (
        Work(bench.compute, bench.store),
        Work(bench.compute, bench.store, short=True),
        Work(bench.compute, bench.store, background=True),
    ):
        monkeypatch.setitem(KINDS, "test.work", work)
        services.hand_out(ask())
    assert sent == [("long", 0), ("short", 0), ("long", 9)]
