"""What the rules say of one plate, by the concentrations that models would take from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from assays.quality.refit import FLUORESCENCE, Accepted, Fitted, recompute, refit
from assays.quality.rules import Finding, Limits, judge

CURVE_COLUMNS = ("lower", "upper", "bend", "slope", "asymmetry", "lowest", "highest", "hook", "by")


@dataclass(frozen=True)
class Verdict:
    """findings: the rules that fail; refits: our own curve of each analyte as plain values (None: there is
    none), where models take its concentrations; frame: the measurements as they were judged."""

    findings: list[Finding]
    refits: dict[int, dict[str, Any] | None] = field(default_factory=dict)
    frame: pd.DataFrame = field(default_factory=pd.DataFrame)


def derive_accepted(limits: Limits) -> Accepted:
    """What a policy's limits ask of the standards of our own curve."""
    return Accepted(limits.recovery_low, limits.recovery_high, limits.max_hook)


def verdict_of(
    frame: pd.DataFrame,
    limits: Limits,
    *,
    is_log2: bool = False,
    curve_kinds: Mapping[int, str] | None = None,
) -> Verdict:
    """Judge a plate. frame: as `assays.quality.judge` reads it, and dilution. curve_kinds: the kind of curve of
    every analyte of the plate (4PL, else 5PL) where models take the concentrations of our own curves."""
    if curve_kinds is None:
        return Verdict(judge(frame, limits, is_log2=is_log2), frame=frame)
    fits = fit_curves(frame, curve_kinds, derive_accepted(limits))
    without = [
        Finding("curve", None, analyte, 0, 1, found.fit.reason)
        for analyte, found in fits.items()
        if found.refit is None and found.fit.reason is not None
    ]
    ours = _by_our_curves(frame, fits)
    refits = {
        analyte: None if found.refit is None else found.refit.to_dict()
        for analyte, found in fits.items()
    }
    return Verdict([*judge(ours, limits, is_log2=is_log2), *without], refits, ours)


def fit_curves(
    frame: pd.DataFrame, curve_kinds: Mapping[int, str], accepted: Accepted
) -> dict[int, Fitted]:
    """Our own curve of each analyte, by its key."""
    standards = frame[(frame["sample_type"] == "standard") & ~frame["doubted"]]
    of_analyte = dict(list(standards.groupby("analyte")))
    return {
        analyte: refit(of_analyte.get(analyte, standards.iloc[:0]), kind, accepted)
        for analyte, kind in curve_kinds.items()
    }


def _by_our_curves(frame: pd.DataFrame, fits: Mapping[int, Fitted]) -> pd.DataFrame:
    """The measurements of the analytes that have a curve of ours, with its concentrations."""
    curves = {a: found.refit.to_dict() for a, found in fits.items() if found.refit is not None}
    flat = {analyte: body | body["curve"] for analyte, body in curves.items()}
    table = pd.DataFrame.from_dict(flat, orient="index", columns=list(CURVE_COLUMNS))
    table = table.astype(dict.fromkeys(CURVE_COLUMNS[:-1], "float64"))
    rows = frame[frame["analyte"].isin(list(curves))]
    rows = rows.drop(columns=["value", "flag"]).join(table, on="analyte")
    rows["fluorescence"] = rows["mfi"].where(rows["by"] == FLUORESCENCE[1], rows["net_mfi"])
    found = recompute(rows)
    return rows.assign(value=found["value"], flag=found["flag"])
