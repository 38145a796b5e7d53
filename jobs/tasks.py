"""What Celery calls. The rows decide; these are hints and a clock."""

from importlib import import_module

from celery import shared_task
from django.conf import settings

from jobs import services


@shared_task(name="jobs.run_job")
def run_job(job_id: int) -> None:
    services.run(job_id)


@shared_task(name="jobs.sweep")
def sweep() -> None:
    services.sweep()


@shared_task(name="jobs.clear_ended_sessions")
def clear_ended_sessions() -> None:
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
