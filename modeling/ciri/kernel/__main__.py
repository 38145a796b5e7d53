"""Compile everything once, into the cache: `python -m modeling.ciri.kernel` (when an image is built).

Without it the first training after an installation does so and takes some seconds longer.
"""

import numpy as np
import pandas as pd

from modeling.ciri import (
    FrozenTable,
    SurvivalForest,
    cross_validate_repeat,
    merge_repeats,
    parse_specification,
    train,
)
from modeling.ciri.outcome import outcome


def small_table() -> FrozenTable:
    """Sixty patients that never were, with four analytes and some gaps."""
    random = np.random.default_rng(0)
    names = [f"S{number:02d}" for number in range(60)]
    people = pd.DataFrame({"subject": names, "site": "A", "cohort": "d"}).assign(
        role=["train"] * 40 + ["validate"] * 20,
        time=random.integers(30, 900, 60).astype(float),
        event=random.random(60) < 0.6,
        age=random.normal(65, 9, 60).round(),
    )
    values = pd.DataFrame(random.lognormal(size=(60, 4)), columns=list("abcd"))
    values = values.mask(random.random(values.shape) < 0.1)
    long = values.assign(subject=names).melt("subject", var_name="analyte")
    long["flag"] = np.where(long["value"].isna(), "missing", "in_range")
    return FrozenTable.freeze(people, long.assign(replicate=1, limit=np.nan))


def compile_all() -> None:
    """Run everything that is compiled once, on a cohort so small that only compiling takes time."""
    table = small_table()
    specification = parse_specification(
        {
            "analytes": {"keep": 2},
            "covariates": ["age"],
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


if __name__ == "__main__":
    compile_all()
