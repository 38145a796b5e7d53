"""How a study judges a panel's plates, changed by its laboratory."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from assays.models import Panel, PanelPolicy
from assays.services.consequences import checked_reason
from assays.services.judging import request_judging
from assays.services.verdicts import POLICY_FIELDS, policy_stamp
from audit.recording import recorded
from jobs.models import Job
from sentences import Sentence
from sentences import storable as _
from studies.models import Study
from studies.permissions import Capability
from studies.refusals import Refused, Stale
from studies.selectors.access import require
from studies.services.locking import lock_study


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
    if unknown := set(values) - set(POLICY_FIELDS):
        raise ValueError(f"A policy has no field {', '.join(sorted(unknown))}.")
    if not _differs(study, panel, values):
        return None
    with recorded(
        by=by, reason=Sentence("assays.policy_set", panel=panel, why=checked_reason(reason))
    ):
        # Before the study is held: the job that judges holds its own row first, too.
        job = request_judging(study=study, panel=panel, by=by)
        lock_study(study)
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
        return job


def _differs(study: Study, panel: Panel, values: dict[str, Any]) -> bool:
    policy = PanelPolicy.objects.filter(study=study, panel=panel).first() or PanelPolicy(
        study=study, panel=panel
    )
    return any(getattr(policy, name) != value for name, value in values.items())


def _check_concentration(policy: PanelPolicy) -> None:
    if policy.panel.scale == Panel.Scale.NPX and policy.concentration != "vendor":
        raise Refused(_("NPX are measured without standards: there is no curve to take them from."))
