"""A whole preCIRI14: training with its report, the figures, and nested cross-validation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from sklearn.inspection import permutation_importance

from benchmarks.cohort import freeze_study
from benchmarks.command import Scale, run
from benchmarks.measuring import alternate, seconds_of
from benchmarks.peers import scikit_survival
from benchmarks.tables import Table, at_most, seconds
from ciri import (
    FrozenTable,
    Specification,
    TrainedModel,
    cross_validate_repeat,
    merge_repeats,
    parse_specification,
    select_signature,
    template,
    train,
)
from ciri import figures as draw
from ciri.dataset.transform import Transform
from ciri.figures import Figure
from ciri.survival.outcome import DAYS_IN_MONTH, outcome_of
from ciri.survival.plain import Rows, plain_rows
from ciri.training.fitting import rows_of_role
from ciri.training.tables import comparison_tables

THREADS = 2
THEME = "print"
RETRAIN_GOAL, NESTED_GOAL = 15, 240  # seconds
SOME_REPEATS = 2  # of cross-validation, unless --full
SMALL = {
    "forest": {"trees": 50},
    "selection": {"resamples": 2, "trees": 10},
    "cross_validation": {"folds": 2, "repeats": 1},
}


def measure(scale: Scale) -> list[Table]:
    """Training as the source study splits its patients, and on all of them."""
    specification = parse_specification(template("preCIRI14") | (SMALL if scale.quick else {}))
    tables = {"123 train, 99 validate": freeze_study(), "222 train": freeze_study(all_train=True)}
    if scale.quick:
        tables = {"40 train, 32 validate": freeze_study(72)}
    rows = [
        row for name, table in tables.items() for row in _rows(name, specification, table, scale)
    ]
    rules = specification.cross_validation
    note = (
        f"p = 93, {specification.selection.resamples} subsamples of {specification.selection.trees} "
        f"trees for the ranking, {specification.forest.trees:,} trees in the final forest, "
        f"{THREADS} threads. Training includes the trade-off curve, importance with intervals by "
        "subsampling, performance with 1,000-fold bootstrap intervals, strata and contributions; the "
        f"figures are drawn as SVG. Nested: {rules.repeats} x {rules.folds} folds, each with the whole "
        "selection inside, measured once. The peer's ranking is one subsample's forest and scikit-learn's "
        "permutation_importance (low_memory, one repeat), times the number of subsamples."
    )
    return [Table(("what", "patients", "seconds", "goal"), rows, [note])]


def _rows(
    name: str, specification: Specification, table: FrozenTable, scale: Scale
) -> list[list[str]]:
    model = train(specification, table, n_jobs=THREADS)
    draw.render_svg(next(_figures(model)))  # starts the drawing engine
    taken = alternate(
        {
            "training": partial(train, specification, table, n_jobs=THREADS),
            "figures": partial(_draw_all, model),
            "ranking": _ranking(specification, table),
            "peer": _one_ranking_of_the_peer(specification, table),
        },
        scale.runs,
    )
    repeats = specification.cross_validation.repeats
    some = repeats if scale.full else min(SOME_REPEATS, repeats)
    nested = seconds_of(partial(_cross_validate, specification, table, some)) * repeats / some
    note = "" if some == repeats else f" ({some} repeats, times {repeats // some})"
    whole = taken["training"] + taken["figures"]
    peer = taken["peer"] * specification.selection.resamples
    ranking = "of which the ranking of the analytes"
    return [
        ["training and figures", name, seconds(whole), at_most(RETRAIN_GOAL, whole)],
        ["of which the figures", name, seconds(taken["figures"]), ""],
        [ranking, name, seconds(taken["ranking"]), ""],
        ["the same ranking by scikit-survival and scikit-learn", name, seconds(peer), ""],
        ["nested cross-validation" + note, name, seconds(nested), at_most(NESTED_GOAL, nested)],
    ]


def _cross_validate(specification: Specification, table: FrozenTable, repeats: int) -> None:
    """The first repeats, and their merging: equal parts, so measuring once does."""
    found = [
        cross_validate_repeat(specification, table, repeat, n_jobs=THREADS)
        for repeat in range(repeats)
    ]
    merge_repeats(specification, table, found)


def _learning(specification: Specification, table: FrozenTable) -> tuple[Any, Any]:
    """Features of the candidates, and the outcome, of those who train."""
    rows = rows_of_role(table, "train")
    subjects = list(rows.subjects["subject"])
    transform = Transform.fit(specification, rows, subjects, rows.analytes)
    return transform.apply(rows), outcome_of(rows.subjects)


def _ranking(specification: Specification, table: FrozenTable) -> Callable[[], Any]:
    X, y = _learning(specification, table)
    rules = specification.selection
    return partial(
        select_signature,
        X,
        y,
        specification.analytes.keep,
        rules.resamples,
        n_estimators=rules.trees,
        random_state=specification.seed,
        n_jobs=THREADS,
        tradeoff=False,
    )


def _one_ranking_of_the_peer(specification: Specification, table: FrozenTable) -> Callable[[], Any]:
    X, y = _learning(specification, table)
    some = np.random.default_rng(0).choice(len(y), round(0.632 * len(y)), replace=False)
    inside, outcome = X.to_numpy(np.float32)[some], y[some]

    def once() -> None:
        forest = scikit_survival(specification.selection.trees, THREADS, low_memory=True)
        forest.fit(inside, outcome)
        forest.set_params(n_jobs=1)  # so few patients are predicted quicker on one thread
        permutation_importance(forest, inside, outcome, n_repeats=1, random_state=0)

    return once


def _draw_all(model: TrainedModel) -> None:
    for figure in _figures(model):
        draw.render_svg(figure)


def _figures(model: TrainedModel) -> Iterator[Figure]:
    """What the report can draw. The comparison is with the model itself: there is no second one here."""
    report, names = model.report, ("preCIRI14", "preCIRI14 again")
    yield draw.importance_figure(report["importance"], THEME)
    yield draw.stability_figure(report["importance"], THEME)
    yield draw.tradeoff_figure(report["tradeoff"], len(report["selected"]), THEME)
    yield draw.comparison_figure(comparison_tables(report, report, names), names, THEME)
    yield draw.correlation_figure(report["correlations"], THEME)
    yield draw.beeswarm_figure(report["explanation"], THEME)
    for role, basis in (("train", "out_of_bag"), ("validate", "validation")):
        yield draw.kaplan_meier_figure(report["kaplan_meier"][role], THEME)
        yield draw.forest_plot_figure(report["strata"][role], THEME)
        if evaluation := report["evaluation"][basis]:
            yield from _of_evaluation(evaluation, basis.replace("_", "-"))


def _of_evaluation(evaluation: dict[str, Any], basis: str) -> Iterator[Figure]:
    metrics = pd.DataFrame(evaluation["metrics"])
    of = {name: rows.assign(basis=basis) for name, rows in metrics.groupby("metric")}
    if "auc" in of:
        yield draw.auc_figure(plain_rows(of["auc"]), THEME)
    if "brier" in of:
        reference = of["brier_reference"].set_index("time")["value"]
        brier = of["brier"].assign(reference=of["brier"]["time"].map(reference))
        yield draw.brier_figure(plain_rows(brier), THEME)
    curves, groups = (
        _in_months(evaluation[name]) for name in ("calibration", "calibration_groups")
    )
    yield draw.calibration_figure(curves, groups, THEME)
    yield draw.decision_figure(_in_months(evaluation["decision"]), THEME)


def _in_months(rows: Rows) -> Rows:
    return [{**row, "horizon": round(row["horizon"] / DAYS_IN_MONTH)} for row in rows]


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    run("retrain", measure, ("scikit-survival", "scikit-learn", "altair"), arguments)


if __name__ == "__main__":
    main()
