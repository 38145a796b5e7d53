"""Who acts and why, handed to the triggers that write history."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import pghistory
from django.db import transaction

from accounts.models import User

_reasons: ContextVar[tuple[str, ...]] = ContextVar("reasons", default=())


@contextmanager
def recorded(*, by: User | None, reason: str = "") -> Iterator[None]:
    """One transaction whose every change is kept in history with the acting user and the reason.

    `by` is None only for the system itself (a scheduled check, a worker's result). One inside another
    belongs to the same act: the person of the outer one stays, and the reasons stand together.
    """
    reason = reason.replace("\0", "")  # with a NUL, PostgreSQL would keep neither person nor reason
    reasons = (*_reasons.get(), *([reason] if reason else []))
    metadata: dict[str, Any] = {"reason": "; ".join(reasons)}
    if by is not None:
        metadata["user"] = by.pk
    token = _reasons.set(reasons)
    try:
        with transaction.atomic(), pghistory.context(**metadata):
            yield
    finally:
        _reasons.reset(token)
