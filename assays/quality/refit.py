"""Concentrations from fluorescence by our own curve of a plate's standards."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from assays.quality.curves import Curve, Fit, fit_curve

FLUORESCENCE = ("net_mfi", "mfi")


@dataclass(frozen=True)
class Refit:
    """A curve of ours with what it was fitted to.

    lowest, highest: expected concentrations of the standards; by: the column of fluorescence, "net_mfi"
    (less the background) or "mfi".
    """

    curve: Curve
    lowest: float
    highest: float
    r_squared: float
    by: str

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, body: dict[str, Any]) -> Refit:
        return cls(**{**body, "curve": Curve(**body["curve"])})


def refit(standards: pd.DataFrame, kind: str) -> tuple[Fit, Refit | None]:
    """Fit the standards (expected, net_mfi, mfi; float64) of one analyte on one plate: 4PL or 5PL.

    The fluorescence less its background is used where the file tells it of any standard.
    """
    by = FLUORESCENCE[0] if standards["net_mfi"].notna().any() else FLUORESCENCE[1]
    used = standards[["expected", by]].dropna()
    used = used[(used["expected"] > 0) & (used[by] > 0)]
    fit = fit_curve(used["expected"], used[by], kind)
    if fit.curve is None:
        return fit, None
    lowest, highest = float(used["expected"].min()), float(used["expected"].max())
    return fit, Refit(fit.curve, lowest, highest, fit.r_squared, by)


def recomputed(rows: pd.DataFrame) -> pd.DataFrame:
    """value, flag and limit of readings by our own curves; the index of `rows`.

    rows: lower, upper, bend, slope, asymmetry (the curve; NaN where there is none), lowest, highest,
    fluorescence and dilution. Concentrations are those of the curve times the dilution. Within the range of the
    standards they are in range, outside it extrapolated; at or below the lower asymptote a reading is below
    the limit of quantification, with the lowest standard as its limit, at or above the upper one above it,
    with the highest. Without a curve or fluorescence it is missing.
    """
    curve = Curve(*(rows[n].to_numpy() for n in ("lower", "upper", "bend", "slope", "asymmetry")))  # type: ignore[arg-type]
    found = curve.concentration(rows["fluorescence"])
    inside = (found >= rows["lowest"]) & (found <= rows["highest"])
    known = rows["bend"].notna() & rows["fluorescence"].notna()
    below, above = known & (found <= 0), known & np.isposinf(found)
    number = known & ~below & ~above
    flag = np.select(
        [below, above, number & inside, number],
        ["below_lloq", "above_uloq", "in_range", "extrapolated"],
        "missing",
    )
    dilution = rows["dilution"].fillna(1.0)
    limit = rows["lowest"].where(below, rows["highest"].where(above)) * dilution
    return pd.DataFrame(
        {"value": (found * dilution).where(number), "flag": flag, "limit": limit}, index=rows.index
    )
