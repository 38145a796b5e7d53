"""The forms of patients as they were filled."""

from collections import defaultdict
from collections.abc import (
    Callable,
    Collection,
    Hashable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from clinical.dictionary.definition import Definition
from clinical.dictionary.expressions import Column, Item
from clinical.dictionary.filling import (
    Consequences,
    Filled,
    draw_consequences,
    names_elsewhere,
)
from clinical.dictionary.rules import column_of
from clinical.models import FilledForm, Patient
from clinical.selectors.definitions import Collected, collected_in

FORMS_AT_ONCE = 10_000
IN_ORDER = ("event_instance", "form_instance", "pk")
"""Of forms: the first instance first."""


def filled_of(row: FilledForm | None) -> Filled:
    """The answers of a stored form; none of one that was never opened."""
    if row is None:
        return Filled()
    return Filled(row.values, row.given, row.missing, row.states)


def forms_of(patients: QuerySet[Patient] | Collection[Patient]) -> QuerySet[FilledForm]:
    """The forms of patients that were not voided, with event and form, in one query."""
    rows = FilledForm.objects.filter(patient__in=patients, voided_at__isnull=True)
    return rows.select_related("event_form__event", "event_form__form")


def find_form(
    patient: Patient, event: str, form: str, event_instance: int = 1, form_instance: int = 1
) -> FilledForm | None:
    """One form of a patient, None where it was never opened."""
    return (
        forms_of([patient])
        .filter(
            event_form__event__name=event,
            event_form__form__name=form,
            event_instance=event_instance,
            form_instance=form_instance,
        )
        .first()
    )


Spot = tuple[int, UUID, UUID, int, int]
"""Where one form of a patient can stand: patient, event and form by the identity that they have in all versions, instance of the
event, instance of the form there."""


def spot_of(row: FilledForm) -> Spot:
    """Where a form stands, or stood before it was voided."""
    return row.patient_id, row.event_oid, row.form_oid, row.event_instance, row.form_instance


def forms_standing_at(spot: Spot) -> QuerySet[FilledForm]:
    """The form that stands there; none or one."""
    names = ("patient", "event_oid", "form_oid", "event_instance", "form_instance")
    return FilledForm.objects.filter(voided_at__isnull=True, **dict(zip(names, spot, strict=True)))


def answers_at(
    patients: QuerySet[Patient] | Collection[Patient],
    definition: Definition,
    events: Iterable[str],
) -> Iterator[tuple[int, str, Mapping[str, Any], Mapping[str, str]]]:
    """Patient, event, values and missing codes of every form at some events, in the order of their instances, in one query.
    Items are under the names that they have in `definition`, whatever they were called when the form was filled."""
    names = {definition.event_by_name[event].oid: event for event in events}
    rows = (
        FilledForm.objects.filter(
            patient__in=patients,
            voided_at__isnull=True,
            event_oid__in=[oid for oid in names if oid],
        )
        .order_by(*IN_ORDER)
        .values_list("patient_id", "event_oid", "event_form__definition_id", "values", "missing")
    )
    renamed: dict[int, Mapping[str, str | None]] = {}
    for patient, event, version, values, missing in rows.iterator(chunk_size=FORMS_AT_ONCE):
        if version not in renamed:
            renamed[version] = renamed_since(version, definition)
        if now := renamed[version]:
            values, missing = _as_named_now(values, now), _as_named_now(missing, now)
        yield patient, names[event], values, missing


def _as_named_now(answers: Mapping[str, Any], now: Mapping[str, str | None]) -> dict[str, Any]:
    named = ((now.get(name, name), answer) for name, answer in answers.items())
    return {name: answer for name, answer in named if name is not None}


def renamed_since(version: int, definition: Definition) -> Mapping[str, str | None]:
    """The items that an earlier version of a definition called otherwise: name then -> name now; None where an item is there no
    more, and another one has its name."""
    now = {item.oid: item.name for form in definition.forms for item in form.items}
    found: dict[str, str | None] = {}
    for form in collected_in(version).definition.forms:
        for item in form.items:
            name = now.get(item.oid)
            if name is None and item.name in definition.form_of_item:
                found[item.name] = None
            elif name is not None and name != item.name:
                found[item.name] = name
    return found


def item_values(
    patients: QuerySet[Patient], definition: Definition, names: Iterable[str], event: str
) -> dict[int, dict[str, Any]]:
    """Values of items by patient, in one query: of an item that stands at `event`, the value there; of one that does not, that
    of the first event where it is asked. Of what repeats, the last."""
    asked: dict[str, set[str]] = defaultdict(set)
    for name in names:
        if at := event_of_item(definition, name, event):
            asked[at].add(name)
    found: dict[int, dict[str, Any]] = defaultdict(dict)
    for patient, at, values, _missing in answers_at(patients, definition, asked):
        found[patient].update({name: values[name] for name in asked[at] & values.keys()})
    return found


def event_of_item(definition: Definition, name: str, event: str) -> str | None:
    """The event at which an item is read for somebody who looks at `event`: rather one where it is asked once."""
    form = definition.form_of_item.get(name)
    if form is None:
        return None
    at = definition.events_once(form.name) or definition.events_of(form.name)
    return event if event in at else next(iter(at), None)


Held = tuple[Hashable, str, Mapping[str, Any], Mapping[str, str]]
"""Whose form, at which event, with which values and missing codes."""


def list_held(rows: Iterable[FilledForm]) -> list[Held]:
    """What stored forms hold, for rules that name it elsewhere."""
    return [(row.patient_id, row.event_form.event.name, row.values, row.missing) for row in rows]


def draw(
    collected: Collected,
    event: str,
    form: str,
    rows: Sequence[tuple[Hashable, Filled]],
    known: Callable[[], Iterable[Held]],
) -> list[Consequences]:
    """Derive, hide and check forms at an event, with what their rules name elsewhere.

    rows: whose each is, and what it holds. known: the other forms of these, in the order of their instances; asked only where a
    rule names something of them.
    """
    kind, rules = collected.definition.form_by_name[form], collected.rules(event, form)
    elsewhere = {}
    if named := names_elsewhere(kind, rules):
        whose = [who for who, _filled in rows]
        elsewhere = columns_elsewhere(collected.definition, event, named, whose, known())
    return draw_consequences(kind, rules, [filled for _who, filled in rows], elsewhere)


def columns_elsewhere(
    definition: Definition,
    event: str,
    named: Collection[Item],
    patients: Sequence[Hashable],
    rows: Iterable[Held],
) -> dict[Item, Column]:
    """Columns of items that stand beyond a form, a row for each of `patients`."""
    by_patient: dict[Hashable, list[tuple[str, Mapping[str, Any], Mapping[str, str]]]] = (
        defaultdict(list)
    )
    for patient, at, values, missing in rows:
        by_patient[patient].append((at, values, missing))
    found = {}
    for one in named:
        answers = [_answer(by_patient[patient], one, one.event or event) for patient in patients]
        item = definition.item(one.name)
        found[one] = column_of(item, [a[0] for a in answers], [a[1] for a in answers])
    return found


def _answer(
    forms: list[tuple[str, Mapping[str, Any], Mapping[str, str]]], item: Item, event: str
) -> tuple[Any, str]:
    """The value and the missing code of an item in the first or, otherwise, the last form that has either."""
    held = [
        (values.get(item.name), missing.get(item.name, ""))
        for at, values, missing in forms
        if at == event and (item.name in values or item.name in missing)
    ]
    if not held:
        return None, ""
    return held[0] if item.instance == "first" else held[-1]
