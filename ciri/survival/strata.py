"""Does the score tell everywhere? The prognosis groups compared within strata of the patients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from ciri.errors import Refused
from ciri.said import Said
from ciri.survival.concordance import concordance_interval, warn_of_survival
from ciri.survival.cox import fit_cox
from ciri.survival.curves import hazard_ratio, log_rank, median_survival
from ciri.survival.cutoff import GOOD, POOR
from ciri.survival.given import as_groups, as_risk
from ciri.survival.outcome import Bools, Floats, split_outcome
from ciri.survival.plain import with_reasons

OVERALL = "overall"
UNKNOWN = "unknown"
FEWEST_EVENTS = 5
_MOST_LEVELS = 50

Row = dict[str, Any]


@dataclass(frozen=True)
class _Cohort:
    """Patients with a group: outcome, group and score (n,); score is NaN where there is none."""

    y: NDArray[Any]
    groups: NDArray[Any]
    score: Floats

    def at(self, rows: Bools) -> _Cohort:
        return _Cohort(self.y[rows], self.groups[rows], self.score[rows])

    @property
    def event(self) -> Bools:
        return split_outcome(self.y)[0]


def strata_table(
    y: Any,
    groups: Any,
    strata: pd.DataFrame,
    score: Any = None,
    *,
    n_resamples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> pd.DataFrame:
    """Poor against good prognosis among all patients and within each level of each stratum.

    Parameters
    ----------
    y : structured array, shape (n,)
        (event, time).
    groups : array of str, shape (n,)
        Names of the groups (`ciri.survival.cutoff.GROUPS`), None for a patient without a score, who is
        left out.
    strata : DataFrame, shape (n, k)
        A column each (PD-L1, line of treatment, site ...); what is not known is a level of its own,
        "unknown".
    score : array, shape (n,), optional
        Risk score, for its C.
    n_resamples : int, default 1000
        Bootstrap samples of patients.
    seed : int, default 0
        Of the samples; the same seed gives the same numbers.
    level : float, default 0.95
        Of the intervals, between 0 and 1.

    Returns
    -------
    DataFrame, one row for all ("overall"), then one per level
        stratum, level, n, events; n_, events_, median_ (unit of y) of good and of poor, medians with _low
        and _high (log-log 95 %); hr, low, high, p (Wald), in a Cox model of all groups; log_rank_p (all
        groups); c, c_low, c_high (Harrell's, percentile bootstrap); interaction_p; reason.

    Raises
    ------
    ValueError
        Where lengths differ, nobody has a group, or a stratum has too many levels.

    Warns
    -----
    UserWarning
        Where scores between 0 and 1 run the other way, as survival probabilities do.

    Notes
    -----
    Fewer than 5 events give no estimate but the medians (NaN), and the reason is a sentence. interaction_p,
    the same in all levels of a stratum, is the likelihood ratio test of hazard ratios that differ between
    its known levels (`ciri.survival.strata.interaction`).
    """
    event, time = split_outcome(y)
    _check(y, groups, strata)
    labels = as_groups(groups, len(y))
    score = np.full(len(labels), np.nan) if score is None else as_risk(score, len(labels))
    scored = np.isfinite(score)
    warn_of_survival(event[scored], time[scored], score[scored])
    grouped = ~pd.isna(labels)
    if not grouped.any():
        raise Refused(
            "nobody_has_a_group", "No patient has a group, so there is nothing to compare."
        )
    cohort = _Cohort(np.asarray(y), labels, score).at(grouped)
    rows = [{"stratum": OVERALL, "level": "", **_compare(cohort, n_resamples, seed, level)}]
    for name in strata.columns:
        levels = _levels(strata[name])[grouped]
        found: list[Row] = []
        for one in levels.cat.remove_unused_categories().cat.categories:
            part = cohort.at((levels == one).to_numpy())
            found.append(
                {"stratum": str(name), "level": one, **_compare(part, n_resamples, seed, level)}
            )
        comparable = [row["level"] for row in found if np.isfinite(row["hr"])]
        p = _interaction(cohort, levels.astype(object).to_numpy(), comparable)
        rows += [{**row, "interaction_p": p} for row in found]
    return with_reasons(rows)


def _check(y: Any, groups: Any, strata: pd.DataFrame) -> None:
    if len(groups) != len(y) or len(strata) != len(y):
        raise Refused(
            "strata_lengths",
            "There must be one group and one row of strata per patient: %(patients)s "
            "patients, %(groups)s groups, %(rows)s rows.",
            patients=len(y),
            groups=len(groups),
            rows=len(strata),
        )


def _levels(column: pd.Series) -> pd.Series:
    """Levels as words in their order, rising where they have none; those not known come last."""
    categories = column.astype("category").cat.categories
    if len(categories) > _MOST_LEVELS:
        raise Refused(
            "strata_levels",
            "%(column)s has %(levels)s levels; cut it into classes before comparing in them.",
            column=str(column.name),
            levels=len(categories),
        )
    words = [f"{one:g}" if isinstance(one, float) else str(one) for one in categories]
    codes = column.astype("category").cat.codes.to_numpy()
    named = pd.Series(np.array([*words, UNKNOWN], dtype=object)[codes])
    return named.astype(pd.CategoricalDtype(list(dict.fromkeys([*words, UNKNOWN]))))


def _compare(cohort: _Cohort, n_resamples: int, seed: int, level: float) -> Row:
    """The columns of a row between `level` and `reason`."""
    row: Row = {"n": len(cohort.y), "events": int(cohort.event.sum())}
    for group in (GOOD, POOR):
        row |= _group(cohort.at(cohort.groups == group), group)
    row |= dict.fromkeys(
        ("hr", "low", "high", "p", "log_rank_p", "c", "c_low", "c_high", "interaction_p"), np.nan
    )
    if row["events"] < FEWEST_EVENTS:
        return row | {"reason": _few(row["events"])}
    return row | _concordance(cohort, n_resamples, seed, level) | _ratio(cohort, level)


def _few(events: int) -> Said:
    return Said("only_one_event") if events == 1 else Said("few_events", events=events)


def _group(members: _Cohort, name: str) -> Row:
    n = len(members.y)
    found = median_survival(members.y).to_dict() if n else {}
    median = {key: np.nan if time is None else time for key, time in found.items()}
    return {
        f"n_{name}": n,
        f"events_{name}": int(members.event.sum()) if n else 0,
        f"median_{name}": median.get("median", np.nan),
        f"median_{name}_low": median.get("low", np.nan),
        f"median_{name}_high": median.get("high", np.nan),
    }


def _ratio(cohort: _Cohort, level: float) -> Row:
    present = set(cohort.groups.tolist())
    for group in (GOOD, POOR):
        if group not in present:
            return {"reason": Said(f"nobody_{group}")}
    ratios = hazard_ratio(cohort.y, cohort.groups, GOOD, level)
    ratio = ratios[ratios["group"] == POOR].iloc[0]
    test = log_rank(cohort.y, cohort.groups)
    return {
        **{key: ratio[key] for key in ("hr", "low", "high", "p", "reason")},
        "log_rank_p": np.nan if test.p is None else test.p,
    }


def _concordance(cohort: _Cohort, n_resamples: int, seed: int, level: float) -> Row:
    scored = np.isfinite(cohort.score)
    if not scored.any():
        return {}
    try:
        found = concordance_interval(
            cohort.y[scored], cohort.score[scored], n_resamples, seed, level
        )
    except ValueError:  # nobody can be compared with anybody
        return {}
    return {"c": found.c, "c_low": found.low, "c_high": found.high}


def _interaction(cohort: _Cohort, levels: NDArray[Any], comparable: list[str]) -> float:
    """p of the interaction over the levels that have a hazard ratio, the unknown left out."""
    comparable = [level for level in comparable if level != UNKNOWN]
    inside = np.isin(levels, comparable) & np.isin(cohort.groups, [GOOD, POOR])
    if len(comparable) < 2:
        return np.nan
    return interaction(cohort.y[inside], cohort.groups[inside] == POOR, levels[inside])


def interaction(y: Any, poor: Any, levels: Any) -> float:
    """p of a group's hazard ratio differing between levels: the likelihood ratio test.

    y, poor (bool), levels: (n,). A Cox model of group and levels against one with their products;
    degrees of freedom: levels less one. NaN where either model cannot be fitted.
    """
    poor, levels = np.asarray(poor, dtype=np.float64), np.asarray(levels)
    dummies = np.column_stack([levels == level for level in np.unique(levels)[1:]]).astype(float)
    alike = fit_cox(np.column_stack([poor, dummies]), y)
    apart = fit_cox(np.column_stack([poor, dummies, poor[:, None] * dummies]), y)
    if not (alike.converged and apart.converged):
        return np.nan
    chi2 = max(0.0, 2 * (apart.loglik - alike.loglik))
    return float(stats.chi2.sf(chi2, dummies.shape[1]))
