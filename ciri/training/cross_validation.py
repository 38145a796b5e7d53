"""Nested cross-validation: how good the whole recipe is on patients it has not seen.

In each fold everything is made anew on the other folds: transform, ranking, selection, forest. What the
held-out patients get is what a new patient would get from a model trained on somewhat fewer patients;
no figure of the selection leaks into it (Ambroise & McLachlan 2002, PNAS 99:6562-6566).

Each repeat depends on (seed, repeat) alone, so repeats can be computed by any workers and merged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ciri.dataset.frozen import FrozenTable
from ciri.errors import Refused
from ciri.kernel.concordance import concordance_sums, order_of, rank_risk
from ciri.specification.specification import Specification
from ciri.survival.elastic_net import CoxElasticNet
from ciri.survival.outcome import DAYS_IN_MONTH, Bools, Floats, Integers
from ciri.survival.plain import plain
from ciri.survival.resampling import bootstrap_counts, percentile_interval
from ciri.training.fitting import fit, rows_of_role, rows_without, share_known
from tabular.message import Message

Progress = Callable[[float, Message], None]
Repeat = dict[str, Any]


def cross_validate_repeat(
    specification: Specification,
    table: FrozenTable,
    repeat: int,
    *,
    n_jobs: int | None = None,
    progress: Progress | None = None,
) -> Repeat:
    """One repeat of all folds over the training patients of a table.

    Parameters
    ----------
    specification : Specification
        What is made anew inside each fold: transform, ranking, selection, forest.
    table : FrozenTable
        Its rows of role "train" are split into folds with equal shares of events.
    repeat : int
        Number of the repeat, from 0; it depends on (seed, repeat) alone.
    n_jobs : int or None, default None
        Threads; any number gives the same result.
    progress : callable, optional
        `progress(fraction, sentence)` is called before each fold.

    Returns
    -------
    dict
        JSON-able: {"repeat", "folds": [{"subjects", "mortality" (expected events), "survival" (one list per
        horizon of the specification that every fold's follow-up reaches), "cox" (log risk by a penalised
        Cox model of all candidates and covariates), "selected"}], "months" (those horizons)}. Patients with
        too few known inputs for a fold's forest are not in its lists.

    Raises
    ------
    ValueError
        With a sentence where the folds are too small to learn from.

    References
    ----------
    Selection inside each fold: Ambroise & McLachlan (2002), PNAS 99:6562-6566.
    """
    tell = progress or (lambda fraction, sentence: None)
    rows = rows_of_role(table, "train")
    folds = specification.cross_validation.folds
    event = rows.subjects["event"].to_numpy(dtype=bool)
    if event.sum() < folds or len(event) < 2 * folds:
        raise Refused(
            "folds_too_small",
            "%(patients)s training patients with %(events)s events are too few to be split "
            "into %(folds)s folds.",
            patients=len(event),
            events=int(event.sum()),
            folds=folds,
        )
    random = np.random.default_rng([specification.seed, repeat])
    fold_of = _folds(event, folds, random)
    seeds = random.integers(2**31, size=folds)
    months = _months(specification, rows)
    found = []
    for number in range(folds):
        tell(
            number / folds,
            Message(
                "cross_validating",
                "Cross-validating: repeat %(repeat)d, fold %(fold)d",
                repeat=repeat + 1,
                fold=number + 1,
            ),
        )
        inside = replace(specification, seed=int(seeds[number]))
        found.append(_fold(inside, rows, fold_of == number, months, n_jobs))
    return {"repeat": repeat, "months": months, "folds": found}


def _folds(event: Bools, folds: int, random: np.random.Generator) -> Integers:
    """The fold of each patient: equal sizes, and equal shares of events, dealt out at random."""
    order = np.lexsort((random.random(len(event)), event))
    fold = np.empty(len(event), dtype=np.int64)
    fold[order] = np.arange(len(event)) % folds
    return fold


def _months(specification: Specification, rows: FrozenTable) -> list[int]:
    """Horizons that at least some training patients were followed past, in every fold."""
    times = np.sort(rows.subjects["time"].to_numpy())
    reached = times[-1 - len(times) // specification.cross_validation.folds]
    return [m for m in specification.horizons_months if m * DAYS_IN_MONTH <= reached]


def _fold(
    specification: Specification,
    rows: FrozenTable,
    held_out: Any,
    months: list[int],
    n_jobs: int | None,
) -> dict[str, Any]:
    names = rows.subjects["subject"].to_numpy()
    outside = set(names[held_out])
    fitted = fit(specification, rows_without(rows, outside), n_jobs=n_jobs, tradeoff=False)
    test = rows_without(rows, set(names) - outside)
    known = share_known(fitted.transform, test) >= specification.min_measured
    features = fitted.transform.apply(test)[known]
    survival = np.empty((len(features), 0))
    if months and len(features):
        times = [month * DAYS_IN_MONTH for month in months]
        survival = fitted.forest.predict_survival_function(features, times)
    cox = CoxElasticNet(random_state=specification.seed).fit(fitted.everything_known, fitted.y)
    columns = fitted.everything.apply(test)[known]
    return {
        "subjects": [str(name) for name in features.index],
        "mortality": fitted.forest.predict(features).tolist() if len(features) else [],
        "survival": survival.T.tolist(),
        "cox": cox.predict(columns).tolist() if len(features) else [],
        "selected": fitted.selected,
    }


def merge_repeats(
    specification: Specification,
    table: FrozenTable,
    repeats: list[Repeat],
    n_resamples: int = 1000,
) -> dict[str, Any]:
    """What all repeats say together.

    Parameters
    ----------
    specification : Specification
        The one the repeats were made for.
    table : FrozenTable
        The one they were made on.
    repeats : list of dict
        From `cross_validate_repeat`, in any order.
    n_resamples : int, default 1000
        Bootstrap samples of patients.

    Returns
    -------
    dict
        JSON-able. c, low, high: Harrell's C over pairs of patients held out together (scores of two forests
        are not compared), with its percentile interval. by_repeat: C of each repeat. cox: the same (c, low,
        high) of the penalised Cox model, and difference: c of the forest less that of the Cox model, with
        low, high. n, events, repeats, folds. selected: analyte, folds (share of folds that selected it).
        predictions: subject, mortality and survival at `months`, means over repeats.

    Raises
    ------
    ValueError
        Where there is no repeat.

    Notes
    -----
    The interval tells how far the figure would move with other patients to be judged, not with other
    patients to train on.
    """
    if not repeats:
        raise Refused(
            "no_repeats", "There is no repeat to merge; make some with cross_validate_repeat."
        )
    people = rows_of_role(table, "train").subjects.set_index("subject")
    repeats = sorted(repeats, key=lambda one: one["repeat"])
    counts = bootstrap_counts(len(people), n_resamples, specification.seed).astype(np.float64)
    weights = np.vstack([np.ones(len(people)), counts])
    by_repeat = [_pairs(people, one["folds"], weights, "mortality") for one in repeats]
    forest = _pool(by_repeat)
    cox = _pool([_pairs(people, one["folds"], weights, "cox") for one in repeats])
    chosen = pd.Series([name for one in repeats for f in one["folds"] for name in f["selected"]])
    folds = sum(len(one["folds"]) for one in repeats)
    predictions = _mean_predictions(repeats)
    events = people["event"].reindex([row["subject"] for row in predictions])
    return {
        **_interval("c", forest),
        "cox": _interval("c", cox),
        "difference": _interval("value", forest - cox),
        "by_repeat": [float(a[0] / b[0]) if b[0] else None for a, b in by_repeat],
        "n": len(predictions),
        "events": int(events.sum()),
        "repeats": len(repeats),
        "folds": specification.cross_validation.folds,
        "months": repeats[0]["months"],
        "selected": [
            {"analyte": str(name), "folds": float(times / folds)}
            for name, times in sorted(chosen.value_counts().items(), key=lambda x: (-x[1], x[0]))
        ],
        "predictions": predictions,
    }


def _pool(pairs: list[Any]) -> Floats:
    """C over all repeats, under each row of weights: (rows,)."""
    concordant = np.sum([one[0] for one in pairs], axis=0)
    comparable = np.sum([one[1] for one in pairs], axis=0)
    unknown = np.full(len(comparable), np.nan)
    c: Floats = np.divide(concordant, comparable, out=unknown, where=comparable > 0)
    return c


def _interval(name: str, found: Floats) -> dict[str, float | None]:
    """The first value and the percentile interval of the others."""
    low, high = percentile_interval(found[1:])
    values = {name: float(found[0]), "low": low, "high": high}
    return {key: plain(value) for key, value in values.items()}


def _pairs(
    people: pd.DataFrame, folds: list[dict[str, Any]], weights: Floats, score: str
) -> tuple[Floats, Floats]:
    """Concordant and comparable pairs within folds, under each row of weights: 2 x (rows,)."""
    concordant, comparable = np.zeros(len(weights)), np.zeros(len(weights))
    for fold in folds:
        if not fold["subjects"]:
            continue
        place = people.index.get_indexer(fold["subjects"])
        event = people["event"].to_numpy(dtype=bool)[place]
        time = people["time"].to_numpy(dtype=np.float64)[place]
        order, ends = order_of(event, time)
        risk = np.array(fold[score], dtype=np.float64)
        place_of, lower, upto = rank_risk(risk, np.argsort(risk))
        ones = np.ones(len(place))
        for row, weight in enumerate(np.ascontiguousarray(weights[:, place])):
            gained, met = concordance_sums(order, ends, event, place_of, lower, upto, weight, ones)
            concordant[row] += gained
            comparable[row] += met
    return concordant, comparable


def _mean_predictions(repeats: list[Repeat]) -> list[dict[str, Any]]:
    rows = [
        {"subject": subject, "mortality": mortality, **_by_month(one["months"], survival)}
        for one in repeats
        for fold in one["folds"]
        for subject, mortality, survival in zip(
            fold["subjects"],
            fold["mortality"],
            np.array(fold["survival"]).T.reshape(len(fold["subjects"]), -1),
            strict=True,
        )
    ]
    mean = pd.DataFrame(rows).groupby("subject", sort=True).mean().reset_index()
    return [{str(k): v for k, v in row.items()} for row in mean.to_dict("records")]


def _by_month(months: list[int], survival: Floats) -> dict[str, float]:
    return {f"survival_{m}m": float(p) for m, p in zip(months, survival, strict=True)}
