"""How much repeats of one sample differ."""

from __future__ import annotations

import numpy as np
import pandas as pd


def cv_percent(values: pd.Series) -> float:
    """Coefficient of variation in percent: 100 x standard deviation (n - 1) / mean.

    NaN for fewer than two numbers, and where the mean is not positive.
    """
    known = values[np.isfinite(values)]
    if len(known) < 2 or known.mean() <= 0:
        return float("nan")
    return float(100 * known.std(ddof=1) / known.mean())


def intra_plate_cv(measurements: pd.DataFrame, *, is_log2: bool = False) -> pd.DataFrame:
    """CV of each analyte and specimen with repeats on a plate: analyte, specimen, n, cv (percent).

    measurements: analyte, specimen, value (float64, NaN where there is none). is_log2: values are log2
    (NPX); their CV is that of 2^value.
    """
    known = measurements.dropna(subset=["value", "specimen"])
    if is_log2:
        known = known.assign(value=np.exp2(known["value"]))
    rows = [
        {"analyte": analyte, "specimen": specimen, "n": len(values), "cv": cv_percent(values)}
        for (analyte, specimen), values in known.groupby(["analyte", "specimen"])["value"]
        if len(values) > 1
    ]
    return pd.DataFrame(rows, columns=["analyte", "specimen", "n", "cv"])
