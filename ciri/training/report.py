"""The report of a training: every table behind the pages and figures of a model version."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ciri.dataset.frozen import FrozenTable
from ciri.performance import evaluate_predictions
from ciri.said import Said, keep
from ciri.signature.correlation import score_correlations
from ciri.signature.importance import oob_permutation_importance
from ciri.signature.minimal_depth import minimal_depth
from ciri.signature.selection import importance_table, rank, subsample_importance
from ciri.specification.visits import day_of_visit
from ciri.survival.outcome import DAYS_IN_MONTH, outcome_of
from ciri.survival.plain import Rows, plain_rows
from ciri.training import tables as tables
from ciri.training.cautions import cautions
from ciri.training.fitting import Fitted, Progress, rows_of_role
from ciri.training.trained import TrainedModel
from ciri.training.yardsticks import yardsticks
from tabular.message import Message

EXPLAINED = 400  # patients whose contributions are kept for the cohort's picture


def report_on(
    model: TrainedModel, fitted: Fitted, table: FrozenTable, tell: Progress
) -> dict[str, Any]:
    """Everything that is known of a freshly trained model, JSON-able; docs/method.md names the keys.

    Its sentences are kept as codes with parameters (`ciri.said.keep`).
    """
    people = table.subjects[table.subjects["role"] != "other"].set_index("subject", drop=False)
    scores = _scores(model, table, people)
    tell(0.0, Message("measuring_importance", "Measuring importance in the final forest"))
    final = _final_importance(model, fitted)
    tell(0.4, Message("measuring_performance", "Measuring performance"))
    evaluation = {
        "out_of_bag": _evaluation(model, table, "train"),
        "validation": _evaluation(model, table, "validate"),
    }
    performance = {
        "out_of_bag": tables.performance(
            people[people["role"] == "train"], _out_of_bag(model), model.specification.seed
        ),
        "validation": tables.performance(
            people[people["role"] == "validate"],
            scores["mortality"][scores["role"] == "validate"],
            model.specification.seed,
        ),
    }
    tell(0.7, Message("comparing", "Comparing with simpler models"))
    simpler = yardsticks(model.specification, fitted, table, scores)
    tell(0.9, Message("drawing_up", "Drawing up the tables"))
    counts = {
        "train": len(_out_of_bag(model)),
        "validate": int((scores["role"] == "validate").sum()),
    }
    signature, rules = fitted.signature, model.specification
    day = day_of_visit(rules.timepoint)
    report = {
        "features": model.features,
        "selected": model.selected,
        "covariates": list(model.specification.covariates),
        "counts": counts,
        "performance": performance,
        "evaluation": evaluation,
        "warnings": [
            *(one.sentence for one in cautions(performance, evaluation, day)),
            *tables.warnings(counts, rules.forest.min_leaf, selected=signature is not None),
            *_as_good(simpler["baseline"]),
        ],
        "importance": plain_rows(signature.ranking if signature else final),
        "tradeoff": plain_rows(signature.tradeoff) if signature else [],
        "final_importance": plain_rows(final),
        "minimal_depth": plain_rows(minimal_depth(model.forest)),
        "cutoff": model.cutoff.to_dict(),
        **simpler,
        **_of_groups(table, people, scores, model.specification.seed),
        **_of_analytes(model, table, scores),
        "explanation": _explanation(model, table, scores),
        "scores": plain_rows(
            scores[["role", "mortality", "percentile", "group", "basis"]].reset_index()
        ),
        "left_out": fitted.left_out,
        "analytes_left_out": fitted.analytes_left_out,
    }
    kept: dict[str, Any] = keep(report)
    return kept


def _as_good(baseline: dict[str, Any]) -> list[str]:
    """A sentence where a penalised Cox model does as well as the forest, or better."""
    c = {row["of"]: row for row in baseline.get("c", [])}
    if not c or c["difference"]["low"] is None or c["difference"]["low"] > 0:
        return []
    code = "cox_is_better" if c["difference"]["high"] < 0 else "cox_is_as_good"
    return [Said(code, cox=c["a"]["value"], forest=c["b"]["value"])]


def _scores(model: TrainedModel, table: FrozenTable, people: pd.DataFrame) -> pd.DataFrame:
    """Scores by subject, with role; training patients out-of-bag only."""
    scores = model.score(table).set_index("subject")
    scores = scores[scores.index.isin(people.index)]
    scores["role"] = people["role"].reindex(scores.index)
    return scores[(scores["role"] == "validate") | (scores["basis"] == "out-of-bag")]


def _out_of_bag(model: TrainedModel) -> pd.Series:
    return pd.Series(model.forest.oob_prediction_, index=model.training_subjects).dropna()


def _final_importance(model: TrainedModel, fitted: Fitted) -> pd.DataFrame:
    """Importance in the final forest; its interval tells what other patients would give."""
    rules = model.specification
    found = oob_permutation_importance(
        model.forest, fitted.features, fitted.y, rules.importance.repeats, rules.seed
    )
    losses, size = subsample_importance(
        fitted.features,
        fitted.y,
        rules.selection.resamples,
        n_estimators=rules.selection.trees,
        min_samples_leaf=rules.forest.min_leaf,
        max_features=rules.forest.max_features,
        seed=rules.seed,
        n_jobs=model.forest.n_jobs,
    )
    spread = importance_table(model.features, losses, len(fitted.y) / size - 1)
    half = (spread["high"] - spread["low"]) / 2
    found = found.assign(se=spread["se"], low=found["mean"] - half, high=found["mean"] + half)
    return rank(found, len(found))


def _evaluation(model: TrainedModel, table: FrozenTable, role: str) -> dict[str, Any] | None:
    """Discrimination, accuracy, calibration and net benefit on the patients of a role; times in days."""
    rows = rows_of_role(table, role)
    features, training_rows = model.inputs(rows)
    if role == "train":
        features, training_rows = features[training_rows >= 0], training_rows[training_rows >= 0]
    people = rows.subjects.set_index("subject", drop=False).loc[features.index]
    if not people["event"].any():
        return None
    y = outcome_of(people)
    last = min(float(y["time"].max()), float(model.forest.trees_.time.max()))
    horizons = np.array([m * DAYS_IN_MONTH for m in model.specification.horizons_months])
    horizons = horizons[horizons < last]
    grid = np.quantile(y["time"][y["event"]], np.arange(1, 10) / 10)
    times = np.unique(np.r_[horizons, grid[grid < last]])
    survival = None
    if len(times):
        survival = model.forest.predict_survival_function(features, times, training_rows)
    try:
        found = evaluate_predictions(
            y,
            model.forest.predict_out_of_bag(features, training_rows),
            survival,
            times,
            horizons=horizons,
            seed=model.specification.seed,
        )
    except ValueError:  # nobody can be compared with anybody
        return None
    return found.to_dict()


def _of_groups(
    table: FrozenTable, people: pd.DataFrame, scores: pd.DataFrame, seed: int
) -> dict[str, Any]:
    """Kaplan-Meier tables of the risk groups, and the groups compared within strata."""
    roles = {role: people[people["role"] == role] for role in ("train", "validate")}
    return {
        "kaplan_meier": {
            role: tables.kaplan_meier_tables(some, scores["group"]) for role, some in roles.items()
        },
        "strata": {
            role: tables.strata_rows(some, table.covariates, scores, seed)
            for role, some in roles.items()
        },
    }


def _of_analytes(model: TrainedModel, table: FrozenTable, scores: pd.DataFrame) -> dict[str, Any]:
    """How the score moves with each selected analyte."""
    values = model.transform.raw(table)[model.selected].reindex(scores.index)
    long = values.assign(percentile=scores["percentile"]).melt("percentile", var_name="analyte")
    points = long.dropna()[["analyte", "percentile", "value"]].round(4)
    return {
        "correlations": plain_rows(score_correlations(scores["percentile"], values)),
        "correlation_points": plain_rows(points),
    }


def _explanation(model: TrainedModel, table: FrozenTable, scores: pd.DataFrame) -> Rows:
    """Contributions of each feature to the scores of the cohort: row, feature, value, contribution."""
    explained = model.explain(table)
    inside = np.flatnonzero(explained.features.index.isin(scores.index))
    chosen = inside[np.unique(np.linspace(0, len(inside) - 1, EXPLAINED).astype(int))]
    frame = explained.to_frame()
    kept = frame[frame["row"].isin(explained.features.index[chosen])]
    return plain_rows(kept.round({"value": 4, "contribution": 4}))
