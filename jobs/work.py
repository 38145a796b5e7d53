"""The kinds of work that apps know how to do. jobs itself knows no domain: apps register here (docs/seams.md
lists them, under "Kinds of job").

A kind has two halves. `compute` may take long and must change nothing; it gets a `Progress` to report
to. `store` is quick and writes; it runs in the same transaction that marks the job as succeeded, and
only while the worker still holds the job. So a result is there exactly once, or not at all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from accounts.models import User
from sentences import Sentence, as_sentence


class Progress(Protocol):
    """How a computation tells people where it is."""

    def __call__(self, percent: int, message: Sentence | str) -> None: ...


class WorkError(Exception):
    """The work cannot be done and trying again would not help; `said` tells a person what to do."""

    def __init__(self, said: Sentence | str) -> None:
        self.said = as_sentence(said)
        super().__init__(str(said))


@dataclass(frozen=True)
class Asked:
    """What a handler sees of its job."""

    payload: dict[str, Any]
    by: User | None


@dataclass(frozen=True)
class Work:
    """A kind of work: `compute(asked, progress) -> outcome`, `store(asked, outcome) -> JSON result`.

    background: whether all other work goes first where both wait for a worker.
    short: whether it takes seconds; a process is kept free for such work, so that it never waits behind
    long work.
    unwanted: why a job with this payload need not be done any longer, or None. Asked
    before it is begun and while it waits; such a job is cancelled.
    """

    compute: Callable[[Asked, Progress], Any]
    store: Callable[[Asked, Any], dict[str, Any]]
    failed: Callable[[Asked, Sentence], None] | None = None
    background: bool = False
    short: bool = False
    unwanted: Callable[[dict[str, Any]], Sentence | None] | None = None


KINDS: dict[str, Work] = {}


def register(kind: str, work: Work) -> None:
    """Name a kind of work; done once, in an app's ready()."""
    if kind in KINDS and KINDS[kind] != work:
        raise ValueError(f"The kind of work {kind!r} is registered twice.")
    KINDS[kind] = work
