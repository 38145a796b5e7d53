"""How a study judges a panel's plates, changed by its laboratory."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts.models import User
from assays.models import Panel, PanelPolicy, PlateRun
from assays.selectors.lots import plates_of_panel
from assays.services.consequences import check_reason
from assays.services.judging import request_judging
from assays.services.verdicts import (
    POLICY_FIELDS,
    Watch,
    judge_anew,
    of_verdicts,
    policy_stamp,
)
from assays.signals import Consequence
from audit.recording import record
from jobs.models import Job
from sentences import Sentence
from sentences import storable as _
from studies.models import Study
from studies.permissions import Capability
from studies.refusals import Refused, Stale
from studies.selectors.access import require
from studies.services.locking import lock_study

# Judging that many plates is waited for on a page, and holds the study meanwhile.
MOST_FORETOLD = 24


def set_policy(
    *,
    study: Study,
    panel: Panel,
    values: dict[str, Any],
    reason: str,
    by: User | None,
    seen: str | None = None,
) -> Job | None:
    """Change how a study judges a panel's plates, and ask for all of them to be judged anew at once.

    values: POLICY_FIELDS to change; seen: `policy_stamp` of what the person was shown (Stale where it has
    changed since). Until the job is done models read the plates as they were judged before. Gives the job,
    or None where nothing changes.
    """
    require(by, study, Capability.JUDGE_PLATES)
    if not _differs(study, panel, values):
        return None
    with record(by=by, reason=_say(panel, reason)):
        # Before the study is held: the job that judges holds its own row first, too.
        job = request_judging(study=study, panel=panel, by=by)
        lock_study(study)
        _keep(study, panel, values, seen)
        return job


def foretell_policy(
    *,
    study: Study,
    panel: Panel,
    values: dict[str, Any],
    reason: str,
    by: User | None,
    seen: str | None = None,
) -> list[Consequence] | None:
    """What follows if a panel's rules become these, or None where it has more than MOST_FORETOLD plates; changes
    nothing. Refuses what `set_policy` refuses."""
    require(by, study, Capability.JUDGE_PLATES)
    if not _differs(study, panel, values):
        return []
    why = _say(panel, reason)
    with transaction.atomic():
        lock_study(study)
        _keep(study, panel, values, seen)
        plates = list(plates_of_panel(study=study.pk, panel=panel.pk)[: MOST_FORETOLD + 1])
        found = None if len(plates) > MOST_FORETOLD else _what_follows(plates, why, by)
        transaction.set_rollback(True)
    return found


def _what_follows(plates: list[PlateRun], why: Sentence, by: User | None) -> list[Consequence]:
    watch = Watch()
    for plate_run in plates:
        watch.add(plate_run)
    changes = judge_anew(plates, watch)
    return [*of_verdicts(changes), *watch.tell(why, by)]


def _say(panel: Panel, reason: str) -> Sentence:
    return Sentence("assays.policy_set", panel=panel, why=check_reason(reason))


def _keep(study: Study, panel: Panel, values: dict[str, Any], seen: str | None) -> None:
    policy, _made = PanelPolicy.objects.get_or_create(study=study, panel=panel)
    if seen is not None and seen != policy_stamp(policy):
        raise Stale(
            _(
                "Somebody else has changed these rules in the meantime. Nothing was kept: look at the "
                "rules as they are now, and change them again."
            )
        )
    for name, value in values.items():
        setattr(policy, name, value)
    policy.full_clean()
    _check_concentration(policy)
    policy.save()


def _differs(study: Study, panel: Panel, values: dict[str, Any]) -> bool:
    if unknown := set(values) - set(POLICY_FIELDS):
        raise ValueError(f"A policy has no field {', '.join(sorted(unknown))}.")
    policy = PanelPolicy.objects.filter(study=study, panel=panel).first() or PanelPolicy(
        study=study, panel=panel
    )
    return any(getattr(policy, name) != value for name, value in values.items())


def _check_concentration(policy: PanelPolicy) -> None:
    if policy.panel.scale == Panel.Scale.NPX and policy.concentration != "vendor":
        raise Refused(_("NPX are measured without standards: there is no curve to take them from."))
