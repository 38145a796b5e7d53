"""Small simulated cohorts for the tests of the method."""

import numpy as np
import pandas as pd

from ciri import FrozenTable
from ciri.survival.outcome import outcome


def simulated(n=120, p=8, seed=0, gaps=0.05):
    """X (n, p) with gaps, and an outcome that the first two columns drive; times are tied."""
    random = np.random.default_rng(seed)
    X = random.normal(size=(n, p))
    hazard = np.exp(0.8 * X[:, 0] - 0.6 * X[:, 1])
    death, censoring = random.exponential(400 / hazard), random.uniform(50, 900, n)
    time = np.maximum(1, np.ceil(np.minimum(death, censoring) / 5) * 5)
    X[random.uniform(size=X.shape) < gaps] = np.nan
    return X, outcome(death <= censoring, time)


def frozen(n=120, p=8, seed=0, train=80):
    """A frozen table of the same, with two covariates; the first `train` subjects train."""
    X, y = simulated(n, p, seed, gaps=0.01)
    subjects = pd.DataFrame(
        {
            "subject": [f"S{i:03d}" for i in range(n)],
            "site": "A",
            "cohort": ["discovery"] * train + ["validation"] * (n - train),
            "role": ["train"] * train + ["validate"] * (n - train),
            "time": y["time"],
            "event": y["event"],
            "age": np.random.default_rng(seed).normal(65, 9, n).round(1),
            "sex": np.where(np.arange(n) % 3, "male", "female"),
        }
    )
    values = pd.DataFrame(2.0**X, columns=[f"A{j}" for j in range(p)]).assign(
        subject=subjects["subject"]
    )
    long = values.melt("subject", var_name="analyte")
    long["flag"] = np.where(long["value"].isna(), "missing", "in_range")
    return FrozenTable.freeze(subjects, long.assign(replicate=1, limit=np.nan))


SMALL = {
    "analytes": {"keep": 3},
    "covariates": ["age", "sex"],
    "forest": {"trees": 60, "min_leaf": 8},
    "importance": {"repeats": 2},
    "selection": {"resamples": 20, "trees": 100},
}
