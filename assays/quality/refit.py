"""Concentrations from fluorescence by our own curve of a plate's standards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from assays.quality.curves import Curve, Fit, fit_curve
from assays.quality.digits import four
from assays.quality.hook import Hook, find_hook
from assays.quality.said import Said

FLUORESCENCE = ("net_mfi", "mfi")


@dataclass(frozen=True)
class Accepted:
    """What the policy asks of standards: recovery in percent, and how far the top may fall (percent)."""

    low: float = 80
    high: float = 120
    max_hook: float = 10


@dataclass(frozen=True)
class Refit:
    """A curve of ours with what it was fitted to.

    lowest, highest: expected concentrations of the lowest and the highest standard that the curve gives back
    within the accepted recovery; by: the column of fluorescence, "net_mfi" (less the background) or "mfi";
    hook: the fluorescence from which on a reading may belong to two concentrations, if there is a hook.
    """

    curve: Curve
    lowest: float
    highest: float
    r_squared: float
    by: str
    hook: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, body: dict[str, Any]) -> Refit:
        return cls(**{**body, "curve": Curve(**body["curve"])})


@dataclass(frozen=True)
class Fitted:
    """What came of the standards of one analyte: the fit, the curve with its range (None where there is none,
    and `fit.reason` says why), the hook at their top, and sentences for people."""

    fit: Fit
    refit: Refit | None = None
    hook: Hook | None = None
    told: list[Said] = field(default_factory=list)


def fluorescence_of(standards: pd.DataFrame) -> str:
    """Which fluorescence counts: that less its background where the file tells it of any standard."""
    return FLUORESCENCE[0] if standards["net_mfi"].notna().any() else FLUORESCENCE[1]


def levels_of(standards: pd.DataFrame, by: str) -> pd.Series:
    """Mean fluorescence by expected concentration above zero, in rising order of it."""
    known = standards[standards["expected"] > 0].dropna(subset=[by])
    return known.groupby("expected")[by].mean()


def refit(standards: pd.DataFrame, kind: str, accepted: Accepted | None = None) -> Fitted:
    """Fit the standards (expected, net_mfi, mfi; float64) of one analyte on one plate: 4PL or 5PL.

    Standards beyond a hook do not count, nor do those without fluorescence above zero, which no logarithm
    takes; both are told. The range of the curve ends at the lowest and the highest standard whose mean
    recovery by it is accepted (below a hook, where there is one).
    """
    if standards.empty:
        return Fitted(Fit(None, reason=Said("no_standards")))
    accepted = accepted or Accepted()
    by = fluorescence_of(standards)
    hook = find_hook(levels_of(standards, by), accepted.max_hook)
    known = standards[["expected", by]].dropna()
    known = known[known["expected"] > 0]
    used = known[known[by] > 0]
    if hook is not None:
        used = used[used["expected"] <= hook.peak]
    told = list(_tell_of_standards(known, by, hook))
    fit = fit_curve(used["expected"], used[by], kind)
    if fit.curve is None:
        return Fitted(fit, None, hook, told)
    good = _recover_levels(fit.curve, used.rename(columns={by: "seen"}), accepted)
    if hook is not None:
        good = good[good["seen"] < hook.fluorescence]
    if good.empty:
        why = Said("no_standard_given_back", {"low": accepted.low, "high": accepted.high})
        return Fitted(replace(fit, reason=why), None, hook, told)
    lowest, highest = float(good.index.min()), float(good.index.max())
    told += _tell_of_range(used["expected"], lowest, highest, accepted)
    unsure = None if hook is None else hook.fluorescence
    return Fitted(fit, Refit(fit.curve, lowest, highest, fit.r_squared, by, unsure), hook, told)


def _recover_levels(curve: Curve, used: pd.DataFrame, accepted: Accepted) -> pd.DataFrame:
    """Levels (by expected concentration) that the curve gives back within the accepted recovery."""
    recovery = 100 * curve.concentration(used["seen"]) / used["expected"]
    levels = used.assign(recovery=recovery).groupby("expected").mean()
    return levels[levels["recovery"].between(accepted.low, accepted.high)]


def _tell_of_standards(known: pd.DataFrame, by: str, hook: Hook | None) -> Iterator[Said]:
    dark = known.loc[known[by] <= 0, "expected"]
    if len(dark):
        code = "dark_standards" if by == FLUORESCENCE[0] else "dark_standards_in_all"
        yield Said(code, {"levels": _levels(dark), "wells": len(dark)})
    if hook is not None:
        yield hook.said


def _tell_of_range(
    expected: pd.Series, lowest: float, highest: float, accepted: Accepted
) -> Iterator[Said]:
    within = {"low": accepted.low, "high": accepted.high}
    for code, end, levels in (
        ("trusted_from", lowest, expected[expected < lowest]),
        ("trusted_up_to", highest, expected[expected > highest]),
    ):
        if len(levels):
            yield Said(code, {"end": four(end), "levels": _levels(levels), **within})


def _levels(expected: pd.Series) -> str:
    return ", ".join(four(level) for level in sorted(expected.unique()))


def resolve_factors(dilution: ArrayLike, is_unread: ArrayLike) -> np.ndarray:
    """What a concentration of our own curve is multiplied by: 1 where no factor is given (NaN), NaN where one
    is given that nobody could read."""
    given = np.asarray(dilution, dtype=np.float64)
    return np.where(np.isnan(given) & ~np.asarray(is_unread, dtype=bool), 1.0, given)


def recompute(rows: pd.DataFrame) -> pd.DataFrame:
    """value, flag and limit of readings by our own curves; the index of `rows`.

    rows: lower, upper, bend, slope, asymmetry (the curve; NaN where there is none), lowest, highest, hook,
    fluorescence and dilution. Concentrations are those of the curve times the dilution. Within the range of the
    standards they are in range, outside it extrapolated; at or below the lower asymptote a reading is below
    the limit of quantification, with the lowest standard as its limit; at or above the upper one, and from the
    fluorescence of a hook on, above it, with the highest. Without a curve, fluorescence or a known dilution
    (`resolve_factors`) it is missing.
    """
    curve = Curve(*(rows[n].to_numpy() for n in ("lower", "upper", "bend", "slope", "asymmetry")))  # type: ignore[arg-type]
    found = curve.concentration(rows["fluorescence"])
    inside = (found >= rows["lowest"]) & (found <= rows["highest"])
    dilution = rows["dilution"]
    known = rows["bend"].notna() & rows["fluorescence"].notna() & dilution.notna()
    below = known & (found <= 0)
    above = known & (np.isposinf(found) | (rows["fluorescence"] >= rows["hook"]))
    number = known & ~below & ~above
    flag = np.select(
        [below, above, number & inside, number],
        ["below_lloq", "above_uloq", "in_range", "extrapolated"],
        "missing",
    )
    limit = rows["lowest"].where(below, rows["highest"].where(above)) * dilution
    return pd.DataFrame(
        {"value": (found * dilution).where(number), "flag": flag, "limit": limit}, index=rows.index
    )
