"""What a person would see at a glance in a clinical file, and what a mapping accepts of it."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from clinical.dictionary.definition import NUMBERS
from clinical.imports.items import Asked
from clinical.imports.mapping import ClinicalMapping
from clinical.imports.said import Said
from clinical.imports.units import DURATIONS, name_of
from imports.columns import Source
from imports.doubts import sentence_of
from imports.texts import quote
from plausibility import (
    ENOUGH_OUTCOMES,
    Cell,
    Doubt,
    look_at_durations,
    look_at_numbers,
    look_at_outcomes,
)
from sentences import Sentence

FEW_OUTCOMES = 3
VISITS_WITHIN = timedelta(days=730)  # of the index date, either way


def doubts_of(said: Sequence[Said], mapping: ClinicalMapping) -> list[Doubt]:
    """Every doubt about the columns of a file, in the order of the mapping."""
    return [
        *_numbers(said, mapping),
        *_visit_days(said, mapping),
        *_durations(said, mapping),
        *_outcomes(said, mapping, ENOUGH_OUTCOMES),
    ]


def remarks_on(said: Sequence[Said], mapping: ClinicalMapping) -> list[Sentence]:
    """What is told without asking: outcomes that are all events, of too few patients to doubt them."""
    asked = {doubt.column for doubt in _outcomes(said, mapping, ENOUGH_OUTCOMES)}
    return [
        doubt.column + ": " + sentence_of(doubt)
        for doubt in _outcomes(said, mapping, FEW_OUTCOMES)
        if doubt.column not in asked
    ]


def _numbers(said: Sequence[Said], mapping: ClinicalMapping) -> Iterator[Doubt]:
    for asked in mapping.items:
        if asked.item.type not in NUMBERS or asked.source.column is None:
            continue  # a constant of the mapping is constant on purpose
        quantity = asked.item.quantity  # what cannot be at all is rejected by row
        cells = [Cell(row, value) for row, value in _values(said, asked)]
        possible = [cell for cell in cells if quantity.is_possible(cell.value)]
        yield from look_at_numbers(asked.source.label, possible, quantity)


def _values(said: Sequence[Said], asked: Asked) -> Iterator[tuple[int, Any]]:
    for one in said:
        answer = one.answers.get((asked.event, asked.form), {}).get(asked.item.name)
        if answer is not None and answer.value is not None:
            yield one.row, answer.value


def _visit_days(said: Sequence[Said], mapping: ClinicalMapping) -> Iterator[Doubt]:
    """Visits, such as blood that was drawn, years before or after the index date."""
    index_dates = {one.row: one.index_date for one in said}
    for asked in mapping.items:
        if not asked.item.visit_date:
            continue
        odd = [
            (row, value)
            for row, value in _values(said, asked)
            if (begun := index_dates[row]) is not None
            and len(value) == len("YYYY-MM-DD")
            and abs(date.fromisoformat(value) - begun) > VISITS_WITHIN
        ]
        if odd:
            values = {"n": len(odd), "years": 2, "values": quote(d for _r, d in odd[:5])}
            yield Doubt("far_from_index", asked.source.label, values, tuple(r for r, _d in odd))


def _durations(said: Sequence[Said], mapping: ClinicalMapping) -> Iterator[Doubt]:
    for endpoint, duration, _event in _endpoints(mapping):
        cells = [Cell(one.row, one.stated[endpoint].days) for one in said if endpoint in one.stated]
        unit = name_of(DURATIONS, duration.factor)
        yield from look_at_durations(duration.label, cells, unit)


def _endpoints(mapping: ClinicalMapping) -> Iterator[tuple[str, Source, Source]]:
    """Endpoint, duration and event of what the mapping takes."""
    if mapping.survival is None:
        return
    survival = mapping.survival
    yield "OS", survival.os_duration, survival.os_event
    if survival.pfs_duration is not None and survival.pfs_event is not None:
        yield "PFS", survival.pfs_duration, survival.pfs_event


def _outcomes(said: Sequence[Said], mapping: ClinicalMapping, least: int) -> Iterator[Doubt]:
    """Whether anybody is event-free in columns of events, or said to be alive in files of contacts."""
    for endpoint, _duration, event in _endpoints(mapping):
        events = [one.stated[endpoint].event for one in said if endpoint in one.stated]
        yield from look_at_outcomes(event.label, events, len(said) - len(events), least)
    if mapping.follow_up:
        dead: dict[str, bool] = {}
        for one in said:
            for contact in one.contacts:
                is_death = contact.values.get("status") == "dead"
                dead[one.subject_id] = dead.get(one.subject_id, False) or is_death
        subjects = {one.subject_id for one in said}
        label, unknown = _column_of_deaths(mapping), len(subjects) - len(dead)
        yield from look_at_outcomes(label, list(dead.values()), unknown, least)


def _column_of_deaths(mapping: ClinicalMapping) -> str:
    """Which column tells who is dead: a status, or the days on which somebody is said to have died."""
    for contact in mapping.follow_up:
        if contact.status.column is not None:
            return contact.status.label
    of_deaths = [one for one in mapping.follow_up if one.status.constant == "dead"]
    return (*of_deaths, *mapping.follow_up)[0].date.label
