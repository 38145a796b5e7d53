"""How far a plate has drifted from others, by the bridge samples that were measured on both."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import t

COLUMNS = ["plate", "n", "difference", "low", "high", "ratio", "differs"]
CONFIDENCE = 0.95
NOTABLE = 0.25
"""Of a log2 step, 19 %: a difference that is sure but smaller is not worth a warning."""


def bridge_drift(readings: pd.DataFrame, plate: int, *, is_log2: bool = False) -> pd.DataFrame:
    """The mean difference of a plate from each other plate over their common specimens.

    readings: plate and specimen (keys) and value (float64) of one analyte; repeats are averaged on the log2
    scale first. is_log2: values are log2 already (NPX); else only values above 0 count. A row per other
    plate with a common specimen: plate, n (specimens), difference (this plate less the other, log2), low
    and high (its 95 % confidence interval by Student's t over the paired differences, NaN for one
    specimen), ratio (2^difference), and differs: whether the interval leaves out 0 and the difference is at
    least a quarter of a log2 step.
    """
    known = readings.dropna(subset=["value"])
    if not is_log2:
        known = known[known["value"] > 0].assign(value=lambda rows: np.log2(rows["value"]))
    means = known.pivot_table(index="specimen", columns="plate", values="value", aggfunc="mean")
    if plate not in means:
        return pd.DataFrame(columns=COLUMNS)
    differences = -means.drop(columns=plate).sub(means[plate], axis=0)
    rows = [_compare_pairs(other, differences[other].dropna()) for other in differences]
    return pd.DataFrame([row for row in rows if row["n"]], columns=COLUMNS)


def _compare_pairs(plate: object, differences: pd.Series) -> dict[str, object]:
    n, mean = len(differences), float(differences.mean()) if len(differences) else 0.0
    half = float("nan")
    if n > 1:
        half = float(t.ppf((1 + CONFIDENCE) / 2, n - 1) * differences.std(ddof=1) / np.sqrt(n))
    return {
        "plate": plate,
        "n": n,
        "difference": mean,
        "low": mean - half,
        "high": mean + half,
        "ratio": float(2**mean),
        "differs": bool(abs(mean) > half and abs(mean) >= NOTABLE),
    }
