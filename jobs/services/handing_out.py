"""Hints to the broker that a job waits."""

import structlog
from celery import current_app
from django.utils import timezone
from kombu.exceptions import OperationalError

from jobs.models import Job
from jobs.work import KINDS

FIRST, LAST = 0, 9  # priorities as the Redis transport understands them
LONG, SHORT = "long", "short"  # the queues; a process is kept free for the short one

log = structlog.get_logger(__name__)


def hand_out(job: Job) -> bool:
    """Hint to the broker that a job waits. A broker that is away costs nothing: the sweep repeats it."""
    work = KINDS.get(job.kind)
    priority = LAST if work is not None and work.background else FIRST
    queue = SHORT if work is not None and work.short else LONG
    try:
        # A worker calls jobs/tasks.py with it.
        current_app.send_task("jobs.run_job", args=[job.pk], priority=priority, queue=queue)
    except (OperationalError, OSError) as error:
        log.warning("broker_away", job=job.pk, error=str(error))
        return False
    Job.objects.filter(pk=job.pk).update(handed_out_at=timezone.now())
    return True
