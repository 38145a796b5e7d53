"""Levey-Jennings charts: a control over plates, against the mean and spread of its guide set.

Westgard, Barry, Hunt, Groth (1981), A multi-rule Shewhart chart for quality control in clinical chemistry,
Clin. Chem. 27(3), 493-501: 1-2s warns; 1-3s, 2-2s, R-4s, 4-1s and 10x reject.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

GUIDE = 5
COLUMNS = ("value", "mean", "sd", "z", "rule")


def levey_jennings(values: Any, guide: Any = None) -> pd.DataFrame:
    """value, mean, sd, z and the first rule broken ("" for none) of runs in the order of time.

    values: (n,). guide: (n,) whether a run is in the guide set; the first five where nothing is chosen. With
    fewer than two of them, or no spread among them, z is NaN and no rule is judged.
    """
    x = np.asarray(values, dtype=np.float64)
    chosen = np.arange(len(x)) < GUIDE if guide is None or not np.any(guide) else np.asarray(guide)
    of_guide = x[chosen & np.isfinite(x)]
    mean = float(of_guide.mean()) if len(of_guide) else float("nan")
    sd = float(of_guide.std(ddof=1)) if len(of_guide) > 1 else float("nan")
    z = (x - mean) / sd if sd > 0 else np.full(len(x), np.nan)
    rules = [broken_rule(z[: i + 1]) for i in range(len(z))]
    return pd.DataFrame({"value": x, "mean": mean, "sd": sd, "z": z, "rule": rules})


def broken_rule(z: Any) -> str:
    """The first of Westgard's rules that the last of the runs z (n,) breaks; "" for none."""
    z = np.asarray(z, dtype=np.float64)
    last = z[-1]
    if np.isnan(last):
        return ""
    if abs(last) > 3:
        return "1-3s"
    if (len(z) > 1 and min(z[-2:]) > 2) or (len(z) > 1 and max(z[-2:]) < -2):
        return "2-2s"
    if len(z) > 1 and abs(last - z[-2]) > 4 and abs(last) > 2 and abs(z[-2]) > 2:
        return "R-4s"
    if len(z) > 3 and (min(z[-4:]) > 1 or max(z[-4:]) < -1):
        return "4-1s"
    if len(z) > 9 and (min(z[-10:]) > 0 or max(z[-10:]) < 0):
        return "10x"
    return "1-2s" if abs(last) > 2 else ""
