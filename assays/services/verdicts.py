"""Judging plates anew in the transaction of whoever changes what their verdicts rest on.

The exclusions of all plates are a function of the plates that are there and of what people have decided, not of the
order of these. A plate's own rules look at the plate alone; the distance between plates looks at all of a
panel and lot. So whatever changes a plate judges it by its own rules, and then its whole lot by that one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from django.utils import timezone

from accounts.models import User
from assays.models import Exclusion, PanelPolicy, PlateAnalyte, PlateRun, Well
from assays.quality import Finding, verdict_of
from assays.quality.between_plates import findings_between
from assays.quality.said import Said
from assays.selectors.judged import (
    UsedValue,
    curve_kinds,
    limits_of,
    plate_frame,
    policy_of,
    read_used_values,
    stamp_judged,
)
from assays.selectors.lots import Lot, distances_in, lot_of
from assays.sentences import say
from assays.services.consequences import collect_changed, tell
from assays.signals import Consequence
from sentences import Sentence
from sentences import storable as _

Rule = Exclusion.Rule
VENDOR_WARNS = ("QC:", "QC_Warning:", "SampleQC:")
LONGEST = 500
POLICY_FIELDS = (
    *("min_bead_count", "recommended_bead_count", "max_intra_cv", "max_inter_cv", "recovery_low"),
    *("recovery_high", "max_out_of_range", "max_hook", "kit_ranges", "repeats", "concentration"),
)
BETWEEN = frozenset({Rule.INTER_CV.value})
OWN = frozenset(Rule.values) - BETWEEN - {rule.value for rule in Exclusion.DECISIONS}
Place = tuple[str, int | None, int | None]


@dataclass(frozen=True)
class Judgement:
    """What a plate's own rules find; refits: our own curve of each analyte (None: there is none), where the
    policy takes concentrations from them. basis: a digest of the decisions it was made under."""

    plate: int
    basis: str
    judged_as: str
    findings: list[Finding]
    refits: dict[int, dict[str, Any] | None] = field(default_factory=dict)


@dataclass(frozen=True)
class VerdictChange:
    """An exclusion that a rule raises, or lifts, on a plate."""

    plate: PlateRun
    exclusion: Exclusion
    is_raised: bool


class Watch:
    """What could be used of plates before a decision, to tell afterwards what is another."""

    def __init__(self) -> None:
        self._before: dict[int, tuple[PlateRun, set[int] | None, set[UsedValue]]] = {}

    def add(self, plate_run: PlateRun, analytes: set[int] | None = None) -> None:
        """Remember a plate (or only these analytes of it) as it is now, unless it is remembered already."""
        if plate_run.pk not in self._before:
            before = read_used_values(plate_run, analytes)
            self._before[plate_run.pk] = (plate_run, analytes, before)

    def tell(
        self, reason: Sentence, by: User | None, *, but: Iterable[int] = ()
    ) -> list[Consequence]:
        """Tell the apps above of each remembered plate (but some) what differs now; what had been made of it,
        each named once."""
        found: dict[tuple[str, Sentence | str], Consequence] = {}
        unheard = set(but)
        for pk, (plate_run, analytes, before) in sorted(self._before.items()):
            if pk in unheard:
                continue
            plate_run.refresh_from_db(fields=["judged_as"])
            difference = collect_changed(before ^ read_used_values(plate_run, analytes))
            for one in tell(plate_run, difference, reason, by):
                found.setdefault((one.kind, one.text), one)
        return list(found.values())


def of_verdicts(changes: Iterable[VerdictChange]) -> list[Consequence]:
    """Verdicts that a decision changes, as what follows from it; those that raise an exclusion first."""
    found = [
        Consequence(
            "raised" if one.is_raised else "lifted",
            verdict_in_words(one.plate.name, place_of(one.exclusion), one.exclusion.reason),
        )
        for one in changes
    ]
    return sorted(found, key=lambda one: one.kind, reverse=True)


def verdict_in_words(plate: str, place: Sentence | str, why: Sentence) -> Sentence:
    return _("%(plate)s, %(place)s: %(why)s") % {"plate": plate, "place": place, "why": why}


def place_of(exclusion: Exclusion) -> Sentence | str:
    """What an exclusion covers, in words."""
    names = [
        exclusion.analyte.symbol if exclusion.analyte else "",
        exclusion.well.position if exclusion.well else "",
    ]
    return ", ".join(filter(None, names)) or _("whole plate")


def judgement_of(plate_run: PlateRun) -> Judgement:
    """What a plate's own rules say of it today; changes nothing."""
    basis = basis_of(plate_run)  # first: what is decided while the rest is read makes it another
    policy, is_log2 = policy_of(plate_run), plate_run.panel.scale == "npx"
    kinds = curve_kinds(plate_run, policy)
    found = verdict_of(
        plate_frame(plate_run), limits_of(policy), is_log2=is_log2, curve_kinds=kinds
    )
    wells = Well.objects.filter(plate_run=plate_run).values_list("pk", "remark")
    findings = [*found.findings, *vendor_findings(wells)]
    return Judgement(plate_run.pk, basis, stamp_judged(policy), findings, found.refits)


