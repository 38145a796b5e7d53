"""The hard columns of the outcome, written from what forms say. Whatever writes, voids or restores forms calls this once it has."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date
from typing import Any, NoReturn

from django.db import connection, transaction

from audit.tracking import event_of
from clinical.dictionary import definition as defined
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
from sentences import storable as _
from studies.models import Study
from studies.refusals import Refused, explain_refusals

BATCH = 2_000
TOLD_OF_A_CONTACT = ["contact_date", *(one.name for one in fields(Contact) if one.name != "date")]
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


def write_outcome_of_file(study: Study, patients: Collection[int]) -> None:
    """The same for the patients of a file, which holds many: what is refused is said of the first of whom it is.

    Raises
    ------
    studies.refusals.Refused
        With the subject id.
    """
    try:
        with explain_refusals():
            write_outcome(study, patients)
    except Refused as refusal:
        _find_whose(study, sorted(patients), refusal)


def _find_whose(study: Study, patients: Sequence[int], refusal: Refused) -> NoReturn:
    """By halves: even of many patients this takes no longer than writing them twice."""
    while len(patients) > 1:
        first, second = patients[: len(patients) // 2], patients[len(patients) // 2 :]
        try:
            with explain_refusals():
                write_outcome(study, first)
        except Refused as found:
            patients, refusal = first, found
        else:
            patients = second
    subject = Patient.objects.get(pk=patients[0]).subject_id
    raise Refused(_("Subject %(subject)s: %(why)s") % {"subject": subject, "why": refusal.said})


def _is_told(row: FilledForm) -> bool:
    return row.voided_at is None and row.status == FormStatus.COMPLETE


def _write_index_dates(rows: Mapping[int, Iterable[FilledForm]]) -> None:
    """An index date that no form has ever told stays: it was entered before the study asked it in a form."""
    told: dict[int, date | None] = {}
    asked: dict[int, str] = {}
    for patient, forms in rows.items():
        for row in forms:
            item = _items_of(row).get(Role.INDEX_DATE)
            if item is not None:
                asked[row.pk] = item.name
                value = row.values.get(item.name) if _is_told(row) else None
                told[patient] = date.fromisoformat(value) if value else told.get(patient)
    changed = [one for one in Patient.objects.filter(pk__in=told) if one.index_date != told[one.pk]]
    untold = {one.pk for one in changed if told[one.pk] is None}
    ever = _told_ever(asked, untold)
    changed = [one for one in changed if one.pk not in untold or (one.pk, one.index_date) in ever]
    for one in changed:
        one.index_date = told[one.pk]
    Patient.objects.bulk_update(changed, ["index_date"], batch_size=BATCH)


def _told_ever(asked: Mapping[int, str], patients: Collection[int]) -> set[tuple[int, date]]:
    """Patient and index date, of each that a form of these patients told once, by the history that the database keeps.
    asked: form -> its item."""
    if not patients:
        return set()
    events = event_of(FilledForm)._default_manager.filter(
        patient_id__in=patients, pgh_obj_id__in=asked, status=FormStatus.COMPLETE
    )
    return {
        (patient, date.fromisoformat(values[asked[form]]))
        for patient, form, values in events.values_list("patient_id", "pgh_obj_id", "values")
        if values.get(asked[form])
    }


def _items_of(row: FilledForm) -> dict[Role, defined.Item]:
    definition = collected_in(row.event_form.definition_id).definition
    return items_by_role(definition.form_by_name[row.event_form.form.name])


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
    dead = [one for one in changed if one.status == FollowUp.Status.DEAD]
    living = [one for one in changed if one.status != FollowUp.Status.DEAD]
    for some in (living, dead):
        FollowUp.objects.bulk_update(some, TOLD_OF_A_CONTACT, batch_size=BATCH)
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
