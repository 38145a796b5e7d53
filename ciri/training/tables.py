"""The tables behind a model's figures, as plain values that JSON can hold (unknown is null)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ciri.covariates.covariate import NUMBER, TRUTH, Covariate
from ciri.covariates.shipped import CLASSES, STRATA, Classes, Stratum, cut
from ciri.said import Said
from ciri.survival.concordance import concordance_interval
from ciri.survival.curves import (
    hazard_ratio,
    kaplan_meier,
    log_rank,
    median_survival,
    numbers_at_risk,
)
from ciri.survival.cutoff import GOOD, GROUPS, POOR
from ciri.survival.outcome import DAYS_IN_MONTH, outcome_of
from ciri.survival.plain import Rows, plain_rows
from ciri.survival.strata import strata_table

_COLUMNS_AT_RISK = 8
_MOST_LEVELS = 12  # of a stratum that is still drawn


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
    """Curves, numbers at risk, medians by group, log-rank test, hazard ratio of poor against good.

    subjects: rows of a frozen table, times in days; groups: one of cutoff.GROUPS by subject. None
    without anybody. hazard_ratio: hr, low, high, p (Wald), each None where there is none, and reason.
    """
    scored = subjects[subjects["subject"].isin(groups.index)]
    if not len(scored):
        return None
    label = groups[scored["subject"]].to_numpy()
    ticks = _ticks(float(scored["time"].max()))
    curves, at_risk, medians = [], [], []
    for group in GROUPS:
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
    y = outcome_of(scored)
    return {
        "curves": curves,
        "at_risk": at_risk,
        "groups": medians,
        "log_rank": log_rank(y, label).to_dict(),
        "hazard_ratio": _poor_against_good(y, label),
    }


def _poor_against_good(y: Any, label: Any) -> dict[str, Any]:
    if GOOD not in label or POOR not in label:
        return dict.fromkeys(("hr", "low", "high", "p")) | {"reason": Said("one_group")}
    rows = {row["group"]: row for row in plain_rows(hazard_ratio(y, label, GOOD))}
    return {key: rows[POOR][key] for key in ("hr", "low", "high", "p", "reason")}


TRUTH_WORDS = {0.0: "no", 1.0: "yes"}


def strata_of(subjects: pd.DataFrame, covariates: Sequence[Covariate]) -> pd.DataFrame:
    """What patients are told apart by, in words: codes, truths, numbers that have classes, and the site.

    Those that `ciri/covariates/shipped.yaml` gives a title and words come first, in its order. Only columns that
    tell at least two patients apart are given, and not into too many; unknown is None.
    """
    columns = dict(_strata(subjects, covariates))
    columns["Site"] = pd.Categorical(subjects["site"], sorted(subjects["site"].unique()))
    return pd.DataFrame(
        {
            title: column
            for title, column in columns.items()
            if 1 < pd.Series(column).nunique() <= _MOST_LEVELS
        },
        index=subjects.index,
    )


def _strata(subjects: pd.DataFrame, covariates: Sequence[Covariate]) -> Iterator[tuple[str, Any]]:
    known = {covariate.name: covariate for covariate in covariates}
    classes = {one.code: one for one in CLASSES}
    told: set[str] = set()
    for stratum in STRATA:
        of = classes.get(stratum.of)
        names = [stratum.of, *([of.number] if of else [])]
        if found := [name for name in names if name in known]:
            told.update(found)
            yield stratum.title, _in_words(subjects, known.get(stratum.of), stratum, of)
    for name, covariate in known.items():
        if name not in told and covariate.kind != NUMBER:
            yield name, _in_words(subjects, covariate, Stratum(name, name), None)


def _in_words(
    subjects: pd.DataFrame, covariate: Covariate | None, stratum: Stratum, of: Classes | None
) -> Any:
    """The words of a stratum; a class that was not reported is that of its number."""
    words: dict[Any, str] = dict(stratum.levels)
    values = subjects.get(stratum.of, pd.Series(None, index=subjects.index, dtype=object))
    if covariate and covariate.kind == TRUTH:
        words = dict(TRUTH_WORDS)
    elif covariate and covariate.kind == NUMBER:
        values = cut(values, stratum.cuts, tuple(words)) if stratum.cuts else values
    elif covariate:
        words |= {code: code for code in covariate.codes if code not in words}
    if of and of.number in subjects:
        by_number = cut(subjects[of.number], of.cuts, tuple(stratum.levels))
        values = values.where(values.notna(), by_number)
    return pd.Categorical(values.map(words), list(dict.fromkeys(words.values())))


def strata_rows(
    subjects: pd.DataFrame, covariates: Sequence[Covariate], scores: pd.DataFrame, seed: int
) -> Rows:
    """Poor against good prognosis overall and in each stratum (see `strata.strata_table`).

    subjects: rows of a frozen table with these covariates; scores: by subject, with group and mortality. Empty without anybody.
    """
    scored = subjects[subjects["subject"].isin(scores.index)]
    if not len(scored):
        return []
    of = scores.loc[scored["subject"]]
    table = strata_table(
        outcome_of(scored),
        of["group"].to_numpy(),
        strata_of(scored, covariates),
        of["mortality"].to_numpy(),
        n_resamples=300,
        seed=seed,
    )
    return plain_rows(table)


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


def warnings(counts: dict[str, int], min_leaf: int, *, selected: bool) -> list[str]:
    """Sentences on how the model was made that a reader should see before its figures."""
    found: list[str] = []
    if selected:
        found.append(Said("selected_on_these"))
    if counts["train"] < 2 * min_leaf:
        found.append(Said("no_tree_splits", patients=counts["train"], leaf=min_leaf))
    return found
