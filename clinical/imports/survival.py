"""Durations and events of a row -> contacts from which selectors/outcomes.py derives the same outcome."""

from datetime import date, timedelta
from typing import NamedTuple

from clinical.imports.mapping import Survival
from clinical.imports.said import Said, SaidContact, Stated
from imports.columns import RowReader, Source
from sentences import Sentence
from sentences import storable as _


class _Free(NamedTuple):
    """Days free of progression, and whether a progression or death ended them."""

    days: int
    ended: bool
    source: Source


def contacts_from_survival(
    reader: RowReader, survival: Survival, index_date: date | None, said: Said
) -> list[SaidContact]:
    """The contacts of a row; what it states is kept in `said.stated`, and what of it cannot be a contact
    is noted there or rejected."""
    os = _outcome(reader, survival.os_duration, survival.os_event, survival.os_first_day)
    pfs = _outcome(reader, survival.pfs_duration, survival.pfs_event, survival.pfs_first_day)
    free = None
    if pfs is not None and survival.pfs_duration is not None:
        free = _Free(pfs[0], pfs[1] == "true", survival.pfs_duration)
    if index_date is None:
        _reject_without_index(reader, survival)
        return []
    if os is None:
        return _only_progression(reader, survival, index_date, free, said)
    total, status = os
    column, text = survival.os_duration.label, reader.raw(survival.os_duration)
    said.stated["OS"] = Stated(total, status == "dead", column, text)
    last = SaidContact(index_date + timedelta(total), {"status": status}, column, text)
    if free is None:
        return [last]
    last.values["disease_assessed"] = True
    if free.days > total:
        _longer_than_life(reader, survival, free, total, said)
        return [last]
    said.stated["PFS"] = Stated(free.days, free.ended, free.source.label, reader.raw(free.source))
    return _with_progression(reader, last, free, index_date)


def _reject_without_index(reader: RowReader, survival: Survival) -> None:
    """A duration is no contact while nobody knows from which day it counts. What was rejected already is told once."""
    if not reader.problems and reader.text(survival.os_duration) is not None:
        why = _(
            "the index date must be known to count from it: give it, or leave the duration empty."
        )
        reader.reject(survival.os_duration, why)


def _outcome(
    reader: RowReader, duration: Source | None, event: Source | None, first_day: int
) -> tuple[int, str] | None:
    """Days and what ended them; half of it is rejected, for the other half would be lost."""
    if duration is None or event is None:
        return None
    days, ended = _days(reader, duration, first_day), reader.text(event)
    if (days is None) != (ended is None) and not reader.problems:
        missing = duration if days is None else event
        reader.reject(missing, _("duration and event must both be known, or neither."))
    return None if days is None or ended is None else (days, ended)


def _days(reader: RowReader, source: Source, first_day: int) -> int | None:
    number = reader.number(source)
    if number is None:
        return None
    days = max(round(number) - first_day, 0)  # where day 1 is the first, some write 0 for it
    if number < 0:
        reader.reject(source, _("a duration cannot be negative: no event before the index date."))
        return None
    if days > 40_000:
        reader.reject(source, _("this is longer than a life; check the unit in the mapping."))
        return None
    return days


def _longer_than_life(
    reader: RowReader, survival: Survival, free: _Free, total: int, said: Said
) -> None:
    """Progression-free beyond overall survival: rejected, or left out as the mapping says. Either way of
    reading it, nothing happened before the last day of overall survival."""
    why = _("progression-free survival is longer than overall survival (%(os)d days).")
    why = why % {"os": total} + " "
    if survival.later_progression == "leave_out":
        said.note(reader, free.source, why + _say_left_out() + " " + _ends_with_overall_survival())
        return
    what_to_do = _(
        "Correct one of the two; or say in the mapping, under survival, later_progression: leave_out."
    )
    reader.reject(free.source, why + what_to_do + " " + _ends_with_overall_survival())


def _ends_with_overall_survival() -> Sentence:
    return _("Progression-free survival then ends with overall survival, free of progression.")


def _with_progression(
    reader: RowReader, last: SaidContact, free: _Free, index_date: date
) -> list[SaidContact]:
    """The last contact of a row with both survivals, and where needed one before it."""
    when = index_date + timedelta(free.days)
    column, text = free.source.label, reader.raw(free.source)
    if free.ended and (when < last.date or last.values["status"] != "dead"):
        last.values["progression_date"] = when
        last.progression = (column, text)
    elif when < last.date:  # assessed until then; later it is known only whether the patient lives
        last.values["disease_assessed"] = False
        seen = {"status": "alive", "disease_assessed": True}
        return [SaidContact(when, seen, column, text), last]
    return [last]


def _only_progression(
    reader: RowReader, survival: Survival, index_date: date, free: _Free | None, said: Said
) -> list[SaidContact]:
    """A row whose overall survival is not known: who was free of progression on a day lived on it."""
    if free is None:
        return []
    if free.ended and survival.pfs_event_without_os is None:
        reader.reject(
            free.source,
            _(
                "an event of progression-free survival, and overall survival is not known: was it the "
                "progression, and the patient lived? Say in the mapping, under survival, "
                "pfs_event_without_os: progression, or leave_out."
            ),
        )
        return []
    if free.ended and survival.pfs_event_without_os == "leave_out":
        why = _("an event of progression-free survival without overall survival.")
        said.note(reader, free.source, why + " " + _say_left_out())
        return []
    column, text = free.source.label, reader.raw(free.source)
    said.stated["PFS"] = Stated(free.days, free.ended, column, text)
    when = index_date + timedelta(free.days)
    contact = SaidContact(
        when, {"status": "alive", "disease_assessed": True}, column, text, status_is_said=False
    )
    if free.ended:
        contact.values["progression_date"] = when
        contact.progression = (column, text)
    return [contact]


def _say_left_out() -> Sentence:
    return _("It is left out, as the mapping says.")
