"""Two models on the same patients: which orders them better, and does one add to the other?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from ciri.errors import Refused
from ciri.performance.bootstrap import Estimates, point_and_resamples
from ciri.performance.follow import Follow
from ciri.performance.horizons import check_times, list_times
from ciri.performance.paired import pair_predictions
from ciri.performance.predictions import Predictions, predictions
from ciri.performance.verdict import verdict_of
from ciri.said import Said
from ciri.survival.cox import fit_cox
from ciri.survival.cutoff import GROUPS, lock_cutoff
from ciri.survival.given import as_groups
from ciri.survival.outcome import Bools, Floats, outcome
from ciri.survival.plain import plain_rows, with_reasons
from ciri.survival.resampling import percentile_interval

CAVEAT = Said("gains_of_noise")
_IMPROVEMENTS = ("nri", "nri_events", "nri_nonevents", "idi")


@dataclass(frozen=True)
class Comparison:
    """What was found, as tables; b is the newer model: differences are b less a. Unknown is NaN.

    Parameters
    ----------
    names : tuple of str
        Of a and of b.
    c : DataFrame
        of ("a", "b", "difference"), value, low, high, p (of the difference).
    improvement : DataFrame
        metric (nri, its parts nri_events and nri_nonevents, idi), time (unit of y), value, low, high, p.
    groups : DataFrame
        group_a, group_b, n, events: who moves where.
    added : DataFrame
        added ("a" or "b"), to (the other), hr (of a standard deviation of the added score, the other
        held), low, high, chi2, df, p (likelihood ratio), reason (a sentence without estimates).
    notes : tuple of str
        Sentences to see first.
    n : int
        Patients compared on.
    events : int
        How many of them had an event.
    level : float
        Of the intervals.
    caveat : str
        What NRI and IDI do not tell.
    """

    names: tuple[str, str]
    c: pd.DataFrame
    improvement: pd.DataFrame
    groups: pd.DataFrame
    added: pd.DataFrame
    notes: tuple[str, ...]
    n: int
    events: int
    level: float
    caveat: str = CAVEAT

    @property
    def verdict(self) -> Said:
        """One sentence: which model orders the patients better, or that neither is shown to.

        Returns
        -------
        ciri.said.Said
            A text that knows its code and parameters.
        """
        row = self.c[self.c["of"] == "difference"].iloc[0]
        found = {name: float(row[name]) for name in ("value", "low", "high")}
        return verdict_of(found, self.names, self.level)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON.

        Returns
        -------
        dict
            A key for each part, each table a list of rows, unknown as None.
        """
        return {
            "names": list(self.names),
            "verdict": self.verdict,
            "c": plain_rows(self.c),
            "improvement": plain_rows(self.improvement),
            "groups": plain_rows(self.groups),
            "added": plain_rows(self.added),
            "caveat": self.caveat,
            "notes": list(self.notes),
            "n": self.n,
            "events": self.events,
            "level": self.level,
        }


