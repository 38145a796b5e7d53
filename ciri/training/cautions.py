"""What must be said beside a model's probabilities, wherever they are shown: derived from its report.

A caution is a code, a sentence with places for values, and the values, so that whoever shows it can say it in
the reader's language; `sentence` is the English.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ciri.said import Said
from ciri.sentences import CAUTIONS
from ciri.survival.outcome import DAYS_IN_MONTH

CHANCE = 0.5
SENTENCES = CAUTIONS


@dataclass(frozen=True)
class Caution:
    """A code of SENTENCES and the values of its sentence, as text."""

    code: str
    values: dict[str, str] = field(default_factory=dict)

    @property
    def sentence(self) -> Said:
        """The sentence in English, which knows its code."""
        return Said(self.code, **self.values)


def cautions(
    performance: dict[str, Any], evaluation: dict[str, Any] | None, day: int | None
) -> list[Caution]:
    """What is to be said of a model, gravest first.

    performance: "out_of_bag" and "validation" of c, low, high, n, events, None where there is none.
    evaluation: the same of `Evaluation.to_dict()` (only its metrics are read). day: when values are
    taken, from the first dose on; None where nobody knows.
    """
    evaluation = evaluation or {}
    judged = next((key for key in ("validation", "out_of_bag") if evaluation.get(key)), None)
    found = [
        *_of_validation(performance.get("validation")),
        *_of_calibration(judged, (evaluation.get(judged or "") or {}).get("metrics") or []),
    ]
    inside = performance.get("out_of_bag")
    if not inside or inside.get("low") is None or inside["low"] <= CHANCE:
        found.append(Caution("out_of_bag_by_chance"))
    if day is not None and day > 0:
        found.append(Caution("immortal_time"))
    return found


def _of_validation(c: dict[str, Any] | None) -> list[Caution]:
    if not c or c.get("c") is None:
        return [Caution("not_validated")]
    low, high = c.get("low"), c.get("high")
    if low is not None and low > CHANCE:
        return []
    found = {"c": c["c"], "low": low, "high": high}
    values = {key: "–" if value is None else f"{value:.3f}" for key, value in found.items()}
    counts = {key: str(c.get(key, "–")) for key in ("n", "events")}
    worse = high is not None and high < CHANCE
    return [Caution("validation_backwards" if worse else "validation_by_chance", values | counts)]


def _of_calibration(judged: str | None, metrics: list[dict[str, Any]]) -> list[Caution]:
    """Horizons at which the interval of the calibration slope leaves 1 out."""
    off = [
        f"{row['value']:.2f} ({row['low']:.2f}–{row['high']:.2f}; {row['time'] / DAYS_IN_MONTH:.0f} m)"
        for row in metrics
        if row["metric"] == "calibration_slope"
        and None not in (row["value"], row["low"], row["high"])
        and not row["low"] <= 1 <= row["high"]
    ]
    return [Caution(f"calibration_{judged}", {"slopes": ", ".join(off)})] if off else []
