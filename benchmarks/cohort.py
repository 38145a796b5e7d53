"""Simulated patients to measure on: correlated log-normal cytokines, 14 of which carry the hazard."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from ciri import FrozenTable
from ciri.survival.outcome import outcome
from demo.simulate import simulate_study

CYTOKINES, INFORMATIVE = 93, 14
STRUCTURE = 12345  # what all cohorts share: which cytokines go together, and which carry the hazard
SHARED = 0.1  # correlation of any two cytokines
SHAPE, SCALE_DAYS = 1.2, 900.0  # of the Weibull survival time
FOLLOW_UP_DAYS = (60, 1720)  # patients enter one after the other, and all are censored on one day


def simulate(n: int, p: int = CYTOKINES, seed: int = 4) -> tuple[NDArray[np.float32], NDArray[Any]]:
    """Concentrations X (n, p) in pg/mL, below the limit at half of it, and outcome y (n,) in days.

    About 45 % are censored; survival is in whole days, so that times are tied in larger cohorts.
    """
    structure, random = np.random.default_rng(STRUCTURE), np.random.default_rng([seed, n])
    block = np.sort(structure.integers(0, max(1, p // 8), p))
    within = structure.uniform(0.3, 0.7, block.max() + 1)[block]
    mean, spread = structure.uniform(1, 7, p), structure.uniform(0.6, 1.4, p)
    below = structure.uniform(0.10, 0.20, p)
    informative = structure.choice(p, min(p, INFORMATIVE), replace=False)
    effect = structure.choice([-1, 1], len(informative)) * structure.uniform(
        0.25, 0.55, len(informative)
    )
    level = (
        np.sqrt(SHARED) * random.standard_normal((n, 1))
        + np.sqrt(within - SHARED) * random.standard_normal((n, block.max() + 1))[:, block]
        + np.sqrt(1 - within) * random.standard_normal((n, p))
    )
    concentration = np.exp(mean + spread * level)
    limit = np.exp(mean + spread * norm.ppf(below))
    X = np.where(concentration < limit, limit / 2, concentration).round(2).astype(np.float32)
    hazard = np.exp(level[:, informative] @ effect)
    death = SCALE_DAYS * (-np.log(random.uniform(size=n)) / hazard) ** (1 / SHAPE)
    censoring = random.uniform(*FOLLOW_UP_DAYS, n)
    days = np.maximum(1, np.ceil(np.minimum(death, censoring)))
    return X, outcome(death <= censoring, days)


def freeze_study(n: int = 222, *, all_train: bool = False) -> FrozenTable:
    """The demonstration study before treatment, frozen: discovery trains, validation validates.

    all_train: everybody trains, for the price of a cohort of n.
    """
    study = simulate_study(n, last_day=date(2026, 10, 31))
    people = study.clinical.merge(study.truth[["subject_id", "days", "dead"]], on="subject_id")
    roles = {"discovery": "train", "validation": "train" if all_train else "validate"}
    subjects = pd.DataFrame(
        {
            "subject": people["subject_id"],
            "site": people["site"],
            "cohort": people["cohort"],
            "role": people["cohort"].map(roles),
            "time": people["days"].astype(float),
            "event": people["dead"].astype(bool),
            "age": people["age"],
            "sex": people["sex"],
            "pdl1": people["pdl1_tps"].astype(float),
        }
    )
    return FrozenTable.freeze(subjects, _measurements(study.measurements))


def _measurements(written: pd.DataFrame) -> pd.DataFrame:
    """The specimens before treatment in long form, `<limit` as below the limit of quantification."""
    before = written[written["timepoint"] == "pre"]
    wide = before.drop(columns=["sample_id", "timepoint", "collected_on", "plate"])
    long = wide.melt("subject_id", var_name="analyte", value_name="text")
    below = long["text"].str.startswith("<")
    number = long["text"].str.lstrip("<").astype(float)
    return pd.DataFrame(
        {
            "subject": long["subject_id"],
            "analyte": long["analyte"],
            "replicate": 1,
            "value": number.mask(below),
            "flag": np.where(below, "below_lloq", "in_range"),
            "limit": number.where(below),
        }
    )
