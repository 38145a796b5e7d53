"""The rules by which a plate is judged. Sources and reasons of the limits: docs/quality.md."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from assays.quality.digits import four
from assays.quality.hook import find_hook
from assays.quality.refit import fluorescence_of, levels_of
from assays.quality.replicates import intra_plate_cv
from assays.quality.said import Said

FEWEST_STANDARDS = 3
IN_RANGE = ("in_range", "extrapolated")


@dataclass(frozen=True)
class Limits:
    """The vendors' customary limits; counts of beads, and percentages."""

    min_bead_count: int = 35
    recommended_bead_count: int = 50
    max_intra_cv: float = 15
    recovery_low: float = 80
    recovery_high: float = 120
    max_out_of_range: float = 50
    max_hook: float = 10
    kit_ranges: bool = True


@dataclass(frozen=True)
class Finding:
    """A rule that failed: where (well or analyte None: all of them), what was found, and the limit."""

    rule: str
    well: int | None
    analyte: int | None
    value: float
    limit: float
    said: Said

    @property
    def text(self) -> str:
        """What it says, in English."""
        return str(self.said)


def judge(measurements: pd.DataFrame, limits: Limits, *, is_log2: bool = False) -> list[Finding]:
    """Every rule that a plate fails.

    measurements: a row per well and analyte with well and analyte (keys), specimen (key or NaN),
    sample (text), sample_type, value, flag, bead_count, mfi, net_mfi, expected, range_low, range_high and
    doubted (whether the expected concentration contradicts the file itself).
    """
    samples = measurements[measurements["sample_type"] == "sample"]
    return [
        *_bead_counts(samples, limits),
        *_repeats(samples, limits, is_log2),
        *_recoveries(measurements, limits),
        *_out_of_range(samples, limits),
        *_hooks(measurements, limits),
        *(_kit_ranges(measurements) if limits.kit_ranges else ()),
    ]


def _bead_counts(samples: pd.DataFrame, limits: Limits) -> Iterator[Finding]:
    few = samples[samples["bead_count"] < limits.min_bead_count]
    columns = (few[name].tolist() for name in ("well", "analyte", "bead_count"))
    for well, analyte, count in zip(*columns, strict=True):
        said = Said("few_beads", {"count": count, "fewest": limits.min_bead_count})
        yield Finding("bead_count", int(well), int(analyte), count, limits.min_bead_count, said)


def _repeats(samples: pd.DataFrame, limits: Limits, is_log2: bool) -> Iterator[Finding]:
    """An analyte fails where the median CV of its repeated specimens is above the limit."""
    found = intra_plate_cv(samples, is_log2=is_log2).dropna()
    for analyte, cvs in found.groupby("analyte")["cv"]:
        median = float(cvs.median())
        if median > limits.max_intra_cv:
            yield Finding(
                "intra_cv",
                None,
                int(str(analyte)),
                median,
                limits.max_intra_cv,
                Said(
                    "repeats_differ",
                    {"cv": median, "specimens": len(cvs), "limit": limits.max_intra_cv},
                ),
            )


def recoveries(measurements: pd.DataFrame) -> pd.DataFrame:
    """Mean recovery of each analyte and level of the standards: analyte, sample, expected, recovery.

    Recovery is 100 x observed / expected; standards without a number or with a doubted expectation
    are left out.
    """
    rows = measurements[
        (measurements["sample_type"] == "standard")
        & measurements["value"].notna()
        & (measurements["expected"] > 0)
        & ~measurements["doubted"]
    ]
    rows = rows.assign(recovery=100 * rows["value"] / rows["expected"])
    grouped = rows.groupby(["analyte", "sample"], as_index=False)
    return grouped.agg(expected=("expected", "mean"), recovery=("recovery", "mean"))


def _recoveries(measurements: pd.DataFrame, limits: Limits) -> Iterator[Finding]:
    """An analyte fails where fewer than three levels, or fewer than half, are recovered well."""
    for analyte, levels in recoveries(measurements).groupby("analyte"):
        if len(levels) < FEWEST_STANDARDS:
            continue
        well = int(levels["recovery"].between(limits.recovery_low, limits.recovery_high).sum())
        if well < FEWEST_STANDARDS or 2 * well < len(levels):
            yield Finding(
                "recovery",
                None,
                int(str(analyte)),
                100 * well / len(levels),
                50,
                Said(
                    "levels_recovered",
                    {
                        **{"well": well, "levels": len(levels)},
                        **{"low": limits.recovery_low, "high": limits.recovery_high},
                    },
                ),
            )


