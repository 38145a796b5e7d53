"""What Celery calls. The rows decide; these are hints and a clock."""

from celery import shared_task

from jobs import services


@shared_task(name="jobs.run_job")
def run_job(job_id: int) -> None:
    services.run(job_id)


@shared_task(name="jobs.sweep")
def sweep() -> None:
    services.sweep()
