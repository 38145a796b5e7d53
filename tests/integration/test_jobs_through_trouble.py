"""Real workers that are asked to stop, and a database that goes away under a running job."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest
from django.db import connection

from jobs.models import Job
from jobs.services import enqueue, sweep
from runtime.application import short_worker_arguments, worker_arguments
from tests.slow_work import SLOW
from tests.workers import running_worker

pytestmark = pytest.mark.django_db(transaction=True)


def until(condition: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def is_(job: Job, state: str) -> bool:
    job.refresh_from_db()
    return job.state == state


def swept_until(job: Job, state: str) -> bool:
    sweep()
    return is_(job, state)


def arguments(name: str) -> list[str]:
    return [*worker_arguments(name, concurrency=1), "--include", "tests.slow_work"]


def ask(**payload: object) -> Job:
    return enqueue(SLOW, key="slow", payload=payload, by=None)


@pytest.mark.parametrize("silent", [False, True], ids=["telling progress", "silent"])
def test_an_orderly_stop_costs_no_attempt_and_another_worker_takes_the_job_at_once(
    silent: bool, tmp_path: Path
) -> None:
    with running_worker(arguments("first"), tmp_path / "first.log") as first:
        job = ask(steps=600, silent=silent)
        until(lambda: is_(job, "running"))
        fence = job.fence
        with running_worker(arguments("second"), tmp_path / "second.log", purge=False):
            Job.objects.filter(pk=job.pk).update(payload={"steps": 1})
            first.send_signal(signal.SIGTERM)
            until(lambda: swept_until(job, "succeeded"), seconds=30)
        assert (job.attempts, job.fence, job.error) == (1, fence + 2, "")
        if not silent:
            assert first.wait(10) == 0, "the work ends at the next progress"


@contextmanager
def database_away() -> Iterator[None]:
    """For all but this connection: every other is ended, and no new one is taken."""
    ours, name = connection.get_connection_params(), connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    elsewhere = psycopg2.connect(**{**ours, "dbname": "postgres"})
    elsewhere.autocommit = True
    allow = f"ALTER DATABASE {connection.ops.quote_name(name)} ALLOW_CONNECTIONS"
    try:
        with elsewhere.cursor() as cursor:
            cursor.execute(f"{allow} false")
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = %s AND pid <> %s",
                [name, pid],
            )
            try:
                yield
            finally:
                cursor.execute(f"{allow} true")
    finally:
        elsewhere.close()


@pytest.mark.parametrize(
    ("steps", "seconds"), [(40, 2), (10, 3)], ids=["while it computes", "when it would write"]
)
def test_a_database_that_is_away_for_seconds_costs_neither_the_work_nor_an_attempt(
    steps: int, seconds: float, tmp_path: Path
) -> None:
    with running_worker(arguments("test"), tmp_path / "worker.log"):
        job = ask(steps=steps)
        until(lambda: is_(job, "running") and job.progress > 0)
        fence = job.fence
        with database_away():
            time.sleep(seconds)
        until(lambda: is_(job, "succeeded"))
    assert (job.attempts, job.fence, job.error) == (1, fence, "")


def test_a_job_that_another_took_over_during_the_outage_is_not_written_by_the_first(
    tmp_path: Path,
) -> None:
    with running_worker(arguments("test"), tmp_path / "worker.log"):
        job = ask(steps=10)
        until(lambda: is_(job, "running") and job.progress > 0)
        with database_away():
            Job.objects.filter(pk=job.pk).update(fence=job.fence + 1)
            time.sleep(2)
        until(lambda: b"lease_lost" in (tmp_path / "worker.log").read_bytes())
    assert is_(job, "running")
    assert job.result is None


def test_short_work_does_not_wait_behind_long_work(tmp_path: Path) -> None:
    """The one process for long work is taken for a minute; the sweep and the due check go on beside it."""
    from config.celery import app
    from modeling.services.schedule import ASK_WHETHER_DUE
    from tests.factories import StudyFactory

    study = StudyFactory()
    long = [*arguments("long"), "--queues", "long"]
    with (
        running_worker(long, tmp_path / "long.log"),
        running_worker(short_worker_arguments(), tmp_path / "short.log"),
    ):
        busy = ask(steps=600)
        until(lambda: is_(busy, "running"))
        began = time.monotonic()
        due = enqueue(ASK_WHETHER_DUE, key="due", payload={"study": study.pk}, by=None)
        until(lambda: is_(due, "succeeded"), seconds=10)
        lost = enqueue(ASK_WHETHER_DUE, key="lost", payload={"study": study.pk}, by=None)
        Job.objects.filter(pk=lost.pk).update(handed_out_at=None)
        app.send_task("jobs.sweep")
        until(lambda: is_(lost, "succeeded"), seconds=10)
        assert time.monotonic() - began < 10
        assert is_(busy, "running")