def compare(
    model_a: Any,
    model_b: Any,
    X: Any,
    y: Any,
    times: Any = None,
    *,
    names: tuple[str, str] = ("a", "b"),
    n_resamples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> Comparison:
    """Compare two fitted models on the same patients, b against a.

    Parameters
    ----------
    model_a, model_b : estimator
        As `evaluate` takes them. Patients that a forest was grown on are predicted out-of-bag; any other
        model must be given patients it has not seen.
    X : DataFrame, or pair of frames or arrays
        One frame that holds both models' columns (each reads those it was fitted to), or a pair
        (X_a, X_b) with the same patients in the same rows.
    y : structured array, shape (n,)
        (event, time).
    times : array, shape (H,), optional
        Horizons of NRI and IDI, in the unit of y (default: the median time of the events).
    names : tuple of str, default ("a", "b")
        Of the models, for sentences.
    n_resamples : int, default 1000
        Bootstrap samples of patients.
    seed : int, default 0
        Of the samples; the same seed gives the same numbers.
    level : float, default 0.95
        Of the intervals, between 0 and 1.

    Returns
    -------
    Comparison
        Groups are the halves of each score.

    Raises
    ------
    ValueError
        Where nobody had an event, a model predicts nothing, or arrays do not fit.

    See Also
    --------
    compare_predictions : The same for predictions at hand; how intervals and p are made.
    """
    of_a, of_b = X if isinstance(X, tuple) else (X, X)
    said = [
        predictions(model, _own_columns(model, columns), y)
        for model, columns in ((model_a, of_a), (model_b, of_b))
    ]
    asked = _horizons(Follow.of(y), times)
    last = min(one.last for one in said)
    notes = [
        Said("of_model", model=name, said=one.note)
        for name, one in zip(names, said, strict=True)
        if one.note
    ]
    if (asked > last).any():
        notes.append(Said("one_predicts_none_at", times=list_times(asked[asked > last])))
    asked = asked[asked <= last]
    survival = [_survival_at(one, asked) for one in said]
    halves = [_halves(one.risk, y) for one in said]
    notes.append(Said("halves_of_scores"))
    found = compare_predictions(
        y,
        said[0].risk,
        said[1].risk,
        survival[0],
        survival[1],
        asked,
        halves[0],
        halves[1],
        names=names,
        n_resamples=n_resamples,
        seed=seed,
        level=level,
    )
    return replace(found, notes=(*notes, *found.notes))


def _own_columns(model: Any, X: Any) -> Any:
    """The columns a model was fitted to, where X is a frame that has them; else X."""
    known = getattr(model, "feature_names_in_", None)
    if known is None or not isinstance(X, pd.DataFrame):
        return X
    column_of = {str(column): column for column in X.columns}
    if not all(str(name) in column_of for name in known):
        return X
    return X[[column_of[str(name)] for name in known]]


def _survival_at(said: Predictions, times: Floats) -> Any:
    return said.survival(times) if said.survival is not None and len(times) else None


def _halves(risk: Floats, y: Any) -> NDArray[Any]:
    known = np.isfinite(risk)
    if not known.any():
        raise Refused("predicts_nothing", "A model predicts nothing for any of the patients.")
    return lock_cutoff("median", y[known], risk[known]).groups(risk)


def _horizons(follow: Follow, times: Any) -> Floats:
    if times is not None:
        return np.unique(check_times(times))
    return np.unique([np.median(follow.time[follow.with_events().event])])


def compare_predictions(
    y: Any,
    risk_a: Any,
    risk_b: Any,
    survival_a: Any = None,
    survival_b: Any = None,
    times: Any = None,
    groups_a: Any = None,
    groups_b: Any = None,
    *,
    names: tuple[str, str] = ("a", "b"),
    n_resamples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> Comparison:
    """Compare two models' predictions for the same patients, b against a.

    Parameters
    ----------
    y : structured array, shape (n,)
        (event, time).
    risk_a, risk_b : array, shape (n,)
        Higher is earlier. A patient with NaN in any of the predictions is left out.
    survival_a, survival_b : array, shape (n, H), optional
        The probability (0-1) of being free of an event after each of `times`; without both there is no
        NRI and IDI.
    times : array, shape (H,), optional
        In the unit of y.
    groups_a, groups_b : array of str, shape (n,), optional
        Names of groups; None for a patient in none.
    names : tuple of str, default ("a", "b")
        Of the models, for sentences.
    n_resamples : int, default 1000
        Bootstrap samples of patients.
    seed : int, default 0
        Of the samples; the same seed gives the same numbers.
    level : float, default 0.95
        Of the intervals, between 0 and 1.

    Returns
    -------
    Comparison
        Every difference with its interval.

    Raises
    ------
    ValueError
        Where nobody had an event or arrays do not fit.

    Notes
    -----
    Intervals are percentiles of the bootstrap samples of patients, the same for both models;
    p = 2 min(1 + #(at most 0), 1 + #(at least 0)) / (1 + n_resamples), two-sided, so never below
    2 / (1 + n_resamples). Both tell the sampling of patients, not that of training.

    References
    ----------
    NRI: Pencina, D'Agostino & Steyerberg (2011), Stat. Med. 30:11-21. IDI: Uno, Tian, Cai, Kohane & Wei
    (2013), Stat. Med. 32:2430-2442.
    """
    pair, known, notes = pair_predictions(y, (risk_a, risk_b), (survival_a, survival_b), times)
    point, resampled = point_and_resamples(pair.estimates, pair.a, n_resamples, seed)
    follow = pair.a.follow
    if np.isnan(point["difference"]).any():
        notes.append(Said("no_pair"))
    y = outcome(follow.event, follow.time)
    return Comparison(
        names=names,
        c=_c_table(point, resampled, level),
        improvement=_improvement_table(point, resampled, pair.a.times, level),
        groups=_moves(follow.event, groups_a, groups_b, known),
        added=with_reasons(
            [
                {"added": "b", "to": "a", **added_value(y, pair.a.risk, pair.b.risk, level)},
                {"added": "a", "to": "b", **added_value(y, pair.b.risk, pair.a.risk, level)},
            ]
        ),
        notes=tuple(notes),
        n=len(follow.time),
        events=int(follow.event.sum()),
        level=level,
    )


def added_value(y: Any, score: Any, new: Any, level: float = 0.95) -> dict[str, Any]:
    """What a new score (n,) adds to a score (n,) in a Cox model: hr, low, high, chi2, df, p, reason.

    Both per standard deviation; the likelihood ratio test has one degree of freedom. NaN and a
    sentence where a model cannot be fitted.
    """
    columns = np.column_stack([score, new]).astype(np.float64)
    spread = columns.std(axis=0, ddof=min(1, len(columns) - 1))
    scaled = (columns - columns.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    alone, both = fit_cox(scaled[:, :1], y), fit_cox(scaled, y)
    if not (alone.converged and both.converged):
        unknown = dict.fromkeys(("hr", "low", "high", "chi2", "df", "p"), np.nan)
        return {**unknown, "reason": alone.reason or both.reason}
    ratio = both.table(level).iloc[1]
    chi2 = max(0.0, 2 * (both.loglik - alone.loglik))
    return {
        **{key: float(ratio[key]) for key in ("hr", "low", "high")},
        "chi2": chi2,
        "df": 1,
        "p": float(stats.chi2.sf(chi2, 1)),
        "reason": "",
    }


def bootstrap_p(resampled: Floats) -> float:
    """Two-sided p of a difference from its bootstrap samples (B,); NaN where none is known."""
    known = resampled[np.isfinite(resampled)]
    if not len(known):
        return np.nan
    fewest = min((known <= 0).sum(), (known >= 0).sum())
    return float(min(1.0, 2 * (1 + fewest) / (1 + len(known))))


def _c_table(point: Estimates, resampled: Estimates, level: float) -> pd.DataFrame:
    rows = []
    for of, key in (("a", "c_a"), ("b", "c_b"), ("difference", "difference")):
        interval = percentile_interval(resampled[key][:, 0], level)
        p = bootstrap_p(resampled[key][:, 0]) if of == "difference" else np.nan
        rows.append((of, float(point[key][0, 0]), *interval, p))
    return pd.DataFrame(rows, columns=["of", "value", "low", "high", "p"])


def _improvement_table(
    point: Estimates, resampled: Estimates, times: Floats, level: float
) -> pd.DataFrame:
    rows = []
    for metric in _IMPROVEMENTS if "idi" in point else ():
        for h, time in enumerate(times):
            value, draws = float(point[metric][0, h]), resampled[metric][:, h]
            p = bootstrap_p(draws) if np.isfinite(value) else np.nan
            rows.append((metric, float(time), value, *percentile_interval(draws, level), p))
    return pd.DataFrame(rows, columns=["metric", "time", "value", "low", "high", "p"])


def _moves(event: Bools, groups_a: Any, groups_b: Any, known: Bools) -> pd.DataFrame:
    """How many patients, and events, each pair of groups has."""
    columns = ["group_a", "group_b", "n", "events"]
    if groups_a is None or groups_b is None:
        return pd.DataFrame(columns=columns)
    pair = [as_groups(groups, len(known)) for groups in (groups_a, groups_b)]
    of_a, of_b = (groups[known] for groups in pair)
    present = {group for group in [*of_a, *of_b] if not pd.isna(group)}
    ordered = [group for group in GROUPS if group in present] + sorted(present - set(GROUPS))
    rows = []
    for first in ordered:
        for second in ordered:
            here = (of_a == first) & (of_b == second)
            rows.append((first, second, int(here.sum()), int(event[here].sum())))
    return pd.DataFrame(rows, columns=columns)
