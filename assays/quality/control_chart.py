"""Levey-Jennings charts: a control over plates, against its target and the spread of its plates.

Westgard, Barry, Hunt, Groth (1981), A multi-rule Shewhart chart for quality control in clinical chemistry,
Clin. Chem. 27(3), 493-501: 1-2s warns; 1-3s, 2-2s, R-4s, 4-1s and 10x reject.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

MAD_TO_SD = 1.4826
"""Of normal values: 1 / the normal distribution's quantile of 0.75."""


def levey_jennings(values: Any, guide: Any = None) -> pd.DataFrame:
    """value, target, sd, z and the first rule broken ("" for none) of runs in the order of time.

    values: (n,). guide: (n,) whether a run is in the guide set. The target is the median of the guide set and
    sd its standard deviation. While none is chosen they are the median of all runs and 1.4826 times the median
    of the distances from it, which a run that is off does not widen as it would a standard deviation. With
    fewer than two runs, or no spread among them, z is NaN and no rule is judged.
    """
    x = np.asarray(values, dtype=np.float64)
    is_chosen = guide is not None and bool(np.any(guide))
    known = x[np.isfinite(x) & (np.asarray(guide, dtype=bool) if is_chosen else True)]
    target = float(np.median(known)) if len(known) else float("nan")
    sd = float("nan")
    if len(known) > 1:
        spread = known.std(ddof=1) if is_chosen else MAD_TO_SD * np.median(np.abs(known - target))
        sd = float(spread)
    z = (x - target) / sd if sd > 0 else np.full(len(x), np.nan)
    rules = [find_broken_rule(z[: i + 1]) for i in range(len(z))]
    return pd.DataFrame({"value": x, "target": target, "sd": sd, "z": z, "rule": rules})


def find_broken_rule(z: Any) -> str:
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
