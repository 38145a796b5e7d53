"""The tables behind a model's figures, as plain values that JSON can hold (unknown is null)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from modeling.ciri.concordance import concordance_interval
from modeling.ciri.cutoff import GOOD, POOR
from modeling.ciri.outcome import DAYS_IN_MONTH, outcome_of
from modeling.ciri.survival import kaplan_meier, log_rank, median_survival, numbers_at_risk

Rows = list[dict[str, Any]]
_COLUMNS_AT_RISK = 8


def plain_rows(frame: pd.DataFrame) -> Rows:
    """Rows of a frame as dicts of Python values, NaN as None."""
    return [
        {str(key): plain(value) for key, value in row.items()} for row in frame.to_dict("records")
    ]


def plain(value: Any) -> Any:
    """A Python value for a numpy one; None for NaN."""
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def performance(subjects: pd.DataFrame, mortality: pd.Series, seed: int) -> dict[str, Any] | None:
    """Harrell's C with its 95 % bootstrap interval: c, low, high, n, events; None without pairs.

    subjects: rows of a frozen table; mortality: by subject, for some or all of them.
    """
    scored = subjects[subjects["subject"].isin(mortality.index)]
    if not len(scored):
        return None
    try:
        interval = concordance_interval(
            outcome_of(scored), mortality[scored["subject"]].to_numpy(), seed=seed
        )
    except ValueError:  # nobody can be compared with anybody
        return None
    return interval.to_dict()


def kaplan_meier_tables(subjects: pd.DataFrame, groups: pd.Series) -> dict[str, Any] | None:
    """Curves, numbers at risk, medians by group, and the log-rank test; times in days.

    subjects: rows of a frozen table; groups: "good" or "poor" by subject. None without anybody.
    """
    scored = subjects[subjects["subject"].isin(groups.index)]
    if not len(scored):
        return None
    label = groups[scored["subject"]].to_numpy()
    ticks = _ticks(float(scored["time"].max()))
    curves, at_risk, medians = [], [], []
    for group in (GOOD, POOR):
        members = scored[label == group]
        if not len(members):
            continue
        y = outcome_of(members)
        curves += plain_rows(kaplan_meier(y).assign(group=group))
        counts = numbers_at_risk(y, ticks)
        at_risk += [
            {"group": group, "time": time, "at_risk": count}
            for time, count in zip(ticks, counts, strict=True)
        ]
        size = {"group": group, "n": len(members), "events": int(members["event"].sum())}
        medians.append({**size, **median_survival(y).to_dict()})
    test = log_rank(outcome_of(scored), label)
    return {"curves": curves, "at_risk": at_risk, "groups": medians, "log_rank": test.to_dict()}


def _ticks(last: float) -> list[float]:
    """Times in days, every 3, 6, 12 ... months, so few that their counts fit under a figure."""
    step = next((m for m in (1, 3, 6, 12, 24) if last / (m * DAYS_IN_MONTH) < _COLUMNS_AT_RISK), 60)
    return [float(tick) for tick in np.arange(0, last, step * DAYS_IN_MONTH)]


def comparison_tables(
    first: dict[str, Any], second: dict[str, Any], names: tuple[str, str]
) -> dict[str, Rows]:
    """Two models side by side, from their reports: rows of performance, and of subjects scored by
    both with their percentiles and groups.

    performance: model, basis ("out-of-bag" or "validation"), c, low, high, n, events. scores:
    subject, role, percentile_a, percentile_b, group_a, group_b, agree.
    """
    rows = []
    for name, report in zip(names, (first, second), strict=True):
        for basis, key in (("out-of-bag", "out_of_bag"), ("validation", "validation")):
            if found := report["performance"].get(key):
                rows.append({"model": name, "basis": basis, **found})
    other = {row["subject"]: row for row in second["scores"]}
    scores = [
        {
            "subject": row["subject"],
            "role": row["role"],
            "percentile_a": row["percentile"],
            "percentile_b": other[row["subject"]]["percentile"],
            "group_a": row["group"],
            "group_b": other[row["subject"]]["group"],
            "agree": row["group"] == other[row["subject"]]["group"],
        }
        for row in first["scores"]
        if row["subject"] in other
    ]
    return {"performance": rows, "scores": scores}


def warnings(
    counts: dict[str, int], performance_found: dict[str, Any], min_leaf: int, *, selected: bool
) -> list[str]:
    """Sentences that a reader of the model should see before its figures."""
    found = []
    if selected:
        found.append(
            "The analytes were selected on the training patients themselves, so the out-of-bag "
            "concordance index is optimistic; judge the model by its validation cohort."
        )
    if counts["train"] < 2 * min_leaf:
        found.append(
            f"{counts['train']} training patients are too few for leaves of {min_leaf}: "
            "no tree could split, and every patient has the same score."
        )
    inside = performance_found["out_of_bag"]
    if inside is None or inside["low"] <= 0.5:
        found.append(
            "The out-of-bag concordance index cannot be told from 0.5: "
            "on these patients the model predicts no better than chance."
        )
    if performance_found["validation"] is None:
        found.append("There is no validation cohort with outcomes to check this model on.")
    return found
