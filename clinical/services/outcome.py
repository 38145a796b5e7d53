"""The hard columns of the outcome, written from what forms say. Whatever writes, voids or restores forms calls this once it has."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from django.db import connection, transaction

from clinical.dictionary.definition import Role
from clinical.dictionary.outcome import (
    OF_CONTACTS,
    Contact,
    NoContact,
    contact_of,
    items_by_role,
    merge_contacts,
)
from clinical.models import FilledForm, FollowUp, Item, Patient
from clinical.models.filled import FormStatus
from clinical.models.rules import FOLLOW_UP_DATES, PATIENT_INDEX_DATE
from clinical.selectors.definitions import collected_in
from clinical.selectors.record import IN_ORDER
from sentences import as_sentence
from studies.models import Study
from studies.refusals import Refused

BATCH = 2_000
DATE_RULES = f"{FOLLOW_UP_DATES.get_pgid(FollowUp())}, {PATIENT_INDEX_DATE.get_pgid(Patient())}"


def set_constraints(names: str, mode: str) -> None:
    """Say when deferrable rules are checked for the rest of the transaction: now or at its end."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {names} {mode}")


def write_outcome(study: Study, patients: Collection[int]) -> None:
    """Bring index date and contacts of these patients to what their forms say: of a draft nothing, of a voided form nothing.

    A patient none of whose forms has an item with a role keeps what was entered otherwise.

    Raises
    ------
    studies.refusals.Refused
        Where forms contradict themselves or each other, by the name of an item.
    """
    with_roles = Item.objects.filter(definition__study=study).exclude(role="")
    forms = set(with_roles.values_list("form_id", flat=True))
    if not forms:
        return
    rows: dict[int, list[FilledForm]] = defaultdict(list)
    for row in (
        FilledForm.objects.filter(patient__in=patients, event_form__form__in=forms)
        .select_related("event_form__form")
        .order_by("event_form__event__order", *IN_ORDER)
    ):
        rows[row.patient_id].append(row)
    with transaction.atomic():
        # The rules about dates hold for what is written in the end, not for each step on the way.
        set_constraints(DATE_RULES, "DEFERRED")
        _write_index_dates(rows)
        _write_contacts(rows)
        set_constraints(DATE_RULES, "IMMEDIATE")


def _is_told(row: FilledForm) -> bool:
    return row.voided_at is None and row.status == FormStatus.COMPLETE


def _write_index_dates(rows: Mapping[int, Iterable[FilledForm]]) -> None:
    told: dict[int, date | None] = {}
    for patient, forms in rows.items():
        for row in forms:
            form = collected_in(row.event_form.definition_id).definition.form_by_name[
                row.event_form.form.name
            ]
            item = items_by_role(form).get(Role.INDEX_DATE)
            if item is not None:
                value = row.values.get(item.name) if _is_told(row) else None
                told[patient] = date.fromisoformat(value) if value else told.get(patient)
    changed = []
    for one in Patient.objects.filter(pk__in=told):
        if one.index_date != told[one.pk]:
            one.index_date = told[one.pk]
            changed.append(one)
    Patient.objects.bulk_update(changed, ["index_date"], batch_size=BATCH)


def _write_contacts(rows: Mapping[int, Iterable[FilledForm]]) -> None:
    """Change as little as can be: a contact whose day was corrected stays the same row."""
    stored: dict[int, dict[date, FollowUp]] = defaultdict(dict)
    for row in FollowUp.objects.filter(patient__in=rows, from_forms=True):
        stored[row.patient_id][row.contact_date] = row
    made, changed, gone = [], [], []
    for patient, forms in rows.items():
        wanted = _contacts_of(forms)
        free = [stored[patient][day] for day in sorted(stored[patient].keys() - wanted.keys())]
        for day in sorted(wanted):
            values = {"contact_date": day, **wanted[day]}
            kept = stored[patient].get(day) or (free.pop(0) if free else None)
            if kept is None:
                made.append(FollowUp(patient_id=patient, from_forms=True, **values))
            elif any(getattr(kept, name) != value for name, value in values.items()):
                for name, value in values.items():
                    setattr(kept, name, value)
                changed.append(kept)
        gone += [one.pk for one in free]
    FollowUp.objects.filter(pk__in=gone).delete()
    # A patient dies once: the living first, so that a death may move from one contact to another.
    for one in sorted(changed, key=lambda one: one.status == FollowUp.Status.DEAD):
        one.save()
    FollowUp.objects.bulk_create(made, batch_size=BATCH)


def _contacts_of(forms: Iterable[FilledForm]) -> dict[date, dict[str, Any]]:
    """The contacts that a patient's forms tell, by day, as values of FollowUp."""
    try:
        told = merge_contacts(_tell(forms))
    except NoContact as error:
        raise Refused({error.item: [as_sentence(error.message)]}) from error
    return {date.fromisoformat(day): _as_stored(contact) for day, contact in told.items()}


def _tell(forms: Iterable[FilledForm]) -> Iterator[tuple[str, Contact]]:
    for row in filter(_is_told, forms):
        definition = collected_in(row.event_form.definition_id).definition
        form = definition.form_by_name[row.event_form.form.name]
        contact = contact_of(form, definition, row.values)
        if contact is not None:
            items = items_by_role(form)
            yield next(items[role].name for role in OF_CONTACTS if role in items), contact


def _as_stored(contact: Contact) -> dict[str, Any]:
    values = asdict(contact)
    del values["date"]
    day = contact.progression_date
    return {**values, "progression_date": date.fromisoformat(day) if day else None}
