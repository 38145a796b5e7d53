"""Asking for work, asking again, and taking it back."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from audit.recording import record
from jobs.models import Job
from jobs.services.handing_out import hand_out
from jobs.services.transitions import Changes, State, move
from jobs.work import KINDS
from sentences import Sentence


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
            if existing.state == State.RUNNING:
                existing.asked_again = True
                existing.payload = payload
                existing.save(update_fields=["asked_again", "payload"])
            return existing
    transaction.on_commit(lambda: hand_out(job), robust=True)
    return job


def retry(*, job: Job, by: User) -> bool:
    """Queue a failed job once more; False when it has not failed or is already asked for again."""
    with record(by=by, reason=Sentence("jobs.retried", job=job.pk)):
        if Job.objects.filter(key=job.key, state__in=Job.ACTIVE).exists():
            return False
        anew: Changes = {
            "attempts": 0,
            "due_at": timezone.now(),
            "handed_out_at": None,
            "error": "",
            "traceback": "",
        }
        again = move(job.pk, State.FAILED, State.QUEUED, **anew)
        if again:
            transaction.on_commit(lambda: hand_out(job), robust=True)
        return again


def cancel(*, job: Job, by: User) -> bool:
    """Take a job back that nobody has begun; False when it is too late."""
    with record(by=by, reason=Sentence("jobs.cancelled", job=job.pk)):
        return move(job.pk, State.QUEUED, State.CANCELLED, finished_at=timezone.now())
