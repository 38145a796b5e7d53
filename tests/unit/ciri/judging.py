"""How the tests of performance ask."""

import numpy as np

from ciri.survival.outcome import outcome

TIMES = np.array([60.0, 120.0, 180.0, 365.0])


def judged(seed, longest, n=150):
    """Outcome with tied times, a score with ties, survival that it stands for."""
    random = np.random.default_rng(seed)
    x = random.normal(size=n)
    death, censoring = random.exponential(300 / np.exp(x)), random.uniform(10, longest, n)
    time = np.maximum(5, np.ceil(np.minimum(death, censoring) / 5) * 5)
    risk = np.round(x + random.normal(scale=0.6, size=n), 1)
    survival = np.exp(-np.exp(0.8 * risk[:, None]) * TIMES / 350)
    return outcome(death <= censoring, time), risk, survival


def values(found, metric):
    return found.metrics.loc[found.metrics["metric"] == metric, "value"].to_numpy()
