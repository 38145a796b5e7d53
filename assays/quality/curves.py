"""Standard curves: fluorescence as a logistic function of concentration, with four or five parameters.

    FI = A + (B - A) / (1 + (concentration / C)^D)^F

A is the lower and B the upper asymptote, C the concentration of the bend, D (negative) the slope and F the
asymmetry (1 with four parameters): the form that xPONENT (its coefficients A, B, C, D, F) and Bio-Plex
Manager write.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from assays.quality.said import Said

Floats = NDArray[np.float64]
NUMBER = r"([-+]?[\d.]+(?:[eE][-+]?\d+)?)"
FORMULA = re.compile(
    rf"FI = {NUMBER} \+ \({NUMBER} [-+] {NUMBER}\) / "
    rf"\(\(1 \+ \(Conc / {NUMBER}\)\^{NUMBER}\)\)\^{NUMBER}"
)
SLOPES, BENDS = (0.7, 1.0, 1.6), (0.25, 0.5, 0.75)


@dataclass(frozen=True)
class Curve:
    """One curve; concentrations in the unit of the standards."""

    lower: float
    upper: float
    bend: float
    slope: float
    asymmetry: float = 1.0

    def fluorescence(self, concentration: Any) -> Floats:
        """FI at concentrations (any shape), 0 gives the lower asymptote."""
        x = np.asarray(concentration, dtype=np.float64)
        with np.errstate(divide="ignore", over="ignore"):
            share = (1 + (x / self.bend) ** self.slope) ** -self.asymmetry
        return self.lower + (self.upper - self.lower) * share

    def concentration(self, fluorescence: Any) -> Floats:
        """Concentrations at FI (any shape): 0 at or below the lower, infinity at or above the upper
        asymptote, NaN for NaN."""
        y = np.asarray(fluorescence, dtype=np.float64)
        share = (y - self.lower) / (self.upper - self.lower)
        inside = (share > 0) & (share < 1)
        with np.errstate(all="ignore"):
            found = self.bend * (share ** (-1 / self.asymmetry) - 1) ** (1 / self.slope)
        found = np.where(inside, found, np.where(share >= 1, np.inf, 0.0))
        return np.where(np.isnan(y), np.nan, found)


@dataclass(frozen=True)
class Fit:
    """A fitted curve with R² (of FI), or the reason why there is none."""

    curve: Curve | None
    r_squared: float = float("nan")
    reason: Said | None = None


def vendor_curve(text: str) -> Curve | None:
    """The curve of a formula as the vendors write it; None for another text."""
    found = FORMULA.search(text)
    if found is None:
        return None
    lower, upper, _again, bend, slope, asymmetry = (float(part) for part in found.groups())
    return Curve(lower, upper, bend, slope, asymmetry)


def fit_curve(concentration: Any, fluorescence: Any, kind: str = "5PL") -> Fit:
    """Fit a curve to standards (n,) by least squares of relative residuals, (fitted - FI) / FI.

    Relative, since the spread of fluorescence grows with it. kind: "4PL", else 5PL. Points without a
    number, or not above 0, are left out. Bad data give a reason, never an exception.
    """
    x, y = (np.asarray(v, dtype=np.float64) for v in (concentration, fluorescence))
    good = np.isfinite(x) & np.isfinite(y) & (x > 0) & (y > 0)
    x, y = x[good], y[good]
    free = 4 if kind == "4PL" else 5
    if len(np.unique(x)) < free:
        return Fit(None, reason=Said("few_levels", {"levels": len(np.unique(x)), "fewest": free}))
    if np.ptp(y) <= 0.5 * y.min():
        return Fit(None, reason=Said("flat_standards"))
    best = min(
        (_fit(x, y, bend, slope, free) for bend in BENDS for slope in SLOPES),
        key=lambda result: result.cost,
    )
    if not best.success or not np.isfinite(best.cost):
        return Fit(None, reason=Said("not_converged"))
    curve = _curve(best.x)
    left = float(((curve.fluorescence(x) - y) ** 2).sum())
    return Fit(curve, 1 - left / float(((y - y.mean()) ** 2).sum()))


def _curve(p: Any) -> Curve:
    """Lower, log of (upper - lower), log of the bend, log of -slope, log of the asymmetry."""
    asymmetry = float(np.exp(p[4])) if len(p) > 4 else 1.0
    return Curve(
        float(p[0]),
        float(p[0] + np.exp(p[1])),
        float(np.exp(p[2])),
        float(-np.exp(p[3])),
        asymmetry,
    )


def _fit(x: Floats, y: Floats, bend: float, slope: float, free: int) -> Any:
    start = [
        0.9 * y.min(),
        np.log(1.2 * y.max()),
        np.quantile(np.log(x), bend),
        np.log(slope),
        0.0,
    ]
    wide = [abs(y.max()), 3.0, 7.0, 2.0, 2.5]

    def residuals(p: Any) -> Floats:
        return (_curve(p).fluorescence(x) - y) / y

    low = [s - w for s, w in zip(start, wide, strict=True)][:free]
    high = [s + w for s, w in zip(start, wide, strict=True)][:free]
    return least_squares(residuals, start[:free], bounds=(low, high), x_scale="jac", max_nfev=2000)
