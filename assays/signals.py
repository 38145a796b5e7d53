"""What apps above are told when what may be used of a plate has changed.

Sent in the transaction of the change. A receiver answers with the list of what it found to have been
made from the old values (Consequence), so that the person who made the change sees it named. Who hears it
stands in docs/seams.md, under "Listeners".
"""

from __future__ import annotations

from dataclasses import dataclass

from django.dispatch import Signal

from accounts.models import User
from assays.models import PlateRun
from sentences import Sentence
from studies.models import Study


@dataclass(frozen=True)
class ChangedValue:
    """One specimen and analyte whose value in a model may be another from now on."""

    patient_id: int
    timepoint: str
    analyte_id: int


@dataclass(frozen=True)
class ValuesChanged:
    """A change of what may be used: excluded, restored, overridden, another layout, another policy."""

    study: Study
    plate_run: PlateRun | None
    values: frozenset[ChangedValue]
    reason: Sentence
    by: User | None


@dataclass(frozen=True)
class Consequence:
    """What follows from a decision: something that was made from values which have changed since, or an exclusion that
    a rule raises or lifts by it, here or on another plate."""

    kind: str
    """"dataset", "version", "score", "raised" or "lifted"."""
    text: Sentence | str
    url: str = ""


values_changed = Signal()
"""Arguments: change (ValuesChanged). Receivers return list[Consequence]."""