def vendor_findings(wells: Iterable[tuple[int, str]]) -> list[Finding]:
    """Wells (key and remark) that the vendor's own quality control warns of."""
    return [
        Finding(Rule.VENDOR, pk, None, 1, 0, Said("vendor_warns", {"remark": remark[:LONGEST]}))
        for pk, remark in wells
        if remark.startswith(VENDOR_WARNS)
    ]


def basis_of(plate_run: PlateRun) -> str:
    """A digest of what people have decided that a judgement depends on: the policy, what is excluded of the
    plate, whose blood stands in its wells."""
    policy = policy_of(plate_run)
    decided = Exclusion.objects.filter(
        rule__in=Exclusion.DECISIONS, lifted_at=None, plate_run=plate_run
    )
    wells = Well.objects.filter(plate_run=plate_run)
    told = [
        policy_stamp(policy),
        sorted(decided.values_list("pk", flat=True)),
        sorted(wells.values_list("pk", "specimen_id", "sample_type"), key=str),
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def judge_anew(plates: Sequence[PlateRun], watch: Watch) -> list[VerdictChange]:
    """Judge plates by their own rules, and then all of their lots by the distance between plates; the exclusions that
    rules have raised or lifted on any plate. The caller holds the study, and has `watch` remember the plates
    as they were before the decision; other plates on which an exclusion changes are remembered here."""
    own = [keep_judgement(plate_run, judgement_of(plate_run)) for plate_run in plates]
    return [*(change for changes in own for change in changes), *judge_lots(plates, watch)]


def keep_judgement(held: PlateRun, judgement: Judgement) -> list[VerdictChange]:
    """Write what a plate's own rules say of it."""
    changes = _set_exclusions(held, judgement.findings, OWN)
    _keep_refits(held, judgement.refits)
    held.judged_at, held.judged_as = timezone.now(), judgement.judged_as
    held.save(update_fields=["judged_at", "judged_as"])
    return changes


def judge_lots(
    plates: Iterable[PlateRun], watch: Watch, more: pd.DataFrame | None = None
) -> list[VerdictChange]:
    """Hold the controls of all plates of the lots of some plates against each other. more: controls of plates
    that are about to come into the lot (`findings_in`)."""
    lots = sorted({lot_of(plate_run) for plate_run in plates})
    return [change for lot in lots for change in _judge_lot(lot, watch, more)]


def findings_in(
    lot: Lot, policy: PanelPolicy, more: pd.DataFrame | None = None
) -> dict[int, list[Finding]]:
    """What the distance between plates finds on each plate of a lot, by its key. more: plate, control, analyte
    and value of plates that are about to come, with keys of their own."""
    is_log2 = policy.panel.scale == "npx"
    return findings_between(distances_in(lot, is_log2=is_log2, more=more), policy.max_inter_cv)


def _judge_lot(lot: Lot, watch: Watch, more: pd.DataFrame | None) -> list[VerdictChange]:
    plates = list(lot.plates())
    if not plates:
        return []
    off = findings_in(lot, policy_of(plates[0]), more)
    exclusions = Exclusion.objects.filter(plate_run__in=plates, rule__in=BETWEEN, lifted_at=None)
    excluded = set(exclusions.values_list("plate_run", flat=True))
    found = []
    for plate_run in plates:
        if plate_run.pk in off or plate_run.pk in excluded:
            found += _set_exclusions(plate_run, off.get(plate_run.pk, []), BETWEEN, watch)
    return found


def _set_exclusions(
    held: PlateRun, findings: list[Finding], rules: frozenset[str], watch: Watch | None = None
) -> list[VerdictChange]:
    """Make the exclusions of some rules on a plate what they find: raise, lift, or say what is found now. What a
    person has lifted is not excluded again by the same rule on the same place."""
    found: dict[Place, Finding] = {(str(f.rule), f.well, f.analyte): f for f in findings}
    exclusions = Exclusion.objects.filter(plate_run=held, rule__in=rules)
    standing = {(b.rule, b.well_id, b.analyte_id): b for b in exclusions.filter(lifted_at=None)}
    overridden = set(
        exclusions.filter(lifted_by__isnull=False).values_list("rule", "well_id", "analyte_id")
    )
    gone = [exclusion for place, exclusion in standing.items() if place not in found]
    new = [f for place, f in found.items() if place not in standing and place not in overridden]
    if watch is not None and (gone or new):
        places = [*(exclusion.analyte_id for exclusion in gone), *(f.analyte for f in new)]
        watch.add(held, {analyte for analyte in places if analyte is not None})
    _say_what_is_found_now(
        [(exclusion, found[p]) for p, exclusion in standing.items() if p in found]
    )
    exclusions.filter(pk__in=[exclusion.pk for exclusion in gone]).update(
        lifted_at=timezone.now(), lift_reason=Sentence("assays.no_longer_fails")
    )
    raised = Exclusion.objects.bulk_create(_exclusion(held, finding) for finding in new)
    return [
        *(VerdictChange(held, exclusion, is_raised=True) for exclusion in raised),
        *(VerdictChange(held, exclusion, is_raised=False) for exclusion in gone),
    ]


def _exclusion(held: PlateRun, found: Finding) -> Exclusion:
    return Exclusion(
        plate_run=held,
        well_id=found.well,
        analyte_id=found.analyte,
        rule=found.rule,
        value=found.value,
        limit=found.limit,
        reason=say(found.said),
    )


def _say_what_is_found_now(pairs: Iterable[tuple[Exclusion, Finding]]) -> None:
    """An exclusion that goes on standing tells the number of today, whatever it was raised by."""
    others = []
    for exclusion, found in pairs:
        told = (found.value, found.limit, say(found.said))
        if (exclusion.value, exclusion.limit, exclusion.reason) != told:
            exclusion.value, exclusion.limit, exclusion.reason = told
            others.append(exclusion)
    Exclusion.objects.bulk_update(others, ["value", "limit", "reason"])


def _keep_refits(held: PlateRun, refits: dict[int, dict[str, Any] | None]) -> None:
    """Keep our own curves beside the vendor's; those that have not changed are not written again."""
    others = []
    for told in PlateAnalyte.objects.filter(plate_run=held, analyte__in=refits):
        if told.refit != refits[told.analyte_id]:
            told.refit = refits[told.analyte_id]
            others.append(told)
    PlateAnalyte.objects.bulk_update(others, ["refit"])


def policy_stamp(policy: PanelPolicy) -> str:
    """The policy's values as one text, to see whether they have changed since somebody was shown them; 10 and
    10.0 are one."""
    values = (getattr(policy, name) for name in POLICY_FIELDS)
    return " ".join(f"{v:g}" if isinstance(v, int | float) else str(v) for v in values)
