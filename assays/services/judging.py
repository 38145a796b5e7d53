"""Judging plates by the rules of their panel: one on its page, all of a panel by a job."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from assays.models import Exclusion, Panel, PlateRun
from assays.selectors.lots import plates_of_panel
from assays.services.verdicts import (
    Judgement,
    VerdictChange,
    Watch,
    basis_of,
    judge_anew,
    judge_lots,
    judgement_of,
    keep_judgement,
    of_verdicts,
)
from assays.signals import Consequence
from audit.recording import record
from jobs.models import Job
from jobs.services.asking import enqueue
from jobs.work import Asked, Progress
from sentences import Sentence
from studies.models import Study
from studies.permissions import Capability
from studies.selectors.access import require
from studies.services.locking import lock_study

JUDGE = "assays.judge"


def judge_plate(*, plate_run: PlateRun, by: User | None) -> list[Exclusion]:
    """Judge a plate, and its lot, by its policy: exclude what fails, lift the rules' own exclusions that no longer hold.

    What a person has lifted is not excluded again by the same rule on the same place. Gives the exclusions that were
    raised on this plate.
    """
    changes, _consequences = judge_with_consequences(plate_run=plate_run, by=by)
    return [one.exclusion for one in changes if one.is_raised and one.plate.pk == plate_run.pk]


def judge_with_consequences(
    *, plate_run: PlateRun, by: User | None
) -> tuple[list[VerdictChange], list[Consequence]]:
    """`judge_plate`, with every verdict that changes on any plate, and with what follows from it."""
    require(by, plate_run.study, Capability.JUDGE_PLATES)
    with record(by=by, reason=Sentence("assays.judged", plates=plate_run.name)):
        lock_study(plate_run.study_id)
        held = PlateRun.objects.select_for_update(no_key=True).get(pk=plate_run.pk)
        watch = Watch()
        watch.add(held)
        changes = judge_anew([held], watch)
        consequences = [*of_verdicts(changes), *watch.tell(_again(held), by)]
    plate_run.refresh_from_db(fields=["judged_at", "judged_as"])
    return changes, consequences


def judge_new(
    plates: Sequence[PlateRun], by: User | None, watch: Watch | None = None
) -> list[Consequence]:
    """Judge plates that have just come, in the transaction of their import, which holds the study; others of
    their lots are judged with them. watch: with the plates that these supersede, as they were before. What
    follows from it."""
    watch = watch or Watch()
    names = ", ".join(plate_run.name for plate_run in plates)
    superseded = [plate_run.supersedes for plate_run in plates if plate_run.supersedes]
    with record(by=by, reason=Sentence("assays.judged", plates=names[:200])):
        changes = judge_anew([*plates, *superseded], watch)
        reason = Sentence("assays.plates_imported", plates=names[:200])
        stale = watch.tell(reason, by, but=[plate_run.pk for plate_run in plates])
    return [*of_verdicts(changes), *stale]


def request_judging(*, study: Study, panel: Panel, by: User | None) -> Job:
    """Ask for all plates of a panel to be judged, in the caller's transaction."""
    return enqueue(
        JUDGE,
        key=f"{JUDGE}:study:{study.pk}:panel:{panel.pk}",
        payload={"study": study.pk, "panel": panel.pk},
        by=by,
    )


def compute_judgements(asked: Asked, progress: Progress) -> list[Judgement]:
    """What its own rules say of each plate of a panel; changes nothing."""
    plates = list(_plates_of(asked))
    found = []
    for number, plate in enumerate(plates):
        progress(95 * number // len(plates), Sentence("assays.judging", plate=plate.name))
        found.append(judgement_of(plate))
    return found


def store_judgements(asked: Asked, outcome: list[Judgement]) -> dict[str, Any]:
    """Set the exclusions of all plates in one transaction, so that no model reads a panel judged by halves. A plate
    on which somebody has decided since it was looked at, or that has come since, is judged now."""
    lock_study(asked.payload["study"], patient=True)
    known = {judgement.plate: judgement for judgement in outcome}
    plates, changes, lots = list(_plates_of(asked)), [], Watch()
    with record(by=asked.by, reason=Sentence("assays.panel_judged")):
        for plate in plates:
            judgement = known.get(plate.pk)
            if judgement is None or judgement.basis != basis_of(plate):
                judgement = judgement_of(plate)
            watch = Watch()  # of one plate: what can be used of hundreds is much to remember
            watch.add(plate)
            changes += keep_judgement(plate, judgement)
            watch.tell(_again(plate), asked.by)
        changes += judge_lots(plates, lots)
        lots.tell(Sentence("assays.panel_judged_again"), asked.by)
    return {"plates": len(plates), "exclusions_raised": sum(one.is_raised for one in changes)}


def _again(plate_run: PlateRun) -> Sentence:
    return Sentence("assays.judged_again", plate=plate_run.name)


def _plates_of(asked: Asked) -> QuerySet[PlateRun]:
    """The plates of the panel that is to be judged."""
    return plates_of_panel(study=asked.payload["study"], panel=asked.payload["panel"])
