"""How well a score orders patients: Harrell's C, Uno's C and the cumulative/dynamic AUC."""

from __future__ import annotations

import numpy as np

from ciri.kernel.auc import dynamic_aucs
from ciri.kernel.concordance import TIED
from ciri.performance.patients import Patients
from ciri.survival.concordance import resample_concordance
from ciri.survival.outcome import Floats, outcome


def discrimination(
    patients: Patients, weights: Floats, censoring_weights: Floats
) -> dict[str, Floats]:
    """harrell_c, uno_c and mean_auc (B, 1), auc (B, H), under each row of weights (B, n).

    Uno et al. (2011), Stat. Med. 30:1105-1117, for events before tau. The AUC at t tells those with
    an event up to t from those still free of one after t: Uno et al. (2007), JASA 102:527-537, and
    Hung & Chiang (2010), Can. J. Stat. 38:8-26. NaN where there is nothing to compare.
    """
    follow, risk = patients.follow, patients.risk
    y = outcome(follow.event, follow.time)
    inverses = patients.inverses(censoring_weights)
    order = np.argsort(-risk, kind="stable")
    tied = np.r_[False, np.diff(-risk[order]) <= TIED]
    auc = dynamic_aucs(order, tied, follow.event, follow.time, weights, inverses, patients.times)
    marginal = follow.curves(weights, patients.times)
    counted = np.where(follow.time < patients.tau, inverses, 0.0)
    return {
        "harrell_c": resample_concordance(y, risk, weights)[:, None],
        "uno_c": resample_concordance(y, risk, weights, counted**2)[:, None],
        "auc": auc,
        "mean_auc": mean_auc(auc, marginal)[:, None],
    }


def mean_auc(auc: Floats, survival: Floats) -> Floats:
    """AUC (B, H) averaged over time, each weighted by the fall of survival (B, H) up to it: (B,).

    Lambert & Chevret (2016), Stat. Methods Med. Res. 25:2088-2102.
    """
    if auc.shape[1] == 0:
        return np.full(len(auc), np.nan)
    if auc.shape[1] == 1:
        return auc[:, 0]
    falls = -np.diff(survival, axis=1, prepend=1.0)
    total = 1.0 - survival[:, -1]
    weighted = np.where(falls > 0, auc * falls, 0.0).sum(axis=1)
    return np.divide(weighted, total, out=np.full(len(auc), np.nan), where=total > 0)
