"""Judging plates by the rules of their panel: what fails is barred, what no longer fails is free again."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
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
from assays.services.consequences import checked_reason, tell_difference
from audit.recording import recorded
from jobs.models import Job
from jobs.services import enqueue
from jobs.work import Asked, Progress
from studies.models import Study
from studies.permissions import Capability
from studies.refusals import Refused, Stale
from studies.selectors.access import require
from studies.services.holding import hold_study

JUDGE = "assays.judge"
Rule = QualityBar.Rule
VENDOR_WARNS = ("QC:", "QC_Warning:", "SampleQC:")
LONGEST = 500
POLICY_FIELDS = (
    *("min_bead_count", "recommended_bead_count", "max_intra_cv", "max_inter_cv", "recovery_low"),
    *("recovery_high", "max_out_of_range", "repeats", "concentration"),
)
Place = tuple[str, int | None, int | None]


@dataclass(frozen=True)
class Judgement:
    """What the rules find on a plate; refits: our own curve of each analyte (None: it cannot be fitted),
    where the policy takes concentrations from them. basis: a digest of the decisions it was made under."""

    plate: int
    basis: str
    judged_as: str
    findings: list[Finding]
    refits: dict[int, dict[str, Any] | None] = field(default_factory=dict)


def judge_plate(*, plate_run: PlateRun, by: User | None, is_new: bool = False) -> list[QualityBar]:
    """Judge a plate by its policy: bar what fails, lift the rules' own bars that no longer hold.

    What a person has lifted is not barred again by the same rule on the same place. is_new: nothing can have
    been made from it yet. Gives the bars that were raised.
    """
    with recorded(by=by, reason=_judged(plate_run)):
        if not is_new:  # an import asks for its own right, and holds the study already
            require(by, plate_run.study, Capability.JUDGE_PLATES)
            hold_study(plate_run.study_id)
        raised = _apply(judgement_of(plate_run), by, is_new=is_new)
    plate_run.refresh_from_db(fields=["judged_at", "judged_as"])
    return raised


def judgement_of(plate_run: PlateRun) -> Judgement:
    """What the rules say of a plate today; changes nothing."""
    basis = basis_of(plate_run)  # first: what is decided while the rest is read makes it another
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
    return Judgement(plate_run.pk, basis, judged_as(policy), findings, refits)


def basis_of(plate_run: PlateRun) -> str:
    """A digest of what people have decided that a judgement depends on: the policy, the exclusions on plates
    of this panel and lot, whose blood stands in the wells."""
    policy = policy_of(plate_run)
    excluded = QualityBar.objects.filter(
        rule=Rule.EXCLUDED,
        lifted_at=None,
        plate_run__study=plate_run.study_id,
        plate_run__panel=plate_run.panel_id,
        plate_run__lot=plate_run.lot,
    )
    wells = Well.objects.filter(plate_run=plate_run)
    told = [
        [str(getattr(policy, name)) for name in POLICY_FIELDS],
        sorted(excluded.values_list("pk", flat=True)),
        sorted(wells.values_list("pk", "specimen_id"), key=str),
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _vendor(plate_run: PlateRun) -> list[Finding]:
    """Wells that the vendor's own quality control warns of."""
    return [
        Finding(Rule.VENDOR, pk, None, 1, 0, remark)
        for pk, remark in Well.objects.filter(plate_run=plate_run).values_list("pk", "remark")
        if remark.startswith(VENDOR_WARNS)
    ]


def _apply(judgement: Judgement, by: User | None, *, is_new: bool = False) -> list[QualityBar]:
    """Keep a judgement and tell what has changed by it; the study is held."""
    held = PlateRun.objects.select_for_update(no_key=True).get(pk=judgement.plate)
    before = None if is_new else used_values(held)
    raised = keep_judgement(held, judgement)
    if before is not None:
        tell_difference(held, before, _("plate %(name)s judged again") % {"name": held.name}, by)
    return raised


def keep_judgement(held: PlateRun, judgement: Judgement) -> list[QualityBar]:
    """Write what a judgement says of a plate that the caller holds; the bars that were raised."""
    raised = _set_bars(held, judgement.findings)
    _keep_refits(held, judgement.refits)
    held.judged_at, held.judged_as = timezone.now(), judgement.judged_as
    held.save(update_fields=["judged_at", "judged_as"])
    return raised


def _judged(plate_run: PlateRun) -> str:
    return f"plate {plate_run.name} judged"


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


def _keep_refits(held: PlateRun, refits: dict[int, dict[str, Any] | None]) -> None:
    """Keep our own curves beside the vendor's; those that have not changed are not written again."""
    changed = []
    for told in PlateAnalyte.objects.filter(plate_run=held, analyte__in=refits):
        if told.refit != refits[told.analyte_id]:
            told.refit = refits[told.analyte_id]
            changed.append(told)
    PlateAnalyte.objects.bulk_update(changed, ["refit"])


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
    with recorded(by=by, reason=f"policy of {panel}: {checked_reason(reason)}"):
        # Before the study is held: the job that judges holds its own row first, too.
        job = request_judging(study=study, panel=panel, by=by)
        hold_study(study)
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


def policy_stamp(policy: PanelPolicy) -> str:
    """The policy's values as one text, to see whether they have changed since somebody was shown them."""
    return " ".join(str(getattr(policy, name)) for name in POLICY_FIELDS)


def _differs(study: Study, panel: Panel, values: dict[str, Any]) -> bool:
    policy = PanelPolicy.objects.filter(study=study, panel=panel).first() or PanelPolicy(
        study=study, panel=panel
    )
    return any(getattr(policy, name) != value for name, value in values.items())


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
    plates = list(_plates_of(asked))
    found = []
    for number, plate in enumerate(plates):
        progress(95 * number // len(plates), _("Judging %(plate)s") % {"plate": plate.name})
        found.append(judgement_of(plate))
    return found


def store_judgements(asked: Asked, outcome: list[Judgement]) -> dict[str, Any]:
    """Set the bars of all plates in one transaction, so that no model reads a panel judged by halves. A plate
    on which somebody has decided since it was looked at, or that has come since, is judged now."""
    hold_study(asked.payload["study"], patient=True)
    known = {judgement.plate: judgement for judgement in outcome}
    plates, raised = list(_plates_of(asked)), 0
    for plate in plates:
        judgement = known.get(plate.pk)
        if judgement is None or judgement.basis != basis_of(plate):
            judgement = judgement_of(plate)
        with recorded(by=asked.by, reason=_judged(plate)):
            raised += len(_apply(judgement, asked.by))
    return {"plates": len(plates), "bars_raised": raised}


def _plates_of(asked: Asked) -> QuerySet[PlateRun]:
    """The plates of the panel that is to be judged, with what judging needs."""
    study, panel = asked.payload["study"], asked.payload["panel"]
    return PlateRun.objects.filter(study=study, panel=panel).select_related("panel").order_by("pk")
