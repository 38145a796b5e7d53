"""The worker's and the scheduler's entry: `celery -A config worker`, `celery -A config beat`."""

import os

from celery import Celery
from celery.apps.worker import Worker
from celery.signals import worker_init, worker_process_init, worker_shutting_down
from django.conf import settings

from jobs.stopping import STOP
from runtime.processes import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("yogo")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def divide_the_cores(sender: Worker, **_: object) -> None:
    """Several processes of a worker share the machine: each computes with its part of the cores,
    unless YOGO_THREADS says how many threads it may use (ciri.kernel.threads reads it)."""
    if not settings.THREADS:
        os.environ["YOGO_THREADS"] = str(max(1, (os.cpu_count() or 1) // sender.concurrency))


@worker_process_init.connect
def end_with_the_worker(**_: object) -> None:
    """A process of the worker's pool never outlives the worker; its job's lease then runs out."""
    die_with_parent()


@worker_shutting_down.connect
def give_work_back(**_: object) -> None:
    """Asked to stop, the worker's processes give back what they do: another worker takes it at once."""
    STOP.ask()
