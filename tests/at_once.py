"""Two at work at the same time: another thread with a connection of its own, and who waits for whom."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection


class Other:
    """Another process at work: what it does in a thread, with a connection of its own."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self.result: Any = None
        self.thread = threading.Thread(target=self._do, args=(work,))
        self.thread.start()

    def _do(self, work: Callable[[], Any]) -> None:
        try:
            self.result = work()
        except Exception as error:
            self.result = error
        finally:
            connection.close()

    def ended(self) -> Any:
        self.thread.join(60)
        assert not self.thread.is_alive()
        return self.result


def until_somebody_waits_for_a_lock() -> None:
    asked = (
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    for _ in range(600):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_stat_clear_snapshot()"
            )  # else a transaction sees one state only
            cursor.execute(asked)
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    pytest.fail("Nobody waited.")
