"""A patient's time line, as positions on a drawing 1,000 wide."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from clinical.models import FollowUp, Patient

LEFT, RIGHT = 20, 980
TICKS_AT_MOST = 9


@dataclass(frozen=True)
class Mark:
    """Something that happened: x position, kind (a CSS class), and words for it."""

    x: float
    kind: str
    label: str


@dataclass(frozen=True)
class Timeline:
    """Ticks in months from the index date, and marks."""

    ticks: list[tuple[float, int]]
    marks: list[Mark]
    end: float


def timeline(
    patient: Patient, contacts: list[FollowUp], forms: list[tuple[date, str]]
) -> Timeline | None:
    """From the index date to the last thing known (at least six months, to have a scale); None while that date is not known.

    forms: day of each, and what it is.
    """
    begun = patient.index_date
    if begun is None:
        return None
    dates = [c.contact_date for c in contacts] + [day for day, _words in forms]
    last = max([(d - begun).days for d in dates] + [183])

    def x(day: date) -> float:
        share = max(0, (day - begun).days) / last
        return round(LEFT + (RIGHT - LEFT) * share, 1)

    marks = [Mark(x(c.contact_date), _kind(c), _words(c)) for c in contacts]
    marks += [
        Mark(x(c.progression_date), "progression", f"{c.progression_date}: progression")
        for c in contacts
        if c.progression_date
    ]
    marks += [Mark(x(day), "specimen", f"{day}: {words}") for day, words in forms]
    return Timeline(ticks=_ticks(last), marks=marks, end=RIGHT)


def _kind(contact: FollowUp) -> str:
    return "dead" if contact.status == FollowUp.Status.DEAD else "contact"


def _words(contact: FollowUp) -> str:
    parts: list[Any] = [f"{contact.contact_date}: {contact.get_status_display()}"]
    if contact.response:
        parts.append(contact.get_response_display())
    return ", ".join(str(part) for part in parts)


def _ticks(days: int) -> list[tuple[float, int]]:
    months = days / 30.4375
    step = next((s for s in (1, 3, 6, 12, 24, 60) if months / s <= TICKS_AT_MOST), 120)
    return [
        (round(LEFT + (RIGHT - LEFT) * (m * 30.4375) / days, 1), m)
        for m in range(0, int(months) + 1, step)
    ]
