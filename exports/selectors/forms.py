"""Every form of a study as it was filled, long: one row for each item that was answered, whatever repeats."""

from collections.abc import Iterator

from django.db.models import QuerySet

from clinical.dictionary.filling import Filled
from clinical.dictionary.values import NONCONFORMING, text_of
from clinical.models import FilledForm, Patient
from clinical.selectors.definitions import collected_in
from clinical.selectors.record import filled_of, forms_of
from exports.selectors.columns import Column, Kind
from exports.selectors.dataset import PATIENTS_PER_BLOCK, Row
from exports.selectors.items import exported_items

COLUMNS = (
    Column("subject", Kind.TEXT),
    Column("event", Kind.TEXT),
    Column("event_instance", Kind.WHOLE),
    Column("form", Kind.TEXT),
    Column("form_instance", Kind.WHOLE),
    Column("status", Kind.TEXT),
    Column("item", Kind.TEXT),
    Column("value", Kind.TEXT),
    Column("unit", Kind.TEXT),
    Column("missing", Kind.TEXT),
    Column("state", Kind.TEXT),
)


def form_blocks(patients: QuerySet[Patient]) -> Iterator[list[Row]]:
    """Rows by subject, event, form and instance, in lists of the forms of at most PATIENTS_PER_BLOCK patients."""
    ordered = patients.order_by("subject_id")
    block = list(ordered[:PATIENTS_PER_BLOCK])
    while block:
        if rows := [row for form in _forms(block) for row in _rows(form)]:
            yield rows
        block = list(ordered.filter(subject_id__gt=block[-1].subject_id)[:PATIENTS_PER_BLOCK])


def _forms(patients: list[Patient]) -> QuerySet[FilledForm]:
    return (
        forms_of(patients)
        .select_related("patient", "event_form__event", "event_form__form")
        .order_by(
            "patient__subject_id",
            "event_form__event__order",
            "event_instance",
            "event_form__order",
            "form_instance",
            "pk",
        )
    )


def _rows(form: FilledForm) -> Iterator[Row]:
    """The answers of a form, by the version of the dictionary under which it was filled."""
    place = form.event_form
    definition = collected_in(place.definition_id).definition
    filled = filled_of(form)
    for of_form, item in exported_items(definition):
        if of_form.name == place.form.name and _is_answered(filled, item.name):
            answer = filled.answer(item.name)
            kept = answer.given if answer.state == NONCONFORMING else ""
            yield (
                form.patient.subject_id,
                place.event.name,
                form.event_instance,
                place.form.name,
                form.form_instance,
                form.status,
                item.name,
                text_of(answer.value) or kept or None,
                item.unit or None,
                answer.missing or None,
                answer.state or None,
            )


def _is_answered(filled: Filled, name: str) -> bool:
    return name in filled.values or name in filled.missing or name in filled.states
