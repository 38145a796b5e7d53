"""Looks at a column as a whole, and says what a person would see at a glance.

Each check takes the known cells of one column and gives doubts: a code, the column, a sentence and the
rows. Nothing is refused here: who asks decides, and lets a person confirm a doubt by its code and column.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any, NamedTuple

from plausibility.ranges import Quantity

CONSTANT_ROWS = 20
ENOUGH_OUTCOMES = 10
SHORT_MEDIAN = 60  # days
DAYS_IN_YEAR = 365.25
LONGEST_YEARS = 40


class Cell(NamedTuple):
    """A known number and the row that holds it."""

    row: Any
    value: float


def gettext_noop(text: str) -> str:
    """Marks a sentence for Django's makemessages; who shows it translates it."""
    return text


CODES: dict[str, str] = {
    "constant": gettext_noop(
        "all %(n)d known values are %(value)s: was the column filled down, or is it another one?"
    ),
    "implausible": gettext_noop(
        "%(n)d of %(all)d values outside %(range)s, where hardly any patient is (%(values)s): check them, and "
        "the unit."
    ),
    "unit": gettext_noop("%(what)s: is the unit right? It is read as %(unit)s."),
    "far_from_index": gettext_noop(
        "%(n)d dates lie more than %(years)d years from the index date (%(values)s): check the year."
    ),
    "only_events": gettext_noop(
        "all %(n)d outcomes are events and nobody is censored: is the coding right, and is anybody left out?"
    ),
    "outcome_of_events_only": gettext_noop(
        "all %(n)d known outcomes are events, and for %(unknown)d patients none is known: without the "
        "time for which the others were event-free every survival is too short."
    ),
    "soft_check": gettext_noop(
        "on %(n)d rows a check of the study asks whether it is right all the same: %(message)s"
    ),
}
SHORT = gettext_noop("half of the %(n)d durations are %(days)g days or shorter")
LONG = gettext_noop("the longest of %(n)d durations is %(years)g years")
FRACTION = gettext_noop("no value of %(n)d is above 1")


@dataclass(frozen=True)
class Doubt:
    """Something to confirm, known by `code` and `column`."""

    code: str
    column: str
    values: dict[str, Any]
    rows: tuple[Any, ...] = field(default=())

    def sentence(self, translate: Callable[[str], Any] = str) -> Any:
        """What looks wrong, in the reader's language: what `translate` makes of the sentence, filled in by %."""
        values = dict(self.values)
        if "what" in values:
            template, more = values["what"]
            values["what"] = translate(template) % more
        return translate(CODES[self.code]) % values


def look_at_numbers(
    column: str, cells: Sequence[Cell], quantity: Quantity | None
) -> Iterator[Doubt]:
    """A numeric column: constant, outside the usual range, a share where a percentage belongs."""
    values = [cell.value for cell in cells]
    if len(values) >= CONSTANT_ROWS and len(set(values)) == 1:
        yield Doubt("constant", column, {"n": len(values), "value": f"{values[0]:g}"})
    if quantity is None:
        return
    odd = [cell for cell in cells if not quantity.is_usual(cell.value)]
    if odd:
        yield Doubt(
            "implausible",
            column,
            {
                "n": len(odd),
                "all": len(cells),
                "range": quantity.usual_range,
                "values": _some(cell.value for cell in odd),
            },
            tuple(cell.row for cell in odd),
        )
    shares = any(0 < value < 1 for value in values) and max(values) <= 1
    if quantity.unit == "%" and len(values) >= CONSTANT_ROWS and shares:
        yield Doubt("unit", column, {"what": (FRACTION, {"n": len(values)}), "unit": "%"})


def look_at_durations(column: str, cells: Sequence[Cell], unit: str) -> Iterator[Doubt]:
    """Follow-up in days, and the unit it was written in: constant, too short or too long to be true."""
    yield from look_at_numbers(column, cells, None)
    days = [cell.value for cell in cells]
    if not days:
        return
    years = max(days) / DAYS_IN_YEAR
    if years > LONGEST_YEARS:
        told = {"n": len(days), "years": round(years, 1)}
        beyond = tuple(c.row for c in cells if c.value > LONGEST_YEARS * DAYS_IN_YEAR)
        yield Doubt("unit", column, {"what": (LONG, told), "unit": unit}, beyond)
    elif len(days) >= ENOUGH_OUTCOMES and median(days) < SHORT_MEDIAN:
        told = {"n": len(days), "days": round(median(days), 1)}
        yield Doubt("unit", column, {"what": (SHORT, told), "unit": unit})


def look_at_outcomes(
    column: str, events: Sequence[bool], unknown: int, least: int = ENOUGH_OUTCOMES
) -> Iterator[Doubt]:
    """Whether anybody is event-free: `events` of those with an outcome, and how many have none."""
    if len(events) < least or not all(events):
        return
    if unknown:
        yield Doubt("outcome_of_events_only", column, {"n": len(events), "unknown": unknown})
    else:
        yield Doubt("only_events", column, {"n": len(events)})


def _some(values: Iterable[float], most: int = 5) -> str:
    """The first few different values, as text."""
    different = sorted(set(values))
    told = ", ".join(f"{value:g}" for value in different[:most])
    return told + (", …" if len(different) > most else "")
