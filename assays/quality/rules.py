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
    text: str


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
        text = f"{count:g} beads, fewer than {limits.min_bead_count}"
        yield Finding("bead_count", int(well), int(analyte), count, limits.min_bead_count, text)


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
                f"repeats differ by a CV of {median:.1f} % (median of {len(cvs)} specimens), more than "
                f"{limits.max_intra_cv:g} %",
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
                f"{well} of {len(levels)} levels of the standards are recovered within "
                f"{limits.recovery_low:g}–{limits.recovery_high:g} %",
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
            f"{share:.0f} % of the samples are out of range, more than {limits.max_out_of_range:g} %",
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
            text = f"fluorescence {four(fluorescence)}: {hook}"
            place = ("hook", int(well), int(str(analyte)))
            yield Finding(*place, fluorescence, hook.fluorescence, text)


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
    read = four(value) if np.isfinite(value) else ("below" if value < 0 else "above") + " range"
    text = f"control “{first['sample']}” reads {read}, outside the kit's {_range(low, high)}"
    more = f" ({len(outside)} of {of} controls are outside)" if of > 1 else ""
    found = value if np.isfinite(value) else limit
    return Finding("kit_range", None, analyte, found, limit, text + more)


def _range(low: float, high: float) -> str:
    if np.isnan(low):
        return f"at most {four(high)}"
    return f"at least {four(low)}" if np.isnan(high) else f"{four(low)}–{four(high)}"
