"""The high-dose hook: the highest standards give less fluorescence than a lower one, so that a reading may
belong to either of two concentrations."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from assays.quality.digits import four
from assays.quality.said import Said

RISES = 2.0
"""Standards that do not even double in fluorescence show no curve whose top could fall."""


@dataclass(frozen=True)
class Hook:
    """peak: the concentration of the highest fluorescence; fluorescence: the least of the standards above it,
    from which on a reading may lie on either side; fall: percent of the highest fluorescence."""

    peak: float
    fluorescence: float
    fall: float

    @property
    def said(self) -> Said:
        """What it means, in a sentence."""
        numbers = {"peak": four(self.peak), "fluorescence": four(self.fluorescence)}
        return Said("hook", {"fall": self.fall, **numbers})

    def __str__(self) -> str:
        return str(self.said)


def find_hook(levels: pd.Series, max_fall: float) -> Hook | None:
    """The hook of one analyte's standards, or None.

    levels: mean fluorescence by expected concentration, in rising order of it. max_fall: percent by which the
    standards above the brightest one may fall below it.
    """
    if len(levels) < 3:
        return None
    peak, highest = levels.idxmax(), float(levels.max())
    beyond = levels[levels.index > peak]
    if beyond.empty or highest < RISES * float(levels.iloc[0]):
        return None
    fall = 100 * (1 - float(beyond.min()) / highest)
    if fall <= max_fall:
        return None
    return Hook(float(peak), float(beyond.min()), fall)  # type: ignore[arg-type]
