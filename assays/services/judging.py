"""Judging plates by the rules of their panel: what fails is barred, what no longer fails is free again."""

from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from assays.models import Panel, PanelPolicy, PlateAnalyte, PlateRun, QualityBar, Well
from assays.quality import Finding, judge
from assays.quality.rules import inter_plate_findings
from assays.selectors.curves import refits_of_plate
from assays.selectors.judged import (
    controls_of_newest,
    judged_as,
    limits_of,
    plate_frame,
    policy_of,
    used_values,
)
from assays.services.consequences import tell_difference
from audit.recording import recorded
from jobs.models import Job
from jobs.services import enqueue
from jobs.work import Asked, Progress
from studies.models import Study
from studies.permissions import Capability
from studies.refusals import Refused
from studies.selectors.access import require

JUDGE = "assays.judge"
Rule = QualityBar.Rule
VENDOR_WARNS = ("QC:", "QC_Warning:", "SampleQC:")
LONGEST = 500
Place = tuple[str, int | None, int | None]


@dataclass(frozen=True)
class Judgement:
    """What the rules find on a plate; refits: our own curve of each analyte (None: it cannot be fitted),
    where the policy takes concentrations from them."""

    plate: int
    judged_as: str
    findings: list[Finding]
    refits: dict[int, dict[str, Any] | None] = field(default_factory=dict)


def judge_plate(*, plate_run: PlateRun, by: User | None, is_new: bool = False) -> list[QualityBar]:
    """Judge a plate by its policy: bar what fails, lift the rules' own bars that no longer hold.

    What a person has lifted is not barred again by the same rule on the same place. is_new: nothing can have
    been made from it yet. Gives the bars that were raised.
    """
    raised = _apply(judgement_of(plate_run), by, is_new=is_new)
    plate_run.refresh_from_db(fields=["judged_at", "judged_as"])
    return raised


def judgement_of(plate_run: PlateRun) -> Judgement:
    """What the rules say of a plate today; changes nothing."""
    policy, is_log2 = policy_of(plate_run), plate_run.panel.scale == "npx"
    findings = judge(plate_frame(plate_run), limits_of(policy), is_log2=is_log2)
    controls = controls_of_newest(plate_run)
    findings += [*_vendor(plate_run)]
    findings += inter_plate_findings(controls, policy.max_inter_cv, is_log2=is_log2)
    refits: dict[int, dict[str, Any] | None] = {}
    if policy.concentration == PanelPolicy.Concentration.REFIT:
        for analyte, (curve, why) in refits_of_plate(plate_run).items():
            refits[analyte] = curve
            if curve is None:
                findings.append(Finding(Rule.CURVE, None, analyte, 0, 1, why))
    return Judgement(plate_run.pk, judged_as(policy), findings, refits)


def _vendor(plate_run: PlateRun) -> list[Finding]:
    """Wells that the vendor's own quality control warns of."""
    return [
        Finding(Rule.VENDOR, pk, None, 1, 0, remark)
        for pk, remark in Well.objects.filter(plate_run=plate_run).values_list("pk", "remark")
        if remark.startswith(VENDOR_WARNS)
    ]


def _apply(judgement: Judgement, by: User | None, *, is_new: bool = False) -> list[QualityBar]:
    held = PlateRun.objects.select_for_update().get(pk=judgement.plate)
    with recorded(by=by, reason=f"plate {held.name} judged"):
        before = None if is_new else used_values(held)
        raised = _set_bars(held, judgement.findings)
        keep_refits(held, judgement.refits)
        held.judged_at, held.judged_as = timezone.now(), judgement.judged_as
        held.save(update_fields=["judged_at", "judged_as"])
        if before is not None:
            tell_difference(
                held, before, _("plate %(name)s judged again") % {"name": held.name}, by
            )
    return raised


