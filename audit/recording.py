"""Who acts and why, handed to the triggers that write history."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import pghistory
from django.db import transaction

from accounts.models import User
from sentences import Sentence, words

_reasons: ContextVar[tuple[Sentence, ...]] = ContextVar("reasons", default=())


@contextmanager
def record(*, by: User | None, reason: Sentence | str = "") -> Iterator[None]:
    """One transaction whose every change is kept in history with the acting user and the reason: a sentence, or
    the words of a person.

    `by` is None only for the system itself (a scheduled check, a worker's result). One inside another
    belongs to the same act: the person of the outer one stays, and the reasons stand together.
    """
    if isinstance(reason, str):
        reason = words(reason)
    reasons = (*_reasons.get(), *([reason] if reason else []))
    metadata: dict[str, Any] = {"reasons": [one.as_json() for one in reasons]}
    if by is not None:
        metadata["user"] = by.pk
    token = _reasons.set(reasons)
    try:
        with transaction.atomic(), pghistory.context(**metadata):
            yield
    finally:
        _reasons.reset(token)
