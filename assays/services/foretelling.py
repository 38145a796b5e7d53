"""What committing a plate file would mean, before it is committed: exclusions on its plates and on others, and what had
been made from values that would count no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from django.db import transaction

from accounts.models import User
from assays.imports.plates.planned import PlannedPlate
from assays.models import PanelPolicy
from assays.quality import Finding, Verdict, verdict_of
from assays.selectors.judged import as_judged, limits_of, policy_of
from assays.selectors.lots import lot_of
from assays.selectors.matrix import NEVER
from assays.sentences import say
from assays.services.superseding import supersede
from assays.services.verdicts import (
    Watch,
    findings_in,
    judge_anew,
    judge_lots,
    of_verdicts,
    vendor_findings,
    verdict_in_words,
)
from assays.signals import Consequence
from sentences import storable as _
from sentences import words


@dataclass(frozen=True)
class Coming:
    """A plate that is about to come, with a key of its own and what its own rules say of it."""

    key: int
    planned: PlannedPlate
    verdict: Verdict

    def controls(self) -> pd.DataFrame:
        frame = self.verdict.frame
        rows = frame[(frame["sample_type"] == "control") & ~frame["flag"].isin(NEVER)]
        rows = rows.rename(columns={"sample": "control"}).dropna(subset=["value"])
        return rows[["control", "analyte", "value"]].assign(plate=self.key)

    def in_words(self, findings: Sequence[Finding]) -> list[Consequence]:
        """Exclusions that would be raised on this plate."""
        symbols = {a.analyte_id: a.analyte.symbol for a in self.planned.plate_analytes.values()}
        positions = [well.position for well in self.planned.wells.values()]
        found = []
        for one in findings:
            names = [
                "" if one.analyte is None else symbols[one.analyte],
                "" if one.well is None else positions[one.well],
            ]
            place = ", ".join(filter(None, names)) or _("whole plate")
            why = say(one.said)
            text = verdict_in_words(self.planned.run.name, place, why)
            found.append(Consequence("raised", text))
        return found


def foretell(new: Sequence[PlannedPlate], reason: str, by: User | None) -> list[Consequence]:
    """What follows if these plates come; changes nothing. reason: why they supersede others, if they do."""
    if not new:
        return []
    policy = policy_of(new[0].run)
    coming = [_coming(-place, planned, policy) for place, planned in enumerate(new, start=1)]
    more = pd.concat([one.controls() for one in coming], ignore_index=True)
    found = [word for one in coming for word in one.in_words(one.verdict.findings)]
    with transaction.atomic():
        watch, changes = Watch(), []
        superseded = [one.run.supersedes for one in new if one.run.supersedes]
        for old in superseded:
            watch.add(old)
            supersede(old=old, name=old.name, reason=reason or "-", by=by)
        changes += judge_anew(superseded, watch)
        for lot in sorted({lot_of(one.run) for one in new}):
            here = more[more["plate"].isin([c.key for c in coming if lot_of(c.planned.run) == lot])]
            between = findings_in(lot, policy, here)
            found += [word for c in coming for word in c.in_words(between.get(c.key, []))]
            changes += judge_lots(lot.plates(), watch, here)
        found += of_verdicts(changes)
        found += watch.tell(words(reason), by)
        transaction.set_rollback(True)
    return found


def _coming(key: int, planned: PlannedPlate, policy: PanelPolicy) -> Coming:
    kinds = None
    if policy.concentration == PanelPolicy.Concentration.REFIT:
        kinds = {a.analyte_id: a.curve_kind for a in planned.plate_analytes.values()}
    is_log2 = planned.run.panel.scale == "npx"
    limits = limits_of(policy)
    found = verdict_of(_frame(planned), limits, is_log2=is_log2, curve_kinds=kinds)
    wells = [(place, well.remark) for place, well in enumerate(planned.wells.values())]
    findings = [*found.findings, *vendor_findings(wells)]
    return Coming(key, planned, Verdict(findings, found.refits, found.frame))


def _frame(planned: PlannedPlate) -> pd.DataFrame:
    """The measurements of a plate that is not written yet, as rules read them; a well's key is its place."""
    cells = planned.cells.frame
    place = {name: number for number, name in enumerate(planned.wells)}
    labels = {name: w.specimen.label for name, w in planned.wells.items() if w.specimen is not None}
    codes = {label: number for number, label in enumerate(dict.fromkeys(labels.values()))}
    specimen = {name: codes[label] for name, label in labels.items()}
    keys = {name: told.analyte_id for name, told in planned.plate_analytes.items()}
    told = ("value", "flag", "bead_count", "expected", "range_low", "range_high", "dilution")
    frame = pd.DataFrame(
        {
            "well": [place[name] for name in cells["well"]],
            "analyte": [keys[name] for name in cells["analyte"]],
            "specimen": [specimen.get(name, np.nan) for name in cells["well"]],
            "sample": [planned.wells[name].sample for name in cells["well"]],
            "sample_type": [planned.wells[name].sample_type for name in cells["well"]],
            **{name: cells[name].tolist() for name in (*told, "remark", "mfi", "net_mfi")},
        }
    )
    return as_judged(frame)
