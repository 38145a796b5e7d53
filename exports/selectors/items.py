"""The items of a study's dictionary as columns of the analysis dataset, and the answers of patients to them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Func, TextField

from ciri.dataset.columns import ENDS, free_name
from clinical.dictionary.definition import Definition, Form, Item, Type
from clinical.dictionary.values import SEVERAL
from clinical.models import FilledForm, Patient
from clinical.selectors.record import answers_at, event_of_item, renamed_since
from exports.selectors.columns import Column, Kind
from studies.models import Study

MISSING = "_missing"
EXACT = 2**53
"""Up to which a whole number is the same in every program that reads the file."""
NEVER = (Type.HEADING, Type.FILE)
_KINDS = {Type.DECIMAL: Kind.NUMBER, Type.YES_NO: Kind.TRUTH}

Answers = Mapping[str, tuple[Any, str | None]]
"""Of a patient: the name of an item -> its value, and the missing code that was given instead."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An item that has a column: the event at which it is read, and whether a column of missing codes stands beside."""

    item: Item
    form: str
    event: str
    name: str
    says_missing: bool

    @property
    def columns(self) -> list[Column]:
        """Its columns."""
        held = Column(self.name, kind_of(self.item), self.item.unit)
        return [held, Column(f"{self.name}{MISSING}", Kind.TEXT)] if self.says_missing else [held]

    def cells(self, answers: Answers) -> Iterator[Any]:
        """The cells of a patient in these columns."""
        value, missing = answers.get(self.item.name, (None, None))
        yield cell_of(self.item, value)
        if self.says_missing:
            yield missing


def kind_of(item: Item) -> Kind:
    """The type of an item's column. A date of which a month may be all that is known is a text."""
    if item.type is Type.INTEGER:
        low, high = item.range.low, item.range.high
        exact = low is not None and high is not None and max(-low, high) <= EXACT
        return Kind.WHOLE if exact else Kind.NUMBER
    if item.type is Type.DATE:
        return Kind.TEXT if item.precision in ("year", "month") else Kind.DAY
    return _KINDS.get(item.type, Kind.TEXT)


def cell_of(item: Item, value: Any) -> Any:
    """A stored value as its column holds it."""
    kind = kind_of(item)
    if value is None:
        return None
    if kind is Kind.DAY:
        return date.fromisoformat(value)
    if kind is Kind.NUMBER:
        return float(value)
    return SEVERAL.join(value) if isinstance(value, list) else value


def exported_items(definition: Definition) -> Iterator[tuple[Form, Item]]:
    """What is entered or derived and leaves the house, in the dictionary's order: no file, and nothing that tells who
    somebody is."""
    for form in definition.forms:
        for item in form.items:
            if item.type not in NEVER and not item.identifier:
                yield form, item


def list_asked(
    study: Study, definition: Definition, timepoint: str, others: Iterable[Column]
) -> list[Asked]:
    """The items that are asked once at some event: each at the timepoint, or at the first event where it is asked.

    No two columns have one name, nor the name of one of `others`: an item that would is called `NAME (item)`.
    """
    used = {column.name.casefold() for column in others}
    missing = _missing_codes_used(study, definition)
    found = []
    for form, item in exported_items(definition):
        if definition.events_once(form.name):
            event = str(event_of_item(definition, item.name, timepoint))
            name = free_name(item.name, used, mark="item", ends=(*ENDS, MISSING))
            found.append(Asked(item, form.name, event, name, (event, item.name) in missing))
    return found


def _missing_codes_used(study: Study, definition: Definition) -> set[tuple[str, str]]:
    """Event and item of every missing code that was given in the study."""
    named = Func(F("missing"), function="jsonb_object_keys", output_field=TextField())
    rows = (
        FilledForm.objects.filter(patient__study=study, voided_at__isnull=True)
        .exclude(missing={})
        .order_by()
        .annotate(item=named)
        .values_list("event_oid", "event_form__definition_id", "item")
        .distinct()
    )
    events = {event.oid: event.name for event in definition.events}
    found = set()
    for event, version, item in rows:
        name = renamed_since(version, definition).get(item, item)
        if name is not None:
            found.add((events.get(event, ""), name))
    return found


def answers_of(
    patients: Sequence[Patient], definition: Definition, asked: Iterable[Asked]
) -> Mapping[int, Answers]:
    """What patients answered to these items, by patient; one query."""
    names: dict[str, set[str]] = defaultdict(set)
    for one in asked:
        names[one.event].add(one.item.name)
    found: dict[int, dict[str, tuple[Any, str | None]]] = defaultdict(dict)
    for patient, event, values, missing in answers_at(patients, definition, names):
        for name in names[event] & (values.keys() | missing.keys()):
            found[patient][name] = values.get(name), missing.get(name)
    return found
