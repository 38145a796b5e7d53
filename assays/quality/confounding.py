"""Whether plates or lots go with sites, cohorts or outcomes: then their effects cannot be told apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import chi2_contingency
from sksurv.compare import compare_survival
from sksurv.util import Surv

STRONG, SURE = 0.3, 0.01


@dataclass(frozen=True)
class Association:
    """Cramér's V of two factors (bias corrected, 0 to 1), p of the chi-squared test, and whether each
    level of the first holds one level of the second only."""

    v: float
    p: float
    is_complete: bool

    @property
    def warns(self) -> bool:
        return self.is_complete or (self.v >= STRONG and self.p < SURE)


def association(first: pd.Series, second: pd.Series) -> Association | None:
    """The association of two factors over specimens (n,); None where either has one level only.

    Bias correction: Bergsma (2013), A bias-correction for Cramér's V and Tschuprow's T, J. Korean Stat.
    Soc. 42, 323-328.
    """
    table = pd.crosstab(first, second)
    rows, columns = table.shape
    n = int(table.to_numpy().sum())
    if min(rows, columns) < 2 or n < 2:
        return None
    chi2, p = chi2_contingency(table, correction=False)[:2]
    phi = max(0.0, chi2 / n - (rows - 1) * (columns - 1) / (n - 1))
    r, c = rows - (rows - 1) ** 2 / (n - 1), columns - (columns - 1) ** 2 / (n - 1)
    least = min(r, c) - 1
    v = float(np.sqrt(phi / least)) if least > 0 else 0.0
    return Association(min(1.0, v), float(p), bool(((table > 0).sum(axis=1) == 1).all()))


def survival_difference(groups: pd.Series, time: pd.Series, event: pd.Series) -> float | None:
    """p of the log-rank test of survival between groups (n,) of patients: time in days, event true or false.

    Groups of one patient are left out. None where fewer than two groups or no event are left.
    """
    frame = pd.DataFrame({"group": groups, "time": time, "event": event.astype(bool)})
    frame = frame[frame.groupby("group")["time"].transform("size") > 1]
    if frame["group"].nunique() < 2 or not frame["event"].any():
        return None
    outcome = Surv.from_dataframe("event", "time", frame)
    _chi2, p = compare_survival(outcome, frame["group"].astype("category").cat.codes.to_numpy())
    return float(p)
