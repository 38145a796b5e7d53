"""A patient's forms as the study asks for them: which there are, what each holds, and what its rules say of it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from clinical.dictionary.definition import Definition, EventForm, Form, Item, StudyEvent, Type
from clinical.dictionary.filling import Consequences, Filled, answer_items
from clinical.models import FilledForm, Patient
from clinical.selectors.definitions import Collected, Place, collected_by, collected_in
from clinical.selectors.record import IN_ORDER, draw, filled_of, forms_of, list_held
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
    """The forms of one patient."""

    def __init__(self, patient: Patient, collected: Collected, rows: Collection[FilledForm]):
        self.patient, self.collected, self.rows = patient, collected, rows

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
        if event_instance not in range(1, self.event_instances(found) + 1 + found.repeats):
            return None
        opened = self.form_instances(found, place, event_instance)
        if form_instance not in range(1, opened + 1 + place.repeats):
            return None
        return self._sheet(found, place, event_instance, form_instance, texts)

    def opened(self, also: Key | None = None) -> Iterator[Sheet]:
        """Each form of each event, at least once, in the order of the definition; `also` is one more that is about to be."""
        for event in self._definition.events:
            wanted = also if also and also[0] == event.name else None
            instances = max(self.event_instances(event), wanted[2] if wanted else 1)
            for instance in range(1, instances + 1):
                for place in event.forms:
                    here = wanted and wanted[1:3] == (place.form, instance)
                    count = max(
                        self.form_instances(event, place, instance),
                        wanted[3] if wanted and here else 1,
                    )
                    for number in range(1, count + 1):
                        yield self._sheet(event, place, instance, number)

    def event_instances(self, event: StudyEvent) -> int:
        """How often an event took place, at least 1."""
        oids = {place.event for (name, _form), place in self._places.items() if name == event.name}
        return max([1, *(r.event_instance for r in self.rows if r.event_oid in oids)])

    def form_instances(self, event: StudyEvent, place: EventForm, instance: int) -> int:
        """How often a form was filled at an instance of an event, at least 1."""
        here = [r for r in self.rows if self._is_at(r, event.name, place.form, instance)]
        return max([1, *(r.form_instance for r in here)])

    def is_begun(self, event: StudyEvent) -> bool:
        """Whether any form of an event was opened."""
        return any(self._is_at(row, event.name, place.form) for row in self.rows for place in event.forms)  # fmt: skip

    @property
    def _definition(self) -> Definition:
        return self.collected.definition

    @property
    def _places(self) -> dict[tuple[str, str], Place]:
        return self.collected.places

    def _is_at(self, row: FilledForm, event: str, form: str, instance: int = 0) -> bool:
        place = self._places.get((event, form))
        return (
            place is not None
            and (row.event_oid, row.form_oid) == (place.event, place.form)
            and instance in (0, row.event_instance)
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
    rows = forms_of([patient]).order_by(*IN_ORDER)
    return Sheets(patient, collected_by(patient.study), list(rows))


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


def _place_of(event: StudyEvent, form: str) -> EventForm | None:
    return next((place for place in event.forms if place.form == form), None)
