"""Compile everything once, into the cache: `python -m ciri.compiling` (when an image is built).

Without it the first training after an installation does so and takes some seconds longer. With the name of
a part (`ahead.PARTS`) it compiles that part alone.
"""

import sys
from typing import Any

import numpy as np
import pandas as pd

from ciri import (
    FrozenTable,
    SurvivalForest,
    cross_validate_repeat,
    evaluate_predictions,
    fit_cox,
    merge_repeats,
    oob_permutation_importance,
    parse_specification,
    shap_values,
    train,
)
from ciri.covariates.covariate import Covariate
from ciri.forest.trees import LEAF, Trees
from ciri.survival.outcome import outcome

RANDOM = np.random.default_rng(0)


def small_features() -> pd.DataFrame:
    """Three features of sixty patients that never were."""
    return pd.DataFrame(RANDOM.normal(size=(60, 3)), columns=list("abc"))


def small_outcome() -> Any:
    """Their outcome (60,)."""
    return outcome(RANDOM.random(60) < 0.6, RANDOM.integers(30, 900, 60).astype(float))


def small_table() -> FrozenTable:
    """Sixty patients that never were, with four analytes and some gaps."""
    random = np.random.default_rng(0)
    names = [f"S{number:02d}" for number in range(60)]
    people = pd.DataFrame({"subject": names, "site": "A", "cohort": "d"}).assign(
        role=["train"] * 40 + ["validate"] * 20,
        time=random.integers(30, 900, 60).astype(float),
        event=random.random(60) < 0.6,
        e=random.normal(65, 9, 60).round(),
    )
    values = pd.DataFrame(random.lognormal(size=(60, 4)), columns=list("abcd"))
    values = values.mask(random.random(values.shape) < 0.1)
    long = values.assign(subject=names).melt("subject", var_name="analyte")
    long["flag"] = np.where(long["value"].isna(), "missing", "in_range")
    return FrozenTable.freeze(people, long.assign(replicate=1, limit=np.nan), [Covariate("e")])


def stumps(X: pd.DataFrame, y: Any) -> SurvivalForest:
    """A forest of two trees with one split each, not grown: reading it compiles nothing of growing."""
    forest = SurvivalForest(2, 5)
    forest.feature_names_in_, forest.n_features_in_ = np.array(X.columns, dtype=object), X.shape[1]
    forest.trees_ = Trees.of_training_rows(
        X.to_numpy(np.float32),
        start=np.array([0, 3, 6]),
        feature=np.array([0, LEAF, LEAF] * 2, dtype=np.int32),
        threshold=np.zeros(6, dtype=np.float32),
        right=np.array([2, LEAF, LEAF, 5, LEAF, LEAF], dtype=np.int32),
        unknown_left=np.ones(6, dtype=bool),
        mortality=np.arange(6.0),
        in_bag=RANDOM.integers(0, 2, (2, len(X))).astype(np.uint16),
        time=y["time"].copy(),
        event=y["event"].copy(),
    )
    return forest


def compile_growing() -> None:
    """The half that grows forests and permutes features."""
    X, y = small_features(), small_outcome()
    oob_permutation_importance(SurvivalForest(20, 5, random_state=0).fit(X, y), X, y)


def compile_reading() -> None:
    """The half that reads trees and judges predictions: curves, explanations, performance, Cox models."""
    X, y = small_features(), small_outcome()
    forest = stumps(X, y)
    forest.predict_survival_function(X, [200.0])
    forest.predict_restricted_mean(X, 300.0)
    shap_values(forest, X, training_rows=np.arange(len(X)))
    survival = np.column_stack([0.9 - 0.3 * RANDOM.random(60), 0.5 - 0.3 * RANDOM.random(60)])
    evaluate_predictions(y, X["a"], survival, [200.0, 400.0], n_resamples=5)
    fit_cox(X, y)


def compile_all() -> None:
    """Run everything that is compiled once, on a cohort so small that only compiling takes time."""
    table = small_table()
    specification = parse_specification(
        {
            "analytes": {"keep": 2},
            "covariates": ["e"],
            "forest": {"trees": 50, "min_leaf": 5},
            "selection": {"resamples": 2, "trees": 10},
            "cross_validation": {"folds": 2, "repeats": 1},
            "cutoff": "logrank",
        }
    )
    model = train(specification, table)
    model.score(table, intervals=True)
    model.from_bytes(model.to_bytes()).explain(table)
    merge_repeats(specification, table, [cross_validate_repeat(specification, table, 0)])
    X = np.random.default_rng(0).normal(size=(30, 2))
    y = outcome(np.arange(30) % 2, np.arange(30) + 1.0)
    SurvivalForest(2, 5).fit(X, y, np.ones(30)).predict_cumulative_hazard_function(X, [5.0])


PARTS = {"growing": compile_growing, "reading": compile_reading}


if __name__ == "__main__":
    for compile_part in [PARTS[name] for name in sys.argv[1:]] or [compile_all]:
        compile_part()
