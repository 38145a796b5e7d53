"""A patient's forms as the study asks for them: which there are, what each holds, and what its rules say of it."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any
from uuid import UUID

from clinical.dictionary.definition import Definition, EventForm, Form, Item, StudyEvent, Type
from clinical.dictionary.filling import Consequences, Filled, answer_items
from clinical.models import FilledForm, Patient
from clinical.selectors.definitions import Collected, Place, collected_by, collected_in
from clinical.selectors.record import IN_ORDER, draw, filled_of, list_held
from imports.models import SourceFile
from studies.models import Study

Key = tuple[str, str, int, int]
"""Event, form, instance of the event, instance of the form there."""


@dataclass(frozen=True)
class Sheet:
    """A form of a patient at an event, opened or not.

    Attributes
    ----------
    key : Key
        Where it stands in the newest definition.
    definition, event, form
        Those of the version under which it was filled; the newest where it was not opened.
    today : str
        The day where the study is, YYYY-MM-DD.
    """

    key: Key

    definition: Definition
    event: StudyEvent
    form: Form
    form_repeats: bool
    row: FilledForm | None
    drawn: Consequences
    today: str

    @property
    def filled(self) -> Filled:
        return self.drawn.filled

    def holds(self, item: Item) -> bool:
        """Whether something is known of an item: a value, why there is none, or a text that did not fit."""
        filled = self.filled
        return any(item.name in part for part in (filled.values, filled.missing, filled.states))

    def asks(self, item: Item) -> bool:
        """Whether an item is shown: what is hidden is shown all the same while it holds something."""
        return item.name not in self.drawn.hidden or self.holds(item)


class Sheets:
    """The forms of one patient: `rows` are those that stand, `voided` those that do not any more."""

    def __init__(
        self,
        patient: Patient,
        collected: Collected,
        rows: Collection[FilledForm],
        voided: Collection[FilledForm],
    ):
        self.patient, self.collected, self.rows, self.voided = patient, collected, rows, voided

    def find(
        self,
        event: str,
        form: str,
        event_instance: int = 1,
        form_instance: int = 1,
        texts: Mapping[str, str] | None = None,
    ) -> Sheet | None:
        """A form that is opened, or could be opened now; None where the study asks for no such one. With `texts`: as it would be
        if they were entered, as far as they can be."""
        found = self._definition.event_by_name.get(event)
        place = _place_of(found, form) if found else None
        if found is None or place is None:
            return None
        if event_instance not in range(1, self.next_event(event) + found.repeats):
            return None
        following = self.next_form(event, form, event_instance)
        if form_instance not in range(1, following + place.repeats):
            return None
        return self._sheet(found, place, event_instance, form_instance, texts)

    def opened(self, also: Key | None = None) -> Iterator[Sheet]:
        """Each form of each event, at least once, in the order of the definition; `also` is one more that is about to be."""
        for event in self._definition.events:
            wanted = {also[2]} if also and also[0] == event.name else set()
            for instance in sorted({*self.event_instances(event.name), *wanted}):
                for place in event.forms:
                    here = (event.name, place.form, instance)
                    more = {also[3]} if also and also[:3] == here else set()
                    for number in sorted({*self.form_instances(*here), *more}):
                        yield self._sheet(event, place, instance, number)

    def event_instances(self, event: str) -> list[int]:
        """The instances of an event at which a form stands, in order; the first where none does."""
        return _in_order(row.event_instance for row in self.rows if self._is_of(row, event))

    def form_instances(self, event: str, form: str, instance: int) -> list[int]:
        """The instances of a form that stand at an instance of an event, in order; the first where none does."""
        return _in_order(
            r.form_instance for r in self.rows if self._is_at(r, event, form, instance)
        )

    def next_event(self, event: str) -> int:
        """The number of a further instance of an event. That of one whose forms were voided is not given again: a number means
        one thing in the trail, and what is restored has its place."""
        ever = (row.event_instance for row in self._ever if self._is_of(row, event))
        return max([1, *ever]) + 1

    def next_form(self, event: str, form: str, instance: int) -> int:
        """The number of a further instance of a form at an instance of an event; as for events."""
        ever = (r.form_instance for r in self._ever if self._is_at(r, event, form, instance))
        return max([1, *ever]) + 1

    def is_begun(self, event: str) -> bool:
        """Whether any form of an event stands."""
        return any(self._is_of(row, event) for row in self.rows)

    @property
    def _ever(self) -> Iterator[FilledForm]:
        return chain(self.rows, self.voided)

    @property
    def _definition(self) -> Definition:
        return self.collected.definition

    @property
    def _places(self) -> dict[tuple[str, str], Place]:
        return self.collected.places

    @cached_property
    def _event_oids(self) -> dict[str, UUID]:
        return {name: place.event for (name, _form), place in self._places.items()}

    def _is_of(self, row: FilledForm, event: str) -> bool:
        return row.event_oid == self._event_oids.get(event)

    def _is_at(self, row: FilledForm, event: str, form: str, instance: int) -> bool:
        place = self._places.get((event, form))
        return (
            place is not None
            and (row.event_oid, row.form_oid) == (place.event, place.form)
            and row.event_instance == instance
        )

    def _sheet(
        self,
        event: StudyEvent,
        place: EventForm,
        event_instance: int,
        form_instance: int,
        texts: Mapping[str, str] | None = None,
    ) -> Sheet:
        key = event.name, place.form, event_instance, form_instance
        at = (r for r in self.rows if self._is_at(r, event.name, place.form, event_instance))
        row = next((r for r in at if r.form_instance == form_instance), None)
        collected = self.collected
        if row:
            collected = collected_in(row.event_form.definition_id)
            event = collected.definition.event_by_name[row.event_form.event.name]
        definition = collected.definition
        form = definition.form_by_name[row.event_form.form.name if row else place.form]
        filled, today = filled_of(row), self.patient.study.today().isoformat()
        if texts:
            filled, _problems = answer_items(form, definition, filled, texts, today=today)
        held = [(self.patient.pk, filled)]
        drawn = draw(collected, event.name, form.name, held, lambda: list_held(self.rows))[0]
        return Sheet(key, definition, event, form, place.repeats, row, drawn, today)


def read_sheets(patient: Patient) -> Sheets:
    """The forms of a patient, in two queries."""
    rows = (
        FilledForm.objects.filter(patient=patient)
        .select_related("event_form__event", "event_form__form")
        .order_by(*IN_ORDER)
    )
    standing = [row for row in rows if row.voided_at is None]
    voided = [row for row in rows if row.voided_at is not None]
    return Sheets(patient, collected_by(patient.study), standing, voided)


def file_names(study: Study, sheets: Collection[Sheet]) -> dict[str, str]:
    """The names of attached files by their SHA-256; no query where nothing is attached."""
    held: set[Any] = {
        sheet.filled.values[item.name]
        for sheet in sheets
        for item in sheet.form.items
        if item.type is Type.FILE and item.name in sheet.filled.values
    }
    if not held:
        return {}
    files = SourceFile.objects.filter(study=study, sha256__in=held)
    return dict(files.values_list("sha256", "name"))


def _in_order(numbers: Iterable[int]) -> list[int]:
    return sorted(set(numbers)) or [1]


def _place_of(event: StudyEvent, form: str) -> EventForm | None:
    return next((place for place in event.forms if place.form == form), None)
