"""How the run of a job ends: done, given back, to be tried again, failed."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from jobs.models import Job
from jobs.services.handing_out import hand_out
from jobs.services.transitions import Changes, State, move
from jobs.work import KINDS, Asked
from sentences import Sentence

RETRY_AFTER = timedelta(seconds=30)
AFTER_OUTAGE = timedelta(seconds=5)
NOBODYS: Changes = {"lease_until": None, "handed_out_at": None}


def finish(job: Job, result: dict[str, Any]) -> None:
    """The job is done; where it was asked for again meanwhile, it waits once more. In the transaction that
    holds the row and writes the result."""
    now = timezone.now()
    told: Changes = {
        "finished_at": now,
        "progress": 100,
        "message": "",
        "result": result,
        "error": "",
        "traceback": "",
    }
    if job.asked_again:
        again: Changes = {"attempts": 0, "due_at": now, "asked_again": False}
        move(job.pk, State.RUNNING, State.QUEUED, held_by=job.fence, **NOBODYS, **told, **again)
        transaction.on_commit(lambda: hand_out(job), robust=True)
    else:
        move(job.pk, State.RUNNING, State.SUCCEEDED, held_by=job.fence, lease_until=None, **told)


def give_back(job: Job, *, wait: timedelta = timedelta(0)) -> bool:
    """Let another worker have the job as if ours had never taken it: the attempt does not count. What ours
    may still write is refused from now on. Whether it was still ours."""
    given = move(
        job.pk,
        State.RUNNING,
        State.QUEUED,
        held_by=job.fence,
        **NOBODYS,
        fence=F("fence") + 1,
        attempts=F("attempts") - 1,
        due_at=timezone.now() + wait,
        progress=0,
        message="",
    )
    if given and not wait:
        hand_out(job)
    return given


def try_again_or_fail(job: Job, error: Sentence, traceback: str = "") -> None:
    """The run broke: the job waits a while for the next, or has failed with the last. traceback: where, for
    whoever mends it."""
    if job.attempts >= job.max_attempts:
        fail(job, error, traceback)
        return
    due_at = timezone.now() + RETRY_AFTER * job.attempts
    changes: Changes = {**NOBODYS, "due_at": due_at, "error": error, "traceback": traceback}
    move(job.pk, State.RUNNING, State.QUEUED, held_by=job.fence, **changes)


def release_lost(job: Job) -> None:
    """The worker was not heard of in time: the job waits again at once, or has failed with the last attempt."""
    error = Sentence("jobs.worker_lost")
    if job.attempts >= job.max_attempts:
        fail(job, error)
        return
    changes: Changes = {**NOBODYS, "fence": F("fence") + 1, "error": error}
    move(job.pk, State.RUNNING, State.QUEUED, held_by=job.fence, **changes)


def fail(job: Job, error: Sentence, traceback: str = "") -> None:
    """The job has failed; its kind may write that down, in the same transaction."""
    with transaction.atomic():
        now = timezone.now()
        ending: Changes = {"lease_until": None, "finished_at": now, "error": error}
        ending["traceback"] = traceback
        if not move(job.pk, State.RUNNING, State.FAILED, held_by=job.fence, **ending):
            return
        work = KINDS.get(job.kind)
        if work is not None and work.failed is not None:
            work.failed(Asked(payload=job.payload, by=job.requested_by), error)
