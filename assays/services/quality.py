"""Judging plates: rules that bar, people who exclude, restore and override. Raw values never change."""

from collections.abc import Callable
from typing import Any

import pandas as pd
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from assays.models import Analyte, Measurement, PanelPolicy, PlateRun, QualityBar, Well
from assays.quality import Finding, Limits, judge
from assays.quality.rules import FEWEST_PLATES, inter_plate_findings
from assays.selectors.matrix import usable
from assays.signals import ChangedValue, Consequence, ValuesChanged, values_changed
from audit.recording import recorded
from studies.permissions import Capability
from studies.refusals import Refused
from studies.selectors.access import require

Rule = QualityBar.Rule
DOUBTED = "expected concentration as written"
VENDOR_WARNS = ("QC:", "QC_Warning:", "SampleQC:")
LONGEST = 500
PLATES_COMPARED = 20


def policy_of(plate_run: PlateRun) -> PanelPolicy:
    """The study's policy for the plate's panel; unsaved defaults where it has none."""
    known = PanelPolicy.objects.filter(study=plate_run.study_id, panel=plate_run.panel_id).first()
    return known or PanelPolicy(study_id=plate_run.study_id, panel_id=plate_run.panel_id)


def limits_of(policy: PanelPolicy) -> Limits:
    return Limits(
        min_bead_count=policy.min_bead_count,
        recommended_bead_count=policy.recommended_bead_count,
        max_intra_cv=policy.max_intra_cv,
        recovery_low=policy.recovery_low,
        recovery_high=policy.recovery_high,
        max_out_of_range=policy.max_out_of_range,
    )


def plate_frame(plate_run: PlateRun) -> pd.DataFrame:
    """A plate's measurements as `assays.quality.judge` reads them; one query."""
    rows = Measurement.objects.filter(plate_run=plate_run, well__isnull=False).values_list(
        "well_id", "analyte_id", "specimen_id", "well__sample", "well__sample_type", "value",
        "flag", "bead_count", "expected", "remark", "mfi",
    )  # fmt: skip
    columns = [
        "well", "analyte", "specimen", "sample", "sample_type", "value",
        "flag", "bead_count", "expected", "remark", "mfi",
    ]  # fmt: skip
    frame = pd.DataFrame.from_records(list(rows.order_by("well_id", "id")), columns=columns)
    for column in ("specimen", "value", "bead_count", "expected", "mfi"):
        frame[column] = pd.to_numeric(frame[column]).astype("float64")
    frame["doubted"] = frame["remark"].str.contains(DOUBTED, regex=False)
    return frame


