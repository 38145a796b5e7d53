"""Rows of a clinical file -> what each says of a subject. Reads no database."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from studies.imports.columns import Problem, RowReader, Source
from studies.imports.mapping import ClinicalMapping, Contact, Place, Survival
from studies.imports.tables import Row, Table
from studies.imports.texts import day
from studies.models.patient import PLAUSIBLE
from studies.models.study import CODE

MAX_SUBJECT_ID = 60


@dataclass
class SaidContact:
    """A contact as a row says it, with where its date is written."""

    date: date
    values: dict[str, Any]
    column: str
    text: str
    progression: tuple[str, str] = ("", "")

    def problem(self, why: str) -> Problem:
        return Problem(self.column, self.text, why)

    def progression_problem(self, why: str) -> Problem:
        column, text = self.progression
        return Problem(column or self.column, text or self.text, why)


@dataclass
class Said:
    """What one row says of a subject; only what it knows is in the dictionaries."""

    row: int
    subject_id: str
    site: str | None = None
    cohort: str | None = None
    index_date: date | None = None
    baseline: dict[str, Any] = field(default_factory=dict)
    labs: dict[str, dict[str, Any]] = field(default_factory=dict)
    contacts: list[SaidContact] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


IndexDates = Callable[[str], date | None]


def said_by(table: Table, mapping: ClinicalMapping, known_index: IndexDates) -> Iterator[Said]:
    """Read every row. `known_index` gives a subject's index date where the file has none."""
    first_rows: dict[str, int] = {}
    for row in table.rows:
        said = _read_row(table, row, mapping, known_index)
        if not mapping.long and said.subject_id:
            first = first_rows.setdefault(said.subject_id, row.number)
            if first != row.number:
                said.problems.append(
                    Problem(
                        mapping.subject_id.label,
                        said.subject_id,
                        _("this subject is already in row %(row)d; a file names each subject once.")
                        % {"row": first},
                    )
                )
        yield said


def _read_row(table: Table, row: Row, mapping: ClinicalMapping, known_index: IndexDates) -> Said:
    reader = RowReader(table, row, mapping.form.texts)
    said = Said(row.number, _subject(reader, mapping.subject_id))
    said.site = _place(reader, mapping.site)
    said.cohort = _place(reader, mapping.cohort)
    said.index_date = _date(reader, mapping.index_date)
    said.baseline = _baseline(reader, mapping)
    for labs in mapping.labs:
        values: dict[str, Any] = {
            target: value
            for target, source in labs.numbers.items()
            if (value := _ranged(reader, target, source)) is not None
        }
        collected_on = _date(reader, labs.collected_on)
        if collected_on is not None and labs.collected_on is not None:
            values["collected_on"] = collected_on
        if values:
            said.labs[labs.timepoint] = values
    if mapping.survival is not None:
        index_date = said.index_date or known_index(said.subject_id)
        said.contacts = _from_survival(reader, mapping.survival, index_date, said.notes)
    for contact in mapping.follow_up:
        said.contacts += _contact(reader, contact, required=mapping.long)
    said.problems = reader.problems
    return said


def _subject(reader: RowReader, source: Source) -> str:
    text = reader.text(source)
    if text is None:
        reader.reject(source, _("every row needs a subject id."))
        return ""
    try:
        CODE(text)
    except ValidationError as error:
        reader.reject(source, " ".join(error.messages))
    if len(text) > MAX_SUBJECT_ID:
        reader.reject(
            source, _("a subject id has at most %(n)d characters.") % {"n": MAX_SUBJECT_ID}
        )
    return text


def _place(reader: RowReader, place: Place | None) -> str | None:
    return None if place is None else reader.text(place.source)


def _date(reader: RowReader, source: Source | None) -> date | None:
    if source is None:
        return None
    return reader.read(source, lambda text: day(text, source.format))


def _ranged(reader: RowReader, target: str, source: Source) -> float | None:
    value = reader.number(source)
    unit, low, high = PLAUSIBLE[target]
    if value is not None and not low <= value <= high:
        reader.reject(
            source,
            _("%(value)g %(unit)s lies outside the plausible range from %(low)g to %(high)g.")
            % {"value": value, "unit": unit, "low": low, "high": high},
        )
    return value


