"""`@track` on a model: its history is kept by triggers, and where it stands in the trail of a study.

Each model says itself how it belongs to a study. `study` names the foreign key that leads to the study, or
to a row that belongs to one in turn (a follow-up to its patient, a measurement to its specimen); docs/seams.md lists
them all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import pghistory
import pghistory.core
from django.db.models import Model, Q

M = TypeVar("M", bound=type[Model])
ITSELF = "itself"
ALL = ~Q(pk=None)


@dataclass(frozen=True)
class Trail:
    """How the rows of a tracked model stand in the trail."""

    owners: tuple[str, ...]
    """Foreign keys to what a row belongs to, any of which may be empty; or ITSELF, of the study."""
    name: str
    """The field that people know a row by; "" where it is known by what it belongs to."""
    part: str
    """The foreign key that tells which of its owner's rows one is (a form of a patient); "" where nothing does."""
    bulk: Q | None
    """Which rows one act enters by the thousand; the act itself is in the trail, so their entering is shown only
    to those who ask for the kind."""


TRAILS: dict[type[Model], Trail] = {}


def event_of(model: type[Model]) -> type[Model]:
    """The model of a tracked model's history."""
    found: list[Any] = pghistory.core.event_models(tracks_model=model)
    event: type[Model] = found[0]
    return event


def track(
    *events: Any,
    study: str | tuple[str, ...] | None = None,
    name: str = "",
    part: str = "",
    bulk: Q | None = None,
    **options: Any,
) -> Callable[[M], M]:
    """pghistory's `track`, and the model's place in the trail; without `study` it has a history but is in no
    study's trail. Any further arguments are pghistory's."""

    def decorate(model: M) -> M:
        if study is not None:
            owners = (study,) if isinstance(study, str) else study
            TRAILS[model] = Trail(owners, name, part, bulk)
        done: M = pghistory.track(*events, **options)(model)
        return done

    return decorate
