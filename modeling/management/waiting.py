"""Waiting, on the command line, for jobs that a worker does."""

import time
from collections.abc import Callable

from django.core.management.base import CommandError

from jobs.models import Job
from jobs.outages import hold_on
from jobs.services.sweeping import sweep

POLL_SECONDS = 0.5
SWEEP_EVERY = 15.0


def wait_for(jobs: list[Job], *, timeout: float, tell: Callable[[str], object]) -> None:
    """Return when all jobs have succeeded; tells progress. CommandError on failure or timeout."""
    deadline = time.monotonic() + timeout
    swept = time.monotonic()
    for job in jobs:
        told = ""
        while True:
            hold_on(job.refresh_from_db)
            if not job.is_active:
                break
            if time.monotonic() > deadline:
                raise CommandError(
                    f"Job {job.pk} ({job.kind}) was not done after {timeout:.0f} s. It goes on when "
                    "a worker runs; see it in the admin portal under Jobs."
                )
            if time.monotonic() - swept > SWEEP_EVERY:
                hold_on(sweep)
                swept = time.monotonic()
            line = f"{job.kind} #{job.pk}: {job.get_state_display()} {job.progress} % {job.message}"
            if line != told:
                tell(line)
                told = line
            time.sleep(POLL_SECONDS)
        if job.state != Job.State.SUCCEEDED:
            reason = str(job.error or job.message or job.get_state_display()).splitlines()[0]
            raise CommandError(f"Job {job.pk} ({job.kind}) did not succeed: {reason}")