def _baseline(reader: RowReader, mapping: ClinicalMapping) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for target, source in mapping.baseline.items():
        if target in PLAUSIBLE:
            values[target] = _ranged(reader, target, source)
        elif target in ("pretreated", "combination"):
            values[target] = reader.boolean(source)
        else:
            values[target] = reader.text(source)
    return {target: value for target, value in values.items() if value is not None}


def _contact(reader: RowReader, contact: Contact, *, required: bool) -> list[SaidContact]:
    when, status = _date(reader, contact.date), reader.text(contact.status)
    if when is None and status is None and not required:
        return []
    if when is None or status is None:
        if not reader.problems:
            missing = contact.date if when is None else contact.status
            reader.reject(missing, _("a contact needs both a date and a status."))
        return []
    values: dict[str, Any] = {"status": status}
    for name in ("cause", "response"):
        values[name] = reader.text(getattr(contact, name))
    values["progression_date"] = _date(reader, contact.progression_date)
    values["disease_assessed"] = reader.boolean(contact.disease_assessed)
    if values["cause"] is not None and status != "dead" and contact.cause is not None:
        reader.reject(contact.cause, _("a cause of death needs the status “dead”."))
    progression = contact.progression_date
    return [
        SaidContact(
            when,
            {name: value for name, value in values.items() if value is not None},
            contact.date.label,
            reader.raw(contact.date),
            (progression.label, reader.raw(progression)) if progression else ("", ""),
        )
    ]


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


def _from_survival(
    reader: RowReader, survival: Survival, index_date: date | None, notes: list[str]
) -> list[SaidContact]:
    """Contacts from which the outcome derived by selectors/outcomes.py equals the file's, in whole days."""
    total = _days(reader, survival.os_duration, survival.os_first_day)
    status = reader.text(survival.os_event)
    if (total is None) != (status is None) and not reader.problems:
        missing = survival.os_duration if total is None else survival.os_event
        reader.reject(missing, _("duration and event must both be known, or neither."))
    if total is None or status is None:
        return []
    if index_date is None:
        return []  # the missing index date is told on its own
    free, progressed = _progression(reader, survival)
    column, text = survival.os_duration.label, reader.raw(survival.os_duration)
    last = SaidContact(
        index_date + timedelta(total),
        {"status": status, "disease_assessed": free is not None},
        column,
        text,
    )
    if free is None or survival.pfs_duration is None:
        return [last]
    pfs_column, pfs_text = survival.pfs_duration.label, reader.raw(survival.pfs_duration)
    if free > total:
        if survival.later_progression == "reject":
            reader.reject(
                survival.pfs_duration,
                _("progression-free survival is longer than overall survival (%(os)d days).")
                % {"os": total},
            )
        notes.append(pfs_column)
        return [last]
    if progressed and (free < total or status != "dead"):
        last.values["progression_date"] = index_date + timedelta(free)
        last.progression = (pfs_column, pfs_text)
    elif free < total:  # assessed until then; later it is known only whether the patient lives
        last.values["disease_assessed"] = False
        when = index_date + timedelta(free)
        seen = {"status": "alive", "disease_assessed": True}
        return [SaidContact(when, seen, pfs_column, pfs_text), last]
    return [last]


def _progression(reader: RowReader, survival: Survival) -> tuple[int | None, bool]:
    """Days of progression-free survival, and whether an event ended them."""
    if survival.pfs_duration is None or survival.pfs_event is None:
        return None, False
    free = _days(reader, survival.pfs_duration, survival.pfs_first_day)
    progressed = reader.boolean(survival.pfs_event)
    if (free is None) != (progressed is None) and not reader.problems:
        missing = survival.pfs_duration if free is None else survival.pfs_event
        reader.reject(missing, _("duration and event must both be known, or neither."))
    if free is None or progressed is None:
        return None, False
    return free, progressed
