"""People's own decisions on plates: exclude, restore, override. Raw values never change."""

from collections.abc import Callable

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from assays.models import Analyte, PlateRun, QualityBar, Well
from assays.selectors.judged import used_values
from assays.services.consequences import checked_reason, tell_difference
from assays.services.judging import judgement_of, keep_judgement
from assays.signals import Consequence
from audit.recording import recorded
from studies.permissions import Capability
from studies.refusals import Refused
from studies.selectors.access import require
from studies.services.holding import hold_study

Rule = QualityBar.Rule
Acted = tuple[list[QualityBar], list[Consequence]]


def exclude(
    *,
    plate_run: PlateRun,
    wells: list[Well],
    analyte: Analyte | None,
    reason: str,
    by: User | None,
) -> Acted:
    """Bar wells (or one analyte in them; no wells: on the whole plate) from every model until restored.

    Gives the bars, and what had been made from the values that are barred now. Excluding again what is
    excluded already changes nothing. The plate is judged anew at once, by what is left of it: what is excluded
    counts for no rule and for no curve of ours.
    """
    why = checked_reason(reason)

    def act(held: PlateRun) -> list[QualityBar]:
        if any(well.plate_run_id != held.pk for well in wells):
            raise Refused(_("A well that was named is not on this plate."))
        made = []
        places: list[Well | None] = [*wells] or [None]
        for well in places:
            try:
                with transaction.atomic():
                    made.append(
                        QualityBar.objects.create(
                            plate_run=held,
                            well=well,
                            analyte=analyte,
                            rule=Rule.EXCLUDED,
                            reason=why,
                            raised_by=by,
                        )
                    )
            except IntegrityError:  # it stands already
                continue
        return made

    return _acted(plate_run, act, _("excluded: %(why)s") % {"why": why}, by)


def lift(*, bar: QualityBar, reason: str, by: User | None) -> Acted:
    """Restore what a person excluded, or override a rule; the plate is judged anew at once. Lifting twice is
    lifting once."""
    why = checked_reason(reason)

    def act(_held: PlateRun) -> list[QualityBar]:
        lifted = QualityBar.objects.filter(pk=bar.pk, lifted_at__isnull=True).update(
            lifted_at=timezone.now(), lifted_by=by, lift_reason=why
        )
        return [bar] if lifted else []

    done = _("restored") if bar.rule == Rule.EXCLUDED else _("rule overridden")
    return _acted(bar.plate_run, act, f"{done}: {why}", by)


def decided(
    decide: Callable[[], list[Consequence]], *, sure: bool
) -> tuple[list[Consequence], bool]:
    """Take a decision; what it makes stale, and whether it stands. Where it makes something stale and the
    person is not `sure`, it is taken back, so that they can be told first."""
    with transaction.atomic():
        consequences = decide()
        stands = sure or not consequences
        if not stands:
            transaction.set_rollback(True)
    return consequences, stands


def _acted(
    plate_run: PlateRun,
    act: Callable[[PlateRun], list[QualityBar]],
    reason: str,
    by: User | None,
) -> Acted:
    require(by, plate_run.study, Capability.JUDGE_PLATES)
    with recorded(by=by, reason=f"plate {plate_run.name}: {reason}"):
        hold_study(plate_run.study_id)
        held = PlateRun.objects.select_for_update(no_key=True).get(pk=plate_run.pk)
        before = used_values(held)
        bars = act(held)
        if bars and Well.objects.filter(plate_run=held).exists():
            keep_judgement(held, judgement_of(held))
        return bars, tell_difference(held, before, reason, by)
