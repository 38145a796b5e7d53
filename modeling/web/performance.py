"""Performance as pages show it: never a figure of the patients that a forest was grown on."""

from dataclasses import dataclass
from typing import Any

from modeling.models import ModelVersion


@dataclass(frozen=True)
class Figure:
    """A concordance index with its 95 % interval and what it was computed on."""

    value: float
    low: float | None
    high: float | None
    patients: int
    events: int


@dataclass(frozen=True)
class Headline:
    """The two honest figures of a version: out-of-bag, and on the validation cohort."""

    out_of_bag: Figure | None
    validation: Figure | None


def headline(version: ModelVersion) -> Headline:
    """What stands in a table of models."""
    return Headline(
        out_of_bag=_figure(version.metrics.get("out_of_bag")),
        validation=_figure(version.metrics.get("validation")),
    )


def _figure(found: dict[str, Any] | None) -> Figure | None:
    if not found or found.get("c") is None:
        return None
    return Figure(
        value=found["c"],
        low=found.get("low"),
        high=found.get("high"),
        patients=found["n"],
        events=found["events"],
    )
