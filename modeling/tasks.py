"""What the scheduler calls."""

from celery import shared_task

from jobs.scheduled import knock
from modeling.services.schedule import ASK_WHETHER_DUE


@shared_task(name=ASK_WHETHER_DUE)
def ask_whether_due() -> None:
    knock(ASK_WHETHER_DUE)
