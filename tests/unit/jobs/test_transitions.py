"""The steps of a job, written out once more, and who may take them."""

import itertools

import pytest
from django.utils import timezone

from jobs.models import Job
from jobs.services.transitions import move
from jobs.work import KINDS, Work, register

pytestmark = pytest.mark.django_db
State = Job.State
STEPS = {
    ("queued", "running"),
    ("queued", "cancelled"),
    ("running", "succeeded"),
    ("running", "failed"),
    ("running", "queued"),
    ("failed", "queued"),
}


def job_in(state: str) -> Job:
    return Job.objects.create(
        kind="x", key=f"{state}", state=state, due_at=timezone.now(), lease_until=timezone.now(), fence=3
    )  # fmt: skip


@pytest.mark.parametrize(("source", "target"), list(itertools.product(State.values, State.values)))
def test_a_job_takes_the_steps_of_the_table_and_no_other(source: str, target: str) -> None:
    job = job_in(source)
    try:
        taken = move(job.pk, State(source), State(target))
    except ValueError:
        taken = False
    assert taken is ((source, target) in STEPS)
    job.refresh_from_db()
    assert job.state == (target if taken else source)


def test_a_step_is_its_holders_alone() -> None:
    job, bystander = job_in("running"), job_in("queued")
    assert not move(job.pk, State.RUNNING, State.SUCCEEDED, held_by=2)
    assert not move(job.pk, State.RUNNING, State.SUCCEEDED, held_by=4)
    assert move(job.pk, State.RUNNING, State.SUCCEEDED, held_by=3, message="done")
    job.refresh_from_db()
    bystander.refresh_from_db()
    assert (job.state, job.message, bystander.state) == ("succeeded", "done", "queued")


def test_only_what_waits_or_runs_is_active() -> None:
    active = {state for state in State.values if job_in(state).is_active}
    assert active == {"queued", "running"} == set(Job.ACTIVE)


def test_a_kind_of_work_is_registered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def compute(asked: object, progress: object) -> None: ...
    def store(asked: object, outcome: object) -> dict[str, object]:
        return {}

    monkeypatch.setattr("jobs.work.KINDS", dict(KINDS))
    register("test.twice", Work(compute=compute, store=store))
    register("test.twice", Work(compute=compute, store=store))
    with pytest.raises(ValueError, match="twice"):
        register("test.twice", Work(compute=compute, store=store, background=True))
