"""Who acts and why, handed to the triggers that write history."""

from collections.abc import Iterator
from contextlib import contextmanager

import pghistory
from django.db import transaction

from accounts.models import User


@contextmanager
def recorded(*, by: User | None, reason: str = "") -> Iterator[None]:
    """One transaction whose every change is kept in history with the acting user and the reason.

    `by` is None only for the system itself (a scheduled check, a worker's result).
    """
    with (
        transaction.atomic(),
        pghistory.context(user=by.pk if by else None, reason=reason),
    ):
        yield