def _set_bars(held: PlateRun, findings: list[Finding]) -> list[QualityBar]:
    found: dict[Place, Finding] = {(str(f.rule), f.well, f.analyte): f for f in findings}
    bars = QualityBar.objects.filter(plate_run=held).exclude(rule=Rule.EXCLUDED)
    standing = {(b.rule, b.well_id, b.analyte_id): b.pk for b in bars.filter(lifted_at=None)}
    overridden = set(
        bars.filter(lifted_by__isnull=False).values_list("rule", "well_id", "analyte_id")
    )
    gone = [pk for place, pk in standing.items() if place not in found]
    bars.filter(pk__in=gone).update(
        lifted_at=timezone.now(), lift_reason=_("The rule no longer fails here.")
    )
    return QualityBar.objects.bulk_create(
        QualityBar(
            plate_run=held,
            well_id=f.well,
            analyte_id=f.analyte,
            rule=f.rule,
            value=f.value,
            limit=f.limit,
            reason=f.text[:LONGEST],
        )
        for place, f in found.items()
        if place not in standing and place not in overridden
    )


def keep_refits(held: PlateRun, refits: dict[int, dict[str, Any] | None]) -> None:
    """Keep our own curves beside the vendor's; those that have not changed are not written again."""
    changed = []
    for told in PlateAnalyte.objects.filter(plate_run=held, analyte__in=refits):
        if told.refit != refits[told.analyte_id]:
            told.refit = refits[told.analyte_id]
            changed.append(told)
    PlateAnalyte.objects.bulk_update(changed, ["refit"])


POLICY_FIELDS = (
    *("min_bead_count", "recommended_bead_count", "max_intra_cv", "max_inter_cv", "recovery_low"),
    *("recovery_high", "max_out_of_range", "repeats", "concentration"),
)


def set_policy(
    *, study: Study, panel: Panel, values: dict[str, Any], reason: str, by: User | None
) -> Job | None:
    """Change how a study judges a panel's plates, and ask for all of them to be judged anew at once.

    values: POLICY_FIELDS to change. Until the job is done models read the plates as they were judged before.
    Gives the job, or None where nothing changes.
    """
    require(by, study, Capability.JUDGE_PLATES)
    if not reason.strip():
        raise Refused({"reason": [_("Say why: it stands in the trail.")]})
    with recorded(by=by, reason=f"policy of {panel}: {reason.strip()}"):
        policy, _made = PanelPolicy.objects.select_for_update().get_or_create(
            study=study, panel=panel
        )
        if all(getattr(policy, name) == value for name, value in values.items()):
            return None
        for name, value in values.items():
            if name not in POLICY_FIELDS:
                raise ValueError(f"A policy has no field {name!r}.")
            setattr(policy, name, value)
        policy.full_clean()
        _check_concentration(policy)
        policy.save()
        return request_judging(study=study, panel=panel, by=by)


def _check_concentration(policy: PanelPolicy) -> None:
    if policy.panel.scale == Panel.Scale.NPX and policy.concentration != "vendor":
        raise Refused(_("NPX are measured without standards: there is no curve to take them from."))


def request_judging(*, study: Study, panel: Panel, by: User | None) -> Job:
    """Ask for all plates of a panel to be judged, in the caller's transaction."""
    return enqueue(
        JUDGE,
        key=f"{JUDGE}:study:{study.pk}:panel:{panel.pk}",
        payload={"study": study.pk, "panel": panel.pk},
        by=by,
    )


def compute_judgements(asked: Asked, progress: Progress) -> list[Judgement]:
    """What the rules say of each plate of a panel; changes nothing."""
    plates = PlateRun.objects.filter(
        study=asked.payload["study"], panel=asked.payload["panel"]
    ).select_related("panel")
    found = []
    for number, plate in enumerate(plates.order_by("pk")):
        progress(95 * number // plates.count(), _("Judging %(plate)s") % {"plate": plate.name})
        found.append(judgement_of(plate))
    return found


def store_judgements(asked: Asked, outcome: list[Judgement]) -> dict[str, Any]:
    """Set the bars of all plates in one transaction, so that no model reads a panel judged by halves."""
    raised = [bar for judgement in outcome for bar in _apply(judgement, asked.by)]
    return {"plates": len(outcome), "bars_raised": len(raised)}
