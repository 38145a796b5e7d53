"""Covariates that a study defines, one of each kind, and ninety patients that have them."""

from typing import Any

import numpy as np
import pandas as pd

from ciri import Covariate

HISTOLOGIES = ("adeno", "squamous", "-", "007")
OWN = (
    Covariate("ldh", unit="U/L", low=0, high=100_000, usual_low=50, usual_high=5000, item="it-1", version=3),
    Covariate("smoker", "truth", item="it-2", version=3),
    Covariate("histology", "code", levels=HISTOLOGIES),
    Covariate("performance", "code", levels={"0": 0, "1": 1, "2": 2.5}),
    Covariate("side", "code", levels=("left", "right")),
)  # fmt: skip
N = 90
SMALL = {
    "analytes": {"keep": 2},
    "covariates": [one.name for one in OWN],
    "forest": {"trees": 50, "min_leaf": 4},
    "importance": {"repeats": 1},
    "selection": {"resamples": 3, "trees": 20},
}
FEATURES = [
    "ldh", "smoker", *(f"histology = {code}" for code in HISTOLOGIES), "performance", "side",
]  # fmt: skip


def wide(gaps: float = 0.1) -> pd.DataFrame:
    """Ninety patients that never were, with a covariate of each kind."""
    random = np.random.default_rng(5)

    def some(values: Any) -> pd.Series:
        found = pd.Series(np.array(values, dtype=object)[random.integers(len(values), size=N)])
        return found.where(random.random(N) >= gaps, None)

    ldh = pd.Series(random.lognormal(5.5, 0.5, N).round()).mask(random.random(N) < gaps)
    hazard = (ldh.fillna(250) / 250).to_numpy() ** 2
    death, censoring = random.exponential(2000 / hazard), random.uniform(60, 900, N)
    frame = {
        "subject": [f"P{n:02d}" for n in range(N)],
        "cohort": ["discovery"] * 60 + ["validation"] * 30,
        "role": ["train"] * 60 + ["validate"] * 30,
        "time": np.ceil(np.minimum(death, censoring)),
        "event": death <= censoring,
        "ldh": ldh,
        "smoker": some([True, False]),
        "histology": some(HISTOLOGIES),
        "performance": some(["0", "1", "2"]),
        "side": some(["left", "right"]),
    }
    return pd.DataFrame(frame | {name: random.lognormal(1, 1, N) for name in ("A", "B", "C")})
