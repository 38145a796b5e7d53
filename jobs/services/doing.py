"""Doing a job, from claim to result."""

import os
import select
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog
from django.db import InterfaceError, OperationalError, connection
from django.db.models import F, Q
from django.utils import timezone

from audit.recording import record
from jobs.models import Job
from jobs.outages import hold_on, is_outage
from jobs.services.endings import AFTER_OUTAGE, fail, finish, give_back, try_again_or_fail
from jobs.services.transitions import State, move, withdraw_if_unwanted
from jobs.stopping import STOP
from jobs.work import KINDS, Asked, Work, WorkError
from sentences import Sentence

LEASE = timedelta(seconds=60)
HEARTBEAT_SECONDS = 15.0
MOST_OF_ERROR = 2_000  # characters
MOST_OF_MESSAGE = 300  # of a text; a sentence has its own bounds
SECONDS_BETWEEN_TRIES = 2.0  # to renew a lease while the database is away

log = structlog.get_logger(__name__)


class LeaseLost(Exception):
    """Another worker holds the job now, or may; nothing of ours may be written."""


def claim(job_id: int) -> Job | None:
    """Take a queued, due job with a lease and a new fencing token; None if it is not to be had."""
    waiting = Job.objects.filter(pk=job_id, state=State.QUEUED).first()
    if waiting is None or withdraw_if_unwanted(waiting):
        return None
    now = timezone.now()
    claimed = move(
        job_id,
        State.QUEUED,
        State.RUNNING,
        only=Q(due_at__lte=now),
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
    job = _claim_unless_stopping(job_id)
    if job is None:
        return
    try:
        _do(job)
    except LeaseLost:
        log.warning("lease_lost", job=job.pk, fence=job.fence)
    except WorkError as error:
        said = error.said
        hold_on(lambda: fail(job, said))
    except (SystemExit, KeyboardInterrupt):
        give_back(job)
        raise
    except Exception as error:
        log.exception("job_failed", job=job.pk, kind=job.kind)
        if is_outage(error):
            connection.close()
            hold_on(lambda: give_back(job, wait=AFTER_OUTAGE))
        else:
            said = Sentence(
                "jobs.broke", kind=type(error).__name__, error=str(error)[:MOST_OF_ERROR]
            )
            lines = traceback.format_exc()
            hold_on(lambda: try_again_or_fail(job, said, lines))


def _claim_unless_stopping(job_id: int) -> Job | None:
    """None, too, while the worker stops or the database is away: the sweep hands the job out again."""
    if STOP.is_asked():
        Job.objects.filter(pk=job_id, state=State.QUEUED).update(handed_out_at=None)
        return None
    try:
        return claim(job_id)
    except (OperationalError, InterfaceError) as error:
        if not is_outage(error):
            raise
        log.warning("database_away", job=job_id, error=str(error).strip())
        connection.close()
        return None


def _do(job: Job) -> None:
    work = KINDS.get(job.kind)  # docs/seams.md lists what each kind computes and stores
    if work is None:
        raise WorkError(Sentence("jobs.unknown_kind", kind=job.kind))
    asked = Asked(payload=job.payload, by=job.requested_by)
    with _hold_lease(job):
        outcome = work.compute(asked, lambda percent, text: report(job, percent, text))
        hold_on(lambda: _store(job, work, asked, outcome))


def _store(job: Job, work: Work, asked: Asked, outcome: object) -> None:
    """Write the result and the job's end in one transaction, if the job is still ours. Done again after an
    outage, it finds the job no longer running where the first time was kept after all."""
    with record(by=job.requested_by, reason=_reason(job)):
        _hold(job)
        finish(job, work.store(asked, outcome))


def _reason(job: Job) -> Sentence:
    return Sentence("jobs.done_by_job", job=job.pk, kind=job.kind)


def _hold(job: Job) -> None:
    """Lock the row for the transaction that writes the result; raises LeaseLost if it is not ours."""
    rows = Job.objects.filter(pk=job.pk, fence=job.fence, state=State.RUNNING)
    held = rows.select_for_update().first()
    if held is None:
        raise LeaseLost
    job.asked_again = held.asked_again


def report(job: Job, percent: int, message: Sentence | str) -> None:
    """Write progress; raises LeaseLost when the job is no longer ours. A database that is away costs the
    progress, not the work: whether the job is ours is asked again when the result is written."""
    if isinstance(message, str):
        message = message[:MOST_OF_MESSAGE]
    try:
        kept = _renew(job, progress=max(0, min(100, percent)), message=message)
    except (OperationalError, InterfaceError) as error:
        if not is_outage(error):
            raise
        log.warning("database_away", job=job.pk, error=str(error).strip())
        connection.close()
        return
    if not kept:
        raise LeaseLost


def _renew(job: Job, **changes: object) -> bool:
    """Extend the lease, if the job is still ours."""
    ours = Job.objects.filter(pk=job.pk, fence=job.fence, state=State.RUNNING)
    return bool(ours.update(lease_until=timezone.now() + LEASE, **changes))


@contextmanager
def _hold_lease(job: Job) -> Iterator[None]:
    """Extend the lease from a thread for as long as the work lasts, and give the job back when the worker
    is asked to stop: the next progress that is reported then ends the work."""
    reader, writer = os.pipe()
    thread = threading.Thread(
        target=_keep_lease, args=(job, reader), name=f"lease of job {job.pk}", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        os.write(writer, b".")
        thread.join()
        os.close(reader)
        os.close(writer)


def _keep_lease(job: Job, done: int) -> None:
    pause = HEARTBEAT_SECONDS
    try:
        while not (told := select.select([done, STOP.reader], [], [], pause)[0]):
            pause = _beat(job)
        if done not in told:
            hold_on(lambda: give_back(job))
    except Exception:
        log.exception("lease_not_kept", job=job.pk)
    finally:
        connection.close()


def _beat(job: Job) -> float:
    """Renew the lease; how many seconds to wait until the next time."""
    try:
        _renew(job)
    except (OperationalError, InterfaceError) as error:
        log.warning("database_away", job=job.pk, error=str(error).strip())
        connection.close()
        return SECONDS_BETWEEN_TRIES
    return HEARTBEAT_SECONDS
