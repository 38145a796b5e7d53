"""People's own decisions on plates: exclude, restore, override. Raw values never change."""

from collections.abc import Callable

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from assays.models import Analyte, Exclusion, PlateRun, Well
from assays.services.consequences import check_reason
from assays.services.deciding import decide_on
from assays.services.superseding import check_one_in_use
from assays.signals import Consequence
from sentences import Sentence
from sentences import storable as _
from studies.refusals import Refused

Rule = Exclusion.Rule
Acted = tuple[list[Exclusion], list[Consequence]]


def exclude(
    *,
    plate_run: PlateRun,
    wells: list[Well],
    analyte: Analyte | None,
    reason: str,
    by: User | None,
) -> Acted:
    """Exclude wells (or one analyte in them; no wells: on the whole plate) from every model until restored.

    Gives the exclusions, and what had been made from the values that are excluded now. Excluding again what is
    excluded already changes nothing. The plate is judged anew at once, by what is left of it: what is excluded
    counts for no rule and for no curve of ours.
    """
    why = check_reason(reason)

    def act(held: PlateRun) -> list[Exclusion]:
        if any(well.plate_run_id != held.pk for well in wells):
            raise Refused(_("A well that was named is not on this plate."))
        made = []
        places: list[Well | None] = [*wells] or [None]
        for well in places:
            try:
                with transaction.atomic():
                    made.append(
                        Exclusion.objects.create(
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

    return _act_on(plate_run, act, Sentence("assays.excluded", why=why), by)


def lift(*, exclusion: Exclusion, reason: str, by: User | None) -> Acted:
    """Restore what a person excluded, or override a rule; the plate is judged anew at once. Lifting twice is
    lifting once."""
    why = check_reason(reason)

    def act(_held: PlateRun) -> list[Exclusion]:
        check_one_in_use(exclusion)
        lifted = Exclusion.objects.filter(pk=exclusion.pk, lifted_at__isnull=True).update(
            lifted_at=timezone.now(), lifted_by=by, lift_reason=why
        )
        return [exclusion] if lifted else []

    restored = exclusion.rule in Exclusion.DECISIONS
    done = Sentence("assays.restored" if restored else "assays.rule_overridden", why=why)
    return _act_on(exclusion.plate_run, act, done, by)


def lift_all(*, plate_run: PlateRun, rule: str, reason: str, by: User | None) -> Acted:
    """Restore all that a person excluded on a plate, or override all verdicts of one rule on it, in one act."""
    why = check_reason(reason)
    known = {str(one): one for one in Rule if one != Rule.SUPERSEDED}
    if rule not in known:
        words = {"rule": rule[:60], "known": ", ".join(known)}
        raise Refused(_("There is no rule “%(rule)s” to lift; use one of %(known)s.") % words)

    def act(held: PlateRun) -> list[Exclusion]:
        standing = Exclusion.objects.filter(plate_run=held, rule=rule, lifted_at__isnull=True)
        exclusions = list(standing.select_related("well", "analyte", "plate_run__supersedes"))
        for exclusion in exclusions:
            check_one_in_use(exclusion)
        standing.update(lifted_at=timezone.now(), lifted_by=by, lift_reason=why)
        return exclusions

    code = "assays.all_restored" if rule == Rule.EXCLUDED else "assays.all_overridden"
    return _act_on(
        plate_run, act, Sentence(code, rule=Sentence(f"assays.rule_{rule}"), why=why), by
    )


def _act_on(
    plate_run: PlateRun,
    act: Callable[[PlateRun], list[Exclusion]],
    reason: Sentence,
    by: User | None,
) -> Acted:
    found: list[Exclusion] = []

    def decide(held: PlateRun) -> bool:
        found.extend(act(held))
        return bool(found)

    consequences = decide_on(plate_run, decide, reason, by)
    return found, consequences
