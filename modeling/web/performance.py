"""Performance as pages show it: never a figure of the patients that a forest was grown on."""

from dataclasses import dataclass
from typing import Any


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
    """The honest figures of a version: nested cross-validation, validation cohort, out-of-bag.

    Out-of-bag is optimistic where analytes were selected on the same patients. While the repeats of
    the cross-validation are not all there, `done` of `asked` are.
    """

    nested: Figure | None
    validation: Figure | None
    out_of_bag: Figure | None
    optimistic: bool
    repeats: int | None
    folds: int | None
    done: int
    asked: int

    @property
    def by_chance(self) -> bool:
        """Whether the nested figure cannot be told from 0.5."""
        return self.nested is not None and (self.nested.low or 0.0) <= 0.5


def headline(version: Any) -> Headline:
    """What stands in a table of models; version: from `modeling.selectors.models.with_nested`."""
    return Headline(
        nested=_figure(version.nested),
        validation=_figure(version.metrics.get("validation")),
        out_of_bag=_figure(version.metrics.get("out_of_bag")),
        optimistic=version.specification.body["analytes"]["keep"] > 0,
        repeats=version.nested["repeats"],
        folds=version.nested["folds"],
        done=version.repeats_done or 0,
        asked=version.repeats_asked or 0,
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
