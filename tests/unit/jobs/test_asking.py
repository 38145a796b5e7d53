"""What is asked for is done as it was asked for last, and what ended can be asked for again."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from jobs import services
from jobs.models import Job
from jobs.selectors import waiting_of_kinds, waiting_to_be_handed_out, with_lost_lease
from jobs.work import KINDS, Asked, Progress, Work
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
KIND = "test.asking"


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Payload and person of each time that the work is done; while it is first done, it is asked for again."""
    seen: list[Any] = []

    def compute(asked: Asked, progress: Progress) -> None:
        seen.append((asked.payload, asked.by))
        if len(seen) == 1 and asked.payload.get("again"):
            ask({"n": 2})

    def store(asked: Asked, outcome: None) -> dict[str, Any]:
        return {"times": len(seen)}

    monkeypatch.setitem(KINDS, KIND, Work(compute=compute, store=store))
    return seen


def ask(payload: dict[str, Any], key: str = "one", **more: Any) -> Job:
    return services.enqueue(KIND, key=key, payload=payload, by=more.pop("by", None), **more)


def test_who_asks_while_it_runs_gets_what_was_asked_for_then(seen: list[Any]) -> None:
    job = ask({"n": 1, "again": True})
    services.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.payload, job.attempts, job.asked_again) == ("queued", {"n": 2}, 0, False)
    services.run(job.pk)
    assert [payload for payload, _ in seen] == [{"n": 1, "again": True}, {"n": 2}]
    job.refresh_from_db()
    assert (job.state, job.result) == ("succeeded", {"times": 2})


def test_the_work_is_done_in_the_name_of_who_asked(seen: list[Any]) -> None:
    person = UserFactory()
    services.run(ask({}, by=person).pk)
    assert seen == [({}, person)]


def test_other_keys_are_other_jobs_and_an_ended_job_can_be_asked_for_again(seen: list[Any]) -> None:
    first = ask({})
    assert ask({}, key="two") != first
    services.run(first.pk)
    assert ask({}) != first


def test_a_kind_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="not registered"):
        services.enqueue("test.nobody", key="x", payload={}, by=None)


def test_work_that_is_due_later_waits_until_then(seen: list[Any]) -> None:
    due = timezone.now() + timedelta(hours=1)
    job = ask({}, due_at=due)
    assert job.due_at == due
    assert not waiting_to_be_handed_out().exists()
    Job.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert list(waiting_to_be_handed_out()) == [job]


def test_a_hint_is_repeated_after_a_minute(seen: list[Any]) -> None:
    job = ask({})
    for seconds, again in ((50, False), (70, True)):
        Job.objects.update(handed_out_at=timezone.now() - timedelta(seconds=seconds))
        assert waiting_to_be_handed_out().filter(pk=job.pk).exists() is again


def test_what_runs_or_has_ended_is_not_handed_out(seen: list[Any]) -> None:
    job = ask({})
    for state in set(Job.State) - {Job.State.QUEUED}:
        Job.objects.filter(pk=job.pk).update(state=state, lease_until=timezone.now())
        assert not waiting_to_be_handed_out().exists(), state
        assert not waiting_of_kinds([KIND]).exists(), state


def test_a_lease_is_lost_when_its_time_is_over_and_only_while_the_job_runs(seen: list[Any]) -> None:
    job = ask({})
    now = timezone.now()
    Job.objects.update(state="running", lease_until=now + timedelta(seconds=5))
    assert not with_lost_lease().exists()
    Job.objects.update(lease_until=now - timedelta(seconds=1))
    assert list(with_lost_lease()) == [job]
    Job.objects.update(state="succeeded")
    assert not with_lost_lease().exists()


def test_kinds_are_told_apart(seen: list[Any]) -> None:
    job = ask({})
    assert list(waiting_of_kinds([KIND])) == [job]
    assert not waiting_of_kinds(["another"]).exists()


def test_a_failed_job_that_is_tried_again_has_all_its_attempts(seen: list[Any]) -> None:
    person = UserFactory()
    job = ask({})
    Job.objects.update(state="failed", attempts=3, error="full", handed_out_at=timezone.now())
    assert services.retry(job=job, by=person)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.error, job.handed_out_at) == ("queued", 0, "", None)


def test_a_failed_job_is_not_tried_again_beside_a_newer_one_of_its_key(seen: list[Any]) -> None:
    failed = ask({})
    Job.objects.update(state="failed")
    ask({})
    assert not services.retry(job=failed, by=UserFactory())
    failed.refresh_from_db()
    assert failed.state == "failed"


@pytest.mark.parametrize("state", sorted(set(Job.State) - {Job.State.QUEUED}))
def test_only_a_waiting_job_is_taken_back(seen: list[Any], state: str) -> None:
    job = ask({})
    Job.objects.update(state=state, lease_until=timezone.now())
    assert not services.cancel(job=job, by=UserFactory())
    job.refresh_from_db()
    assert job.state == state


def test_a_result_is_not_written_beside_another_worker_that_holds_the_job_now(
    seen: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job runs, but by another one's claim."""
    stored: list[Any] = []

    def compute(asked: Asked, progress: Progress) -> None:
        Job.objects.update(fence=F("fence") + 1)

    def store(asked: Asked, outcome: None) -> dict[str, Any]:
        stored.append(asked)
        return {}

    monkeypatch.setitem(KINDS, KIND, Work(compute=compute, store=store))
    job = ask({})
    services.run(job.pk)
    job.refresh_from_db()
    assert stored == []
    assert (job.state, job.result) == ("running", None)
