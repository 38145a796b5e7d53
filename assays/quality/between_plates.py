"""Which of several plates is off, by the controls that stood on all of them.

A control's target is the median of its plate means: over the plates of the guide set, or, while nobody has
chosen one, over all plates of the panel and lot. The median of all is one number, the same whichever plate is
judged and whichever was judged first, and a plate that is off hardly moves it: with three plates, two that
agree are enough. (Held against the others alone, a good one of three would lie off the middle between a good
and a bad one.) Where most plates do not lie near their median, as where two read 1 and two read 2, it is nobody's
value: who is off is then told and not decided.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from assays.quality.rules import Finding
from assays.quality.said import Said

FEWEST = 3
"""Of two plates that differ nobody can say which is off."""
SERIES = ["analyte", "control"]


def distances(
    controls: pd.DataFrame, guide: Collection[int] = (), *, is_log2: bool = False
) -> pd.DataFrame:
    """How far each plate's mean of a control lies from the control's target.

    controls: plate, control, analyte and value, a row per well; guide: the plates of the guide set. is_log2:
    values are log2 (NPX), and are compared as 2^value. A row per analyte, control and plate: value, target,
    plates (of how many the target is), spread (percent by which the highest of these is above the lowest),
    distance (percent of the target), and of_target: whether the target is a median of this plate, too. It is
    not where the target is that of a guide set to which the plate does not belong.
    """
    known = controls.dropna(subset=["value"])
    if is_log2:
        known = known.assign(value=np.exp2(known["value"]))
    means = known.groupby([*SERIES, "plate"], as_index=False)["value"].mean()
    series = [means[name] for name in SERIES]
    chosen = means["plate"].isin(list(guide))
    guided = chosen.groupby(series).transform("max").astype(bool)
    reference = means["value"].where(chosen | ~guided).groupby(series)
    target, plates = reference.transform("median"), reference.transform("count")
    return means.assign(
        target=target,
        plates=plates,
        spread=100 * (reference.transform("max") / reference.transform("min") - 1),
        distance=100 * (means["value"] / target - 1),
        of_target=chosen | ~guided,
    )[target > 0]


def can_tell(found: pd.DataFrame, limit: float) -> pd.Series:
    """Of rows of `distances`, whether the distance can be held against the plate: where the plate stands outside a
    guide set, or its target is that of three plates or more of which more than half lie within the limit (percent)."""
    near = found["of_target"] & (found["distance"].abs() <= limit)
    agreeing = near.groupby([found[name] for name in SERIES]).transform("sum")
    return ~found["of_target"] | ((found["plates"] >= FEWEST) & (2 * agreeing > found["plates"]))


def findings_between(found: pd.DataFrame, limit: float) -> dict[int, list[Finding]]:
    """By plate, the analytes of which it is off: the median distance of its controls is above the limit
    (percent). found: as `distances` gives it."""
    off: dict[int, list[Finding]] = {}
    held = found[can_tell(found, limit)]
    for (plate, analyte), rows in held.groupby(["plate", "analyte"]):
        median = float(rows["distance"].abs().median())
        if median > limit:
            finding = Finding(
                "inter_cv", None, int(str(analyte)), median, limit, _say(rows, median, limit)
            )
            off.setdefault(int(str(plate)), []).append(finding)
    return off


def _say(rows: pd.DataFrame, median: float, limit: float) -> Said:
    way = "above" if rows["distance"].median() > 0 else "below"
    numbers = {"distance": median, "limit": limit, "plates": int(rows["plates"].max())}
    if len(rows) > 1:
        return Said(f"several_controls_{way}", {**numbers, "controls": len(rows)})
    return Said(f"controls_{way}", numbers)


def find_undecided(found: pd.DataFrame, limit: float) -> pd.DataFrame:
    """Rows of `distances` where plates differ by more than the limit and nobody can say which is off."""
    return found[~can_tell(found, limit) & (found["spread"] > limit)]
