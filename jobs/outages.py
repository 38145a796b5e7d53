"""The database that is away for a while: what that looks like, and how a worker holds on until it is back."""

import time
from collections.abc import Callable
from typing import TypeVar

import structlog
from django.db import InterfaceError, OperationalError, connection

PATIENCE_SECONDS = 600.0
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 5.0
# Classes and codes of PostgreSQL's appendix A. Without a code nobody answered at all.
CONNECTION_LOST = "08"
AWAY = ("57P01", "57P02", "57P03", "53300")  # shut down, crashed, starts, has no connection to give
PASSING = ("40001", "40P01")  # would not have been serial, deadlock: rolled back whole
Answer = TypeVar("Answer")

log = structlog.get_logger(__name__)


def is_outage(error: BaseException) -> bool:
    """Whether an error says that the database could not be reached, or went away."""
    if isinstance(error, InterfaceError):
        return True
    if not isinstance(error, OperationalError):
        return False
    code = _code(error)
    return code is None or code.startswith(CONNECTION_LOST) or code in AWAY


def hold_on(act: Callable[[], Answer], *, patience: float = PATIENCE_SECONDS) -> Answer:
    """Do a transaction, and again from its beginning while the database is away, at most for `patience`
    seconds. It must find out itself whether it may still write: what was lost at the very end of a
    transaction may have been kept."""
    give_up, pause = time.monotonic() + patience, FIRST_PAUSE
    while True:
        try:
            return act()
        except (OperationalError, InterfaceError) as error:
            passes = is_outage(error) or _code(error) in PASSING
            if not passes or time.monotonic() + pause > give_up:
                raise
            log.warning("database_away", error=str(error).strip(), next_try_in=pause)
            connection.close()
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


def _code(error: BaseException) -> str | None:
    return getattr(error.__cause__, "pgcode", None)