def judge_plate(*, plate_run: PlateRun, by: User | None) -> list[QualityBar]:
    """Judge a plate by its policy: bar what fails, lift the rules' own bars that no longer hold.

    What a person has lifted is not barred again by the same rule on the same place. Gives the bars that
    were raised.
    """
    with recorded(by=by, reason=f"plate {plate_run.name} judged"):
        held = PlateRun.objects.select_for_update().get(pk=plate_run.pk)
        before = _usable_ids(held) if held.judged_at else None
        findings = judge(
            plate_frame(held), limits_of(policy_of(held)), is_log2=held.panel.scale == "npx"
        )
        findings += [*_vendor(held), *_between_plates(held, policy_of(held).max_inter_cv)]
        found = {_place(f.rule, f.well, f.analyte): f for f in findings}
        bars = QualityBar.objects.filter(plate_run=held).exclude(rule=Rule.EXCLUDED)
        standing = {_place(b.rule, b.well_id, b.analyte_id): b for b in bars.filter(lifted_at=None)}
        overridden = {
            _place(*place)
            for place in bars.filter(lifted_by__isnull=False).values_list(
                "rule", "well_id", "analyte_id"
            )
        }
        for place, bar in standing.items():
            if place not in found:
                _lift(bar, None, _("The rule no longer fails here."))
        raised = QualityBar.objects.bulk_create(
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
        held.judged_at = timezone.now()
        held.save(update_fields=["judged_at"])
        plate_run.judged_at = held.judged_at
        if before is not None:
            _tell(held, before, _("plate %(name)s judged again") % {"name": held.name}, by)
    return raised


def _place(rule: str, well: int | None, analyte: int | None) -> tuple[str, int | None, int | None]:
    return str(rule), well, analyte


def _vendor(plate_run: PlateRun) -> list[Finding]:
    """Wells that the vendor's own quality control warns of."""
    return [
        Finding(Rule.VENDOR, pk, None, 1, 0, remark)
        for pk, remark in Well.objects.filter(plate_run=plate_run).values_list("pk", "remark")
        if remark.startswith(VENDOR_WARNS)
    ]


def _between_plates(plate_run: PlateRun, limit: float) -> list[Finding]:
    """Analytes whose controls differ too much over the newest plates of the panel and lot."""
    plates = PlateRun.objects.filter(
        study=plate_run.study_id, panel=plate_run.panel_id, lot=plate_run.lot
    ).order_by(F("acquired_at").desc(nulls_last=True), "-pk")
    newest = {plate_run.pk, *plates.values_list("pk", flat=True)[:PLATES_COMPARED]}
    if len(newest) < FEWEST_PLATES:
        return []
    rows = Measurement.objects.filter(
        plate_run__in=newest, well__sample_type="control", value__isnull=False
    ).values_list("plate_run_id", "well__sample", "analyte_id", "value")
    columns = ["plate", "control", "analyte", "value"]
    frame = pd.DataFrame.from_records(list(rows.order_by()), columns=columns)
    return inter_plate_findings(frame, limit, is_log2=plate_run.panel.scale == "npx")


def exclude(
    *,
    plate_run: PlateRun,
    wells: list[Well],
    analyte: Analyte | None,
    reason: str,
    by: User | None,
) -> tuple[list[QualityBar], list[Consequence]]:
    """Bar wells (or one analyte in them; no wells: on the whole plate) from every model until restored.

    Gives the bars, and what had been made from the values that are barred now. Excluding again what is
    excluded already changes nothing.
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


def lift(
    *, bar: QualityBar, reason: str, by: User | None
) -> tuple[list[QualityBar], list[Consequence]]:
    """Restore what a person excluded, or override a rule. Lifting twice is lifting once."""
    why = checked_reason(reason)

    def act(held: PlateRun) -> list[QualityBar]:
        return [bar] if _lift(bar, by, why) else []

    done = _("restored") if bar.rule == Rule.EXCLUDED else _("rule overridden")
    return _acted(bar.plate_run, act, f"{done}: {why}", by)


def _lift(bar: QualityBar, by: User | None, why: str) -> bool:
    """Whether it was this call that lifted the bar."""
    lifted = QualityBar.objects.filter(pk=bar.pk, lifted_at__isnull=True).update(
        lifted_at=timezone.now(), lifted_by=by, lift_reason=why[:LONGEST]
    )
    return bool(lifted)


def checked_reason(text: str) -> str:
    """A reason for the trail; Refused where there is none, or too long a one."""
    why = text.strip()
    if not why:
        raise Refused({"reason": [_("Say why: it stands in the trail.")]})
    if len(why) > LONGEST - 20:
        raise Refused({"reason": [_("Say it in at most %(n)d characters.") % {"n": LONGEST - 20}]})
    return why


def _acted(
    plate_run: PlateRun,
    act: Callable[[PlateRun], list[QualityBar]],
    reason: str,
    by: User | None,
) -> tuple[list[QualityBar], list[Consequence]]:
    require(by, plate_run.study, Capability.JUDGE_PLATES)
    with recorded(by=by, reason=f"plate {plate_run.name}: {reason}"):
        held = PlateRun.objects.select_for_update().get(pk=plate_run.pk)
        before = _usable_ids(held)
        bars = act(held)
        return bars, _tell(held, before, reason, by)


def _usable_ids(plate_run: PlateRun) -> set[int]:
    of_specimens = Measurement.objects.filter(plate_run=plate_run, specimen__isnull=False)
    return set(usable(of_specimens).order_by().values_list("pk", flat=True))


def _tell(plate_run: PlateRun, before: set[int], reason: str, by: User | None) -> list[Consequence]:
    """Tell which values may be used now and might not before, or the other way round."""
    rows = Measurement.objects.filter(pk__in=before ^ _usable_ids(plate_run)).values_list(
        "specimen__patient_id", "specimen__timepoint", "analyte_id"
    )
    return tell(plate_run, frozenset(ChangedValue(*row) for row in rows), reason, by)


def tell(
    plate_run: PlateRun, values: frozenset[ChangedValue], reason: str, by: User | None
) -> list[Consequence]:
    """Tell the apps above which values have changed; their answers, one list."""
    if not values:
        return []
    change = ValuesChanged(plate_run.study, plate_run, values, reason, by)
    answers = values_changed.send(sender=PlateRun, change=change)
    found: list[Any] = [one for _receiver, answer in answers for one in answer or []]
    return found
