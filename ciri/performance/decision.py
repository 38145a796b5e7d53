"""Decision curves: what treating by the model is worth, against treating everybody or nobody."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ciri.performance.follow import Follow
from ciri.survival.outcome import Floats

THRESHOLDS: Floats = np.arange(1, 100) / 100


def decision_table(follow: Follow, risks: dict[float, Floats]) -> pd.DataFrame:
    """Net benefit at each threshold probability: horizon, threshold, model, all, none.

    risks: risk (n,) of an event up to each horizon; a patient whose risk is at or above the
    threshold is treated. Vickers et al. (2008), BMC Med. Inform. Decis. Mak. 8:53, with censoring by
    Kaplan-Meier among the treated. NaN where their follow-up ends before the horizon.
    """
    odds = THRESHOLDS / (1 - THRESHOLDS)
    everybody = np.ones((1, len(follow.time)))
    curves = [
        {
            "horizon": np.full(len(THRESHOLDS), horizon),
            "threshold": THRESHOLDS,
            "model": _net_benefit(follow, predicted >= THRESHOLDS[:, None], horizon, odds),
            "all": _net_benefit(follow, everybody, horizon, odds),
            "none": np.zeros(len(THRESHOLDS)),
        }
        for horizon, predicted in risks.items()
    ]
    columns = ["horizon", "threshold", "model", "all", "none"]
    return pd.DataFrame({name: _join([one[name] for one in curves]) for name in columns})


def _join(parts: list[Floats]) -> Floats:
    return np.concatenate(parts) if parts else np.empty(0)


def _net_benefit(follow: Follow, treated: Any, horizon: float, odds: Floats) -> Floats:
    """True positives less false ones times the odds, per patient; treated: (thresholds, n)."""
    treated = treated.astype(np.float64)
    survival = follow.curves(treated, np.array([horizon]))[:, 0]
    seen = ((treated > 0) & (follow.time >= horizon)).any(axis=1) | (survival == 0)
    share = treated.mean(axis=1)
    benefit = share * (1 - survival) - share * survival * odds
    return np.where(share == 0, 0.0, np.where(seen, benefit, np.nan))
