"""What happens to one job happens to no other, and what is asked for at one moment is asked for once."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from jobs import services
from jobs.models import Job
from jobs.services import asking, doing
from jobs.stopping import STOP
from jobs.work import KINDS, Asked, Progress, Work, WorkError
from tests.factories import UserFactory

KIND = "test.beside"


@pytest.fixture
def hints(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The jobs that were handed out, instead of a broker."""
    handed: list[int] = []
    monkeypatch.setitem(KINDS, KIND, Work(compute=_nothing, store=lambda asked, outcome: {}))
    monkeypatch.setattr(asking, "hand_out", lambda job: handed.append(job.pk))
    return handed


def _nothing(asked: Asked, progress: Progress) -> None:
    return None


def ask(key: str, **payload: Any) -> Job:
    return services.enqueue(KIND, key=key, payload=payload, by=None)


def running(key: str) -> Job:
    job = services.claim(ask(key).pk)
    assert job is not None
    return job


@pytest.mark.django_db
def test_asking_again_gives_the_job_of_that_key_and_makes_no_second_one(hints: list[int]) -> None:
    one, two = ask("one"), ask("two")
    assert (ask("one"), ask("two")) == (one, two)
    assert Job.objects.filter(kind=KIND).count() == 2


@pytest.mark.django_db
def test_a_waiting_job_keeps_what_it_was_asked_for_first(hints: list[int]) -> None:
    ask("one", n=1)
    again = ask("one", n=2)
    again.refresh_from_db()
    assert (again.payload, again.asked_again) == ({"n": 1}, False)


@pytest.mark.django_db
def test_a_hint_is_given_after_the_commit_and_a_broker_that_is_away_costs_nothing(
    hints: list[int], monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        job = ask("one")
        assert hints == []
    assert hints == [job.pk]

    def away(job: Job) -> None:
        raise ConnectionError

    monkeypatch.setattr(asking, "hand_out", away)
    with django_capture_on_commit_callbacks(execute=True):
        other = ask("two")
    assert Job.objects.filter(pk=other.pk, state="queued").exists()


@pytest.mark.django_db
def test_a_failed_job_is_tried_again_beside_active_ones_of_other_keys(
    hints: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    ask("another")
    job = running("one")
    Job.objects.filter(pk=job.pk).update(state=Job.State.FAILED)
    person = UserFactory()
    hints.clear()
    with django_capture_on_commit_callbacks(execute=True):
        assert services.retry(job=job, by=person) is True
    assert hints == [job.pk]
    with django_capture_on_commit_callbacks(execute=True):
        assert services.retry(job=job, by=person) is False
    assert hints == [job.pk]


@pytest.mark.django_db
def test_a_claim_begins_anew_and_holds_for_a_minute(hints: list[int]) -> None:
    job = ask("one")
    Job.objects.filter(pk=job.pk).update(progress=80, message="nearly", asked_again=True)
    before = timezone.now()
    claimed = services.claim(job.pk)
    assert claimed is not None
    assert (claimed.progress, claimed.message, claimed.asked_again) == (0, "", False)
    assert (claimed.attempts, claimed.fence) == (job.attempts + 1, job.fence + 1)
    assert claimed.lease_until is not None
    assert timedelta(seconds=59) < claimed.lease_until - before < timedelta(seconds=62)
    assert doing.LEASE.total_seconds() > doing.HEARTBEAT_SECONDS * 3


@pytest.mark.django_db
def test_a_worker_that_stops_gives_back_only_the_job_that_it_was_handed(
    hints: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two, held = ask("one"), ask("two"), running("three")
    moment = timezone.now()
    Job.objects.filter(kind=KIND).update(handed_out_at=moment)
    monkeypatch.setattr(STOP, "is_asked", lambda: True)
    services.run(one.pk)
    services.run(held.pk)
    found = dict(Job.objects.filter(kind=KIND).values_list("pk", "handed_out_at"))
    assert found == {one.pk: None, two.pk: moment, held.pk: moment}


@pytest.mark.django_db
def test_work_of_a_version_that_is_gone_fails_with_a_sentence(
    hints: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = ask("one")
    monkeypatch.delitem(KINDS, KIND)
    services.run(job.pk)
    job.refresh_from_db()
    assert job.state == "failed"
    assert KIND in job.error
    assert "Traceback" not in job.error


@pytest.mark.django_db
def test_only_the_job_that_failed_has_failed(
    hints: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(asked: Asked, progress: Progress) -> None:
        raise WorkError("No patients.")

    other = running("other")
    job = ask("one")
    monkeypatch.setitem(KINDS, KIND, Work(compute=refuse, store=lambda asked, outcome: {}))
    services.run(job.pk)
    job.refresh_from_db()
    other.refresh_from_db()
    assert (job.state, job.error) == ("failed", "No patients.")
    assert (other.state, other.error) == ("running", "")


@pytest.mark.django_db(transaction=True)
def test_who_asks_waits_for_the_end_of_a_job_that_is_just_ending(hints: list[int]) -> None:
    """A worker that ends the job holds its row: whoever asks meanwhile must not be told that it still runs."""
    job = running("one")
    asked: list[Job] = []

    def asks() -> None:
        try:
            asked.append(ask("one", n=2))
        finally:
            connection.close()

    thread = threading.Thread(target=asks)
    with transaction.atomic():
        Job.objects.select_for_update().get(pk=job.pk)
        thread.start()
        thread.join(0.5)
        assert asked == []
        Job.objects.filter(pk=job.pk).update(state=Job.State.SUCCEEDED)
    thread.join(10)
    assert [one.pk == job.pk for one in asked] == [False]
    assert asked[0].state == "queued"


@pytest.mark.django_db(transaction=True)
def test_who_asks_while_another_one_asks_gets_the_same_job(hints: list[int]) -> None:
    asked: list[Job] = []

    def asks() -> None:
        try:
            asked.append(ask("one"))
        finally:
            connection.close()

    thread = threading.Thread(target=asks)
    ask("two")
    with transaction.atomic():
        first = ask("one")
        thread.start()
        thread.join(0.5)
        assert asked == []
    thread.join(10)
    assert [one.pk for one in asked] == [first.pk]
