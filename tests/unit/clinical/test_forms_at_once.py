"""Two who write about one patient at the same moment: one waits, and derives from what the other wrote, too."""

from datetime import date

import pytest
from django.db import transaction

from clinical.dictionary.reading import read_definition
from clinical.models import Patient
from clinical.selectors.record import find_form
from clinical.services import importing
from clinical.services.definitions import publish_definition
from clinical.services.filling import fill_form
from clinical.services.patients import correct_enrolment
from clinical.services.voiding import void_form
from imports.services.batches import commit_import, preview_import, receive_file
from studies.models import Site
from studies.refusals import NotAllowed
from tests.at_once import Other, until_somebody_waits_for_a_lock
from tests.factories import make_member, make_patient
from tests.unit.clinical.dictionary.test_outcome_roles import DEFINITION, contacts, enter

pytestmark = pytest.mark.django_db(transaction=True)

CROSSING = """
name: crossing
events: [{name: start, forms: [first]}, {name: later, forms: [second]}]
forms:
  - {name: first, items: [{name: low, type: decimal}]}
  - name: second
    items: [{name: value, type: decimal}, {name: ratio, type: decimal, derived: value / start.low}]
"""


def enrolled(definition: str) -> Patient:
    patient = make_patient(index_date=None, subject_id="P1")
    publish_definition(study=patient.study, definition=read_definition(definition), by=None)
    return patient


def test_a_contact_follows_two_forms_that_change_at_once() -> None:
    patient = enrolled(DEFINITION)
    enter(patient, "visits", "visit", seen_on="2020-03-01", vital="0", recist="SD")
    enter(patient, "visits", "progress", progressed_on="2020-03-01")
    with transaction.atomic():
        void_form(patient=patient, event="visits", form="progress", by=None, reason="another's")
        other = Other(lambda: enter(patient, "visits", "visit", recist="PR"))
        until_somebody_waits_for_a_lock()
    assert not isinstance(other.ended(), Exception), other.result
    told = patient.follow_ups.get()
    assert (told.response, told.progression_date, told.disease_assessed) == ("PR", None, None)


def test_forms_of_one_day_that_are_entered_at_once_tell_one_contact() -> None:
    patient = enrolled(DEFINITION)
    with transaction.atomic():
        enter(patient, "visits", "visit", seen_on="2020-03-01", vital="0", recist="PD")
        other = Other(lambda: enter(patient, "visits", "progress", progressed_on="2020-03-01"))
        until_somebody_waits_for_a_lock()
    assert not isinstance(other.ended(), Exception), other.result
    assert contacts(patient) == [("2020-03-01", "alive")]
    assert patient.follow_ups.get().progression_date == date(2020, 3, 1)


def test_what_is_derived_of_another_form_is_derived_of_what_it_holds_in_the_end() -> None:
    patient = enrolled(CROSSING)
    enter(patient, "start", "first", low="2")
    with transaction.atomic():
        enter(patient, "start", "first", low="4")
        other = Other(lambda: enter(patient, "later", "second", value="8"))
        until_somebody_waits_for_a_lock()
    assert not isinstance(other.ended(), Exception), other.result
    assert find_form(patient, "later", "second").values["ratio"] == 2.0  # type: ignore[union-attr]


def test_an_import_does_not_undo_what_is_entered_while_it_is_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    patient = enrolled(CROSSING)
    enter(patient, "start", "first", low="2")
    batch = receive_file(
        study=patient.study, name="f.csv", content=b"id,value\nP1,8\n", kind="clinical",
        mapping_text="kind: clinical\nsubject_id: id\nvalue: value\n", by=None,
    )  # fmt: skip
    batch = preview_import(batch=batch, by=None)
    others: list[Other] = []
    compare = importing.read_rows

    def read_rows(*given: object) -> object:
        """Somebody enters the same form between what an import reads and what it writes."""
        others.append(Other(lambda: enter(patient, "later", "second", value="9")))
        until_somebody_waits_for_a_lock()
        return compare(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(importing, "read_rows", read_rows)
    commit_import(batch=batch, by=None)
    assert not isinstance(others[0].ended(), Exception), others[0].result
    assert find_form(patient, "later", "second").values["value"] == 9.0  # type: ignore[union-attr]


def test_a_patient_who_moves_to_another_hospital_is_out_of_reach_of_the_first() -> None:
    patient = enrolled(CROSSING)
    person = make_member(patient.study, "coordinator", site=patient.site)
    elsewhere = Site.objects.create(study=patient.study, code="Z", name="Z")
    with transaction.atomic():
        correct_enrolment(patient=patient, by=None, reason="moved", site=elsewhere)
        shown = Patient.objects.get(pk=patient.pk)
        shown.site = Site.objects.get(study=patient.study, pk=person.memberships.get().site_id)
        other = Other(
            lambda: fill_form(
                patient=shown, event="start", form="first", texts={"low": "3"}, by=person
            )
        )
        until_somebody_waits_for_a_lock()
    assert isinstance(other.ended(), NotAllowed)
    assert find_form(patient, "start", "first") is None
