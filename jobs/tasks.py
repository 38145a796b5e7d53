"""What Celery calls. The rows decide; these are hints and a clock."""

from importlib import import_module

from celery import shared_task
from django.conf import settings

from jobs import scheduled, services

SWEEP = "jobs.sweep"
CLEAR_ENDED_SESSIONS = "jobs.clear_ended_sessions"


@shared_task(name="jobs.run_job")
def run_job(job_id: int) -> None:
    services.run(job_id)


@shared_task(name=SWEEP, expires=60)  # the next one comes soon
def sweep() -> None:
    services.sweep()
    scheduled.do_what_is_due()


@shared_task(name=CLEAR_ENDED_SESSIONS)
def clear_ended_sessions() -> None:
    scheduled.knock(CLEAR_ENDED_SESSIONS)


def remove_ended_sessions() -> None:
    """What is done by the clock."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
