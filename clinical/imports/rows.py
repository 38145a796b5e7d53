"""Rows of a clinical file -> what each says of a subject. Reads no database."""

from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from clinical.dictionary.definition import Role
from clinical.imports.items import read_item
from clinical.imports.mapping import ClinicalMapping, Contact, Place
from clinical.imports.said import Said, SaidContact
from clinical.imports.survival import contacts_from_survival
from clinical.models.subjects import LONGEST_SUBJECT_ID, as_subject_id, refuse_subject_id
from imports.columns import Problem, RowReader, Source
from imports.tables import Row, Table
from imports.texts import day
from sentences import of_validation, several
from sentences import storable as _

IndexDates = Callable[[str], date | None]


def read_rows(
    table: Table, mapping: ClinicalMapping, known_index: IndexDates, today: date
) -> Iterator[Said]:
    """Read every row. `known_index` gives a subject's index date where the file has none."""
    first_rows: dict[str, int] = {}
    for row in table.rows:
        said = _read_row(table, row, mapping, known_index, today)
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


def _read_row(
    table: Table, row: Row, mapping: ClinicalMapping, known_index: IndexDates, today: date
) -> Said:
    reader = RowReader(table, row, mapping.form.texts)
    said = Said(row.number, _subject(reader, mapping.subject_id))
    said.site = _place(reader, mapping.site)
    said.cohort = _place(reader, mapping.cohort)
    said.index_date = _date(reader, mapping.index_date)
    for asked in mapping.items:
        answer = read_item(reader, asked, mapping.definition, today)
        if answer is not None:
            said.answers.setdefault((asked.event, asked.form), {})[asked.item.name] = answer
            if asked.item.role is Role.INDEX_DATE and isinstance(answer.value, str):
                said.index_date_of_form = date.fromisoformat(answer.value)
    if mapping.survival is not None:
        index_date = said.begun or known_index(said.subject_id)
        said.contacts = contacts_from_survival(reader, mapping.survival, index_date, said)
    for contact in mapping.follow_up:
        said.contacts += _contact(reader, contact, required=mapping.long)
    said.problems = reader.problems
    return said


def _subject(reader: RowReader, source: Source) -> str:
    text = reader.text(source)
    if text is None:
        reader.reject(source, _("every row needs a subject id."))
        return ""
    text = as_subject_id(text)
    try:
        refuse_subject_id(text)
    except ValidationError as error:
        reader.reject(source, several(of_validation(error)))
    if len(text) > LONGEST_SUBJECT_ID:
        reader.reject(
            source, _("a subject id has at most %(n)d characters.") % {"n": LONGEST_SUBJECT_ID}
        )
    return text


def _place(reader: RowReader, place: Place | None) -> str | None:
    return None if place is None else place.code_of(reader.text(place.source))


def _date(reader: RowReader, source: Source | None) -> date | None:
    if source is None:
        return None
    return reader.read(source, lambda text: day(text, source.format))


def _says_something(reader: RowReader, contact: Contact) -> bool:
    """Whether the row says anything of a contact; what the mapping says of all rows does not count."""
    sources = (getattr(contact, part.name) for part in fields(contact))
    return any(source is not None and _holds_a_value(reader, source) for source in sources)


def _holds_a_value(reader: RowReader, source: Source) -> bool:
    """Whether the cell is neither empty nor a word or code for unknown."""
    if source.column is None:
        return False
    raw = reader.raw(source)
    if raw in source.coding:
        return source.coding[raw] != "unknown" or "unknown" in source.choices
    return raw in source.choices or not reader.texts.is_unknown(raw)


def _contact(reader: RowReader, contact: Contact, *, required: bool) -> list[SaidContact]:
    if not required and not _says_something(reader, contact):
        return []
    when, status = _date(reader, contact.date), reader.text(contact.status)
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
