"""Estimates and their bootstrap samples as the tables that a reader is shown."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ciri.performance.bootstrap import Estimates
from ciri.survival.outcome import Floats
from ciri.survival.resampling import percentile_interval

OVERALL = ("harrell_c", "uno_c", "mean_auc", "integrated_brier", "scaled_brier")
AT_TIMES = ("auc", "brier", "brier_reference")
AT_HORIZONS = ("ici", "e50", "e90", "calibration_slope", "observed_expected")


def metrics_table(
    point: Estimates, resampled: Estimates, times: Floats, horizons: list[float], level: float
) -> pd.DataFrame:
    """metric, time, value, low, high: a row for each metric, at each of its times (NaN: has none)."""
    places = [(metric, [np.nan]) for metric in OVERALL]
    places += [(metric, times.tolist()) for metric in AT_TIMES]
    places += [(metric, horizons) for metric in AT_HORIZONS]
    rows = []
    for metric, at in places:
        if metric not in point:
            continue
        for k, time in enumerate(at):
            interval = percentile_interval(resampled[metric][:, k], level)
            rows.append((metric, time, float(point[metric][0, k]), *interval))
    return pd.DataFrame(rows, columns=["metric", "time", "value", "low", "high"])