def out_of_range(samples: pd.DataFrame) -> pd.Series:
    """Share (percent) of the samples of each analyte without a number in range, by analyte."""
    outside = ~samples["flag"].isin(IN_RANGE)
    return 100 * outside.groupby(samples["analyte"]).mean()


def _out_of_range(samples: pd.DataFrame, limits: Limits) -> Iterator[Finding]:
    shares = out_of_range(samples)
    for analyte, share in shares[shares > limits.max_out_of_range].items():
        yield Finding(
            "out_of_range",
            None,
            int(str(analyte)),
            float(np.round(share, 2)),
            limits.max_out_of_range,
            Said("share_out_of_range", {"share": share, "limit": limits.max_out_of_range}),
        )


def _hooks(measurements: pd.DataFrame, limits: Limits) -> Iterator[Finding]:
    """A sample's value fails where its fluorescence may lie beyond the hook of the standards."""
    standards = measurements[(measurements["sample_type"] == "standard") & ~measurements["doubted"]]
    samples = measurements[
        (measurements["sample_type"] == "sample") & measurements["flag"].isin(IN_RANGE)
    ]
    of_analyte = dict(list(samples.groupby("analyte")))
    for analyte, rows in standards.groupby("analyte"):
        by = fluorescence_of(rows)
        hook = find_hook(levels_of(rows, by), limits.max_hook)
        seen = of_analyte.get(analyte)
        if hook is None or seen is None:
            continue
        beyond = seen[seen[by] >= hook.fluorescence]
        for well, fluorescence in zip(beyond["well"].tolist(), beyond[by].tolist(), strict=True):
            said = Said("beyond_hook", {"fluorescence": four(fluorescence), "hook": hook.said})
            place = ("hook", int(well), int(str(analyte)))
            yield Finding(*place, fluorescence, hook.fluorescence, said)


def _kit_ranges(measurements: pd.DataFrame) -> Iterator[Finding]:
    """An analyte fails where a control lies outside the range that the kit allows: the mean of its wells, or
    most of them below or above what can be quantified."""
    controls = measurements[measurements["sample_type"] == "control"]
    told = controls["range_low"].notna() | controls["range_high"].notna()
    # A protocol without ranges writes the expected concentration as both ends: that is no range.
    controls = controls[told & ~(controls["range_low"] >= controls["range_high"])]
    numbers = controls["value"].fillna(
        controls["flag"].map({"below_lloq": -np.inf, "above_uloq": np.inf}).astype("float64")
    )
    levels = (
        controls.assign(value=numbers)
        .dropna(subset=["value"])
        .groupby(["analyte", "sample"], as_index=False)
        .agg(value=("value", _mean), low=("range_low", "min"), high=("range_high", "max"))
    )
    for analyte, rows in levels.groupby("analyte"):
        outside = rows[(rows["value"] < rows["low"]) | (rows["value"] > rows["high"])]
        if len(outside):
            yield _outside_kit(int(str(analyte)), outside, len(rows))


def _mean(values: pd.Series) -> float:
    """The mean; where readings are beyond what can be quantified, the lower middle one."""
    if np.isfinite(values).all():
        return float(values.mean())
    return float(np.sort(values.to_numpy())[(len(values) - 1) // 2])


def _outside_kit(analyte: int, outside: pd.DataFrame, of: int) -> Finding:
    first = outside.iloc[0]
    value, low, high = (float(first[name]) for name in ("value", "low", "high"))
    limit = low if value < low else high
    found = value if np.isfinite(value) else limit
    told = {"control": first["sample"], "read": _read(value), "range": _range(low, high)}
    said = Said("outside_kit", told)
    if of > 1:
        said = Said("outside_kit_of_several", {**told, "outside": len(outside), "controls": of})
    return Finding("kit_range", None, analyte, found, limit, said)


def _read(value: float) -> Said:
    if np.isfinite(value):
        return Said("number", {"number": four(value)})
    return Said("below_range" if value < 0 else "above_range")


def _range(low: float, high: float) -> Said:
    if np.isnan(low):
        return Said("at_most", {"high": four(high)})
    if np.isnan(high):
        return Said("at_least", {"low": four(low)})
    return Said("from_to", {"low": four(low), "high": four(high)})
