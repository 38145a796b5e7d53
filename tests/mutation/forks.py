"""Running tests in a copy of this process, which has everything loaded and a database of its own."""

import contextlib
import json
import os
import select
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest
from _pytest.runner import runtestprotocol


class Databases:
    """The migrated database of the tests, and a copy of it for the next process."""

    def __init__(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        self.clean = False
        self.template = ""
        if not any(needs_database(item) for item in items):
            return
        parent = next(item for item in items if needs_database(item)).getparent(pytest.Module)
        nothing = pytest.Function.from_parent(parent, name="nothing", callobj=lambda db: None)
        reports = runtestprotocol(nothing, log=False, nextitem=session)  # type: ignore[arg-type]
        if failed := [report.longreprtext for report in reports if not report.passed]:
            raise pytest.UsageError(f"The database could not be made ready: {failed[0]}")
        from django.db import connections

        self.template = str(connections["default"].settings_dict["NAME"])

    @property
    def copy(self) -> str:
        return f"{self.template}_mutant"

    def make_ready(self) -> None:
        if not self.template:
            return
        from django.db import connections

        connections.close_all()
        if not self.clean:
            import psycopg2

            connection = psycopg2.connect(os.environ["DATABASE_URL"])
            connection.autocommit = True
            with connection.cursor() as cursor:
                for left in reversed(range(10)):
                    try:
                        cursor.execute(f'DROP DATABASE IF EXISTS "{self.copy}" WITH (FORCE)')
                        cursor.execute(f'CREATE DATABASE "{self.copy}" TEMPLATE "{self.template}"')
                        break
                    except psycopg2.Error:  # the server's own housekeeping is in it for a moment
                        if not left:
                            raise
                        time.sleep(0.5)
            connection.close()
        self.clean = False

    def use_copy(self) -> None:
        if self.template:
            from django.db import connections

            connections["default"].settings_dict["NAME"] = self.copy


def needs_database(item: pytest.Item) -> bool:
    return bool({"db", "transactional_db"} & set(getattr(item, "fixturenames", ()))) or (
        item.get_closest_marker("django_db") is not None
    )


def commits(item: pytest.Item) -> bool:
    """Whether the test leaves rows (or empty tables) behind."""
    marker = item.get_closest_marker("django_db")
    return "transactional_db" in getattr(item, "fixturenames", ()) or bool(
        marker and marker.kwargs.get("transaction")
    )


def in_a_fork(work: Callable[[], Any], *, seconds: float) -> tuple[str, Any]:
    """("done", what work returned), ("timeout", None) or ("died", None)."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.setsid()
            os.close(reading)
            told = json.dumps(work()).encode()
            while told:
                told = told[os.write(writing, told) :]
            code = 0
        except BaseException:
            import traceback

            traceback.print_exc()
        finally:
            os._exit(code)
    os.close(writing)
    received = bytearray()
    deadline = time.monotonic() + seconds
    ended = False
    while not ended and (left := deadline - time.monotonic()) > 0:
        if select.select([reading], [], [], left)[0]:
            piece = os.read(reading, 1 << 20)
            received += piece
            ended = not piece
    os.close(reading)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    if not ended:
        return "timeout", None
    try:
        return "done", json.loads(received)
    except ValueError:
        return "died", None


def first_failure(
    items: list[pytest.Item], seconds: dict[str, float], session: pytest.Session
) -> str:
    """The first test that fails, or takes far too long; "" if none does."""
    now = ""

    def too_long(number: int, frame: Any) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGPROF, too_long)
    for item, after in zip(items, [*items[1:], session], strict=True):
        now = item.nodeid
        signal.setitimer(signal.ITIMER_PROF, 5 + 6 * seconds.get(now, 1.0))
        try:
            reports = runtestprotocol(item, log=False, nextitem=after)  # type: ignore[arg-type]
        except KeyboardInterrupt:
            return f"{now} (too long)"
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        if any(report.failed for report in reports):
            return now
    return ""
