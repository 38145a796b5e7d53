"""What the scheduler calls."""

from celery import shared_task

from modeling.services.schedule import ask_for_all_studies


@shared_task(name="modeling.ask_whether_due")
def ask_whether_due() -> None:
    ask_for_all_studies()
