"""How every decision on a plate is taken: alone in the study, judged anew at once, and told before it stands."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from accounts.models import User
from assays.models import PlateRun
from assays.services.verdicts import Watch, judge_anew, of_verdicts
from assays.signals import Consequence
from audit.recording import record
from sentences import Sentence
from studies.permissions import Capability
from studies.selectors.access import require
from studies.services.locking import lock_study


def decide_on(
    plate_run: PlateRun, act: Callable[[PlateRun], bool], reason: Sentence, by: User | None
) -> list[Consequence]:
    """Act on a plate, in one transaction that holds the study; what follows from it.

    act: changes what a person says of the plate, which is locked, and tells whether anything is another now.
    If so the plate is judged anew, and all plates of its lot that its controls are held against; exclusions that
    rules raise or lift by it and what had been made from values that differ now are the answer.
    """
    require(by, plate_run.study, Capability.JUDGE_PLATES)
    with record(by=by, reason=Sentence("assays.on_plate", plate=plate_run.name, what=reason)):
        lock_study(plate_run.study_id)
        held = (
            PlateRun.objects.select_for_update(no_key=True, of=("self",))
            .select_related("panel")
            .get(pk=plate_run.pk)
        )
        watch = Watch()
        watch.add(held)
        if not act(held):
            return []
        changes = judge_anew([held], watch)
        return [*of_verdicts(changes), *watch.tell(reason, by)]


def decide_or_foretell(
    decide: Callable[[], list[Consequence]], *, sure: bool
) -> tuple[list[Consequence], bool]:
    """Take a decision; what follows from it, and whether it stands. Where anything does and the person is not
    `sure`, it is taken back, so that they can be told first."""
    with transaction.atomic():
        consequences = decide()
        stands = sure or not consequences
        if not stands:
            transaction.set_rollback(True)
    return consequences, stands
