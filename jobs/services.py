"""Asking for work, handing it out, doing it, and finding what was lost."""

import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import structlog
from celery import current_app
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.models import User
from audit.recording import recorded
from jobs.models import Job
from jobs.selectors import waiting_to_be_handed_out, with_lost_lease
from jobs.work import KINDS, Asked, WorkError

LEASE = timedelta(seconds=60)
HEARTBEAT_SECONDS = 15.0
RETRY_AFTER = timedelta(seconds=30)
FIRST, LAST = 0, 9  # priorities as the Redis transport understands them

log = structlog.get_logger(__name__)


class LeaseLost(Exception):
    """Another worker holds the job now; nothing of ours may be written."""


def enqueue(
    kind: str,
    *,
    key: str,
    payload: dict[str, Any],
    by: User | None,
    due_at: datetime | None = None,
) -> Job:
    """Ask for work, in the caller's transaction. An active job of the same key is returned instead
    of a second one; if that one already runs, it will run once more, so no change goes unseen."""
    if kind not in KINDS:
        raise ValueError(f"The kind of work {kind!r} is not registered.")
    with transaction.atomic():
        existing = Job.objects.select_for_update().filter(key=key, state__in=Job.ACTIVE).first()
        if existing is None:
            try:
                with transaction.atomic():
                    job = Job.objects.create(
                        kind=kind,
                        key=key,
                        payload=payload,
                        requested_by=by,
                        due_at=due_at or timezone.now(),
                    )
            except IntegrityError:  # someone asked for the same at this very moment
                existing = Job.objects.select_for_update().get(key=key, state__in=Job.ACTIVE)
        if existing is not None:
            if existing.state == Job.State.RUNNING:
                existing.asked_again = True
                existing.payload = payload
                existing.save(update_fields=["asked_again", "payload"])
            return existing
    transaction.on_commit(lambda: hand_out(job), robust=True)
    return job


def hand_out(job: Job) -> bool:
    """Hint to the broker that a job waits. A broker that is away costs nothing: the sweep repeats it."""
    work = KINDS.get(job.kind)
    priority = LAST if work is not None and work.background else FIRST
    try:
        current_app.send_task("jobs.run_job", args=[job.pk], priority=priority)
    except (OperationalError, OSError) as error:
        log.warning("broker_away", job=job.pk, error=str(error))
        return False
    Job.objects.filter(pk=job.pk).update(handed_out_at=timezone.now())
    return True


def sweep() -> int:
    """Hand out again whatever was lost: hints that never arrived, jobs whose worker died."""
    for job in with_lost_lease():
        _release_lost(job)
    return sum(hand_out(job) for job in waiting_to_be_handed_out()[:500])


def _release_lost(job: Job) -> None:
    error = "The worker that held this job stopped before it was done."
    if job.attempts >= job.max_attempts:
        _fail(job.pk, job.fence, error)
        return
    Job.objects.filter(pk=job.pk, fence=job.fence, state=Job.State.RUNNING).update(
        state=Job.State.QUEUED,
        lease_until=None,
        handed_out_at=None,
        error=error,
        fence=F("fence") + 1,
    )


def claim(job_id: int) -> Job | None:
    """Take a queued, due job with a lease and a new fencing token; None if it is not to be had."""
    now = timezone.now()
    claimed = Job.objects.filter(pk=job_id, state=Job.State.QUEUED, due_at__lte=now).update(
        state=Job.State.RUNNING,
        fence=F("fence") + 1,
        attempts=F("attempts") + 1,
        lease_until=now + LEASE,
        started_at=now,
        finished_at=None,
        progress=0,
        message="",
        asked_again=False,
    )
    return Job.objects.select_related("requested_by").get(pk=job_id) if claimed else None


def run(job_id: int) -> None:
    """Do a job from claim to result. Safe to call any number of times, from any number of workers."""
    job = claim(job_id)
    if job is None:
        return
    work = KINDS.get(job.kind)
    asked = Asked(payload=job.payload, by=job.requested_by)
    try:
        if work is None:
            raise WorkError(f"This version of Yogo does not know the kind of work {job.kind!r}.")
        with _kept_lease(job):
            outcome = work.compute(asked, lambda percent, text: report(job, percent, text))
        with recorded(by=job.requested_by, reason=f"job {job.pk}: {job.kind}"):
            _hold(job)
            _finish(job, work.store(asked, outcome))
    except LeaseLost:
        log.warning("lease_lost", job=job.pk, fence=job.fence)
    except WorkError as error:
        _fail(job.pk, job.fence, str(error))
    except Exception as error:
        log.exception("job_failed", job=job.pk, kind=job.kind)
        _retry_or_fail(job, f"{type(error).__name__}: {error}\n\n{traceback.format_exc()}")


