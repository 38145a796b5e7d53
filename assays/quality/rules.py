"""The rules by which a plate is judged. Sources and reasons of the limits: docs/quality.md."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from assays.quality.replicates import inter_plate_cv, intra_plate_cv

FEWEST_STANDARDS = FEWEST_PLATES = 3
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
    sample (text), sample_type, value, flag, bead_count, expected and doubted (whether the expected
    concentration contradicts the file itself).
    """
    samples = measurements[measurements["sample_type"] == "sample"]
    return [
        *_bead_counts(samples, limits),
        *_repeats(samples, limits, is_log2),
        *_recoveries(measurements, limits),
        *_out_of_range(samples, limits),
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


def inter_plate_findings(
    controls: pd.DataFrame, limit: float, *, is_log2: bool = False
) -> list[Finding]:
    """An analyte fails where the median CV of its controls over plates is above the limit.

    controls: plate, control, analyte (key) and value; a control counts from three plates on.
    """
    found = inter_plate_cv(controls, is_log2=is_log2)
    found = found[found["n"] >= FEWEST_PLATES].dropna(subset=["cv"])
    findings = []
    for analyte, cvs in found.groupby("analyte")["cv"]:
        median = float(cvs.median())
        if median > limit:
            text = (
                f"controls differ between plates by a CV of {median:.1f} %, more than {limit:g} %"
            )
            findings.append(Finding("inter_cv", None, int(str(analyte)), median, limit, text))
    return findings
