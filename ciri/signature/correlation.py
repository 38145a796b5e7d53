"""Spearman's correlation of the score with each selected analyte."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

FEWEST = 4


def score_correlations(scores: pd.Series, values: pd.DataFrame) -> pd.DataFrame:
    """One row per column of `values` (n, k), sorted by rho: analyte, rho, low, high, p, q, n.

    Pairs with an unknown value are left out. Interval: Fisher's z with the variance of Bonett &
    Wright (2000), Psychometrika 65:23-28, (1 + rho^2 / 2) / (n - 3). q: Benjamini & Hochberg (1995).
    rho is NaN where fewer than four pairs are known or one side does not vary.
    """
    rows = [{"analyte": name, **_spearman(scores, values[name])} for name in values.columns]
    columns = ["analyte", "rho", "low", "high", "p", "n"]
    frame = pd.DataFrame(rows, columns=columns)
    frame["q"] = np.nan
    tested = frame["p"].notna()
    if tested.any():
        frame.loc[tested, "q"] = stats.false_discovery_control(frame.loc[tested, "p"])
    return frame.sort_values("rho", ascending=False, na_position="last").reset_index(drop=True)


def _spearman(scores: pd.Series, values: pd.Series) -> dict[str, Any]:
    known = scores.notna() & values.notna()
    n = int(known.sum())
    first, second = scores[known].to_numpy(), values[known].to_numpy()
    if n < FEWEST or len(np.unique(first)) < 2 or len(np.unique(second)) < 2:
        return {"rho": np.nan, "low": np.nan, "high": np.nan, "p": np.nan, "n": n}
    rho, p = stats.spearmanr(first, second)
    half = stats.norm.ppf(0.975) * np.sqrt((1 + rho**2 / 2) / (n - 3))
    z = np.arctanh(np.clip(rho, -1 + 1e-12, 1 - 1e-12))
    low, high = np.tanh([z - half, z + half])
    return {"rho": float(rho), "low": float(low), "high": float(high), "p": float(p), "n": n}
