"""The one way in which a job's state changes: a step of the table `Job.TRANSITIONS`."""

from typing import Any

from django.db.models import Q
from django.utils import timezone

from jobs.models import Job, State
from jobs.work import KINDS

Changes = dict[str, Any]


def move(
    job_id: int,
    source: State,
    target: State,
    *,
    held_by: int | None = None,
    only: Q | None = None,
    **changes: Any,
) -> bool:
    """Take a step, from the state that is named alone; with the fencing token `held_by`, only for whoever
    holds the job by it. Whether it was taken."""
    if target not in Job.TRANSITIONS[source]:
        raise ValueError(f"A job that is {source} does not become {target}.")
    rows = Job.objects.filter(only or Q(), pk=job_id, state=source)
    if held_by is not None:
        rows = rows.filter(fence=held_by)
    return bool(rows.update(state=target, **changes))


def withdraw_if_unwanted(job: Job) -> bool:
    """Cancel a waiting job whose kind says that nobody wants it any longer; the reason stands on it."""
    work = KINDS.get(job.kind)
    if work is None or work.unwanted is None:
        return False
    reason = work.unwanted(job.payload)
    return reason is not None and move(
        job.pk, State.QUEUED, State.CANCELLED, message=reason, finished_at=timezone.now()
    )