def report(job: Job, percent: int, message: str) -> None:
    """Write progress; raises LeaseLost when the job is no longer ours."""
    kept = Job.objects.filter(pk=job.pk, fence=job.fence, state=Job.State.RUNNING).update(
        progress=max(0, min(100, percent)),
        message=message[:300],
        lease_until=timezone.now() + LEASE,
    )
    if not kept:
        raise LeaseLost


@contextmanager
def _kept_lease(job: Job) -> Iterator[None]:
    """Extend the lease from a thread for as long as the computation lasts."""
    done = threading.Event()

    def beat() -> None:
        try:
            while not done.wait(HEARTBEAT_SECONDS):
                Job.objects.filter(pk=job.pk, fence=job.fence, state=Job.State.RUNNING).update(
                    lease_until=timezone.now() + LEASE
                )
        finally:
            connection.close()

    thread = threading.Thread(target=beat, name=f"lease of job {job.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _hold(job: Job) -> None:
    """Lock the row for the transaction that writes the result; raises LeaseLost if it is not ours."""
    held = (
        Job.objects.select_for_update()
        .filter(pk=job.pk, fence=job.fence, state=Job.State.RUNNING)
        .first()
    )
    if held is None:
        raise LeaseLost
    job.asked_again = held.asked_again


def _finish(job: Job, result: dict[str, Any]) -> None:
    now = timezone.now()
    again = job.asked_again
    Job.objects.filter(pk=job.pk).update(
        state=Job.State.QUEUED if again else Job.State.SUCCEEDED,
        attempts=0 if again else F("attempts"),
        handed_out_at=None if again else F("handed_out_at"),
        due_at=now if again else F("due_at"),
        asked_again=False,
        lease_until=None,
        finished_at=now,
        progress=100,
        message="",
        result=result,
        error="",
    )
    if again:
        transaction.on_commit(lambda: hand_out(job), robust=True)


def _retry_or_fail(job: Job, error: str) -> None:
    if job.attempts >= job.max_attempts:
        _fail(job.pk, job.fence, error)
        return
    Job.objects.filter(pk=job.pk, fence=job.fence, state=Job.State.RUNNING).update(
        state=Job.State.QUEUED,
        lease_until=None,
        handed_out_at=None,
        due_at=timezone.now() + RETRY_AFTER * job.attempts,
        error=error,
    )


def _fail(job_id: int, fence: int, error: str) -> None:
    with transaction.atomic():
        job = (
            Job.objects.select_for_update(of=("self",))
            .select_related("requested_by")
            .filter(pk=job_id, fence=fence, state=Job.State.RUNNING)
            .first()
        )
        if job is None:
            return
        Job.objects.filter(pk=job_id).update(
            state=Job.State.FAILED, lease_until=None, finished_at=timezone.now(), error=error
        )
        work = KINDS.get(job.kind)
        if work is not None and work.failed is not None:
            work.failed(Asked(payload=job.payload, by=job.requested_by), error.splitlines()[0])


def retry(*, job: Job, by: User) -> bool:
    """Queue a failed job once more; False when it has not failed or is already asked for again."""
    with recorded(by=by, reason=f"retry of job {job.pk}"):
        if Job.objects.filter(key=job.key, state__in=Job.ACTIVE).exists():
            return False
        again = Job.objects.filter(pk=job.pk, state=Job.State.FAILED).update(
            state=Job.State.QUEUED, attempts=0, due_at=timezone.now(), handed_out_at=None, error=""
        )
        if again:
            transaction.on_commit(lambda: hand_out(job), robust=True)
        return bool(again)


def cancel(*, job: Job, by: User) -> bool:
    """Take a job back that nobody has begun; False when it is too late."""
    with recorded(by=by, reason=f"cancellation of job {job.pk}"):
        return bool(
            Job.objects.filter(pk=job.pk, state=Job.State.QUEUED).update(
                state=Job.State.CANCELLED, finished_at=timezone.now()
            )
        )
