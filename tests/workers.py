"""Celery workers as in production, on the test database, and a kind of work whose length a test sets."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def running_worker(
    arguments: list[str], log: Path, *, purge: bool = True
) -> Iterator[subprocess.Popen[bytes]]:
    """A worker that is ready; ended in the end. Hints of earlier tests are taken out of the queues first."""
    from django.conf import settings
    from psycopg2.extensions import make_dsn

    from config.celery import app
    from runtime.processes import die_with_parent

    if purge:
        app.control.purge()
    name = settings.DATABASES["default"]["NAME"]
    database = make_dsn(os.environ["DATABASE_URL"], dbname=name)
    parent = os.getpid()
    with open(log, "wb") as output:
        worker = subprocess.Popen(
            [sys.executable, "-m", "celery", *arguments],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": database},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            preexec_fn=lambda: die_with_parent(parent=parent),
        )
    try:
        _await_ready(worker, log)
        yield worker
    finally:
        worker.terminate()
        try:
            worker.wait(10)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()


def _await_ready(worker: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while b" ready." not in log.read_bytes():
        if worker.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"The worker did not get ready:\n{log.read_text(errors='replace')}")
        time.sleep(0.1)
