"""A study that moves its outcome into forms by an amendment loses nothing that stood before, and nothing is entered twice or
without effect."""

from datetime import date

import pytest

from clinical.dictionary.reading import read_definition
from clinical.models import Patient
from clinical.services.definitions import publish_definition
from clinical.services.filling import fill_form
from clinical.services.voiding import void_form
from imports.services.batches import commit_import
from studies.refusals import Refused
from tests.factories import StudyFactory, make_patient
from tests.unit.clinical.dictionary.test_outcome_roles import contacts, enter
from tests.unit.clinical.test_new_patients_of_a_file import problems, read

pytestmark = pytest.mark.django_db

AT_FIRST = """
name: at first
events: [{name: start, forms: [general]}, {name: end, forms: [death]}]
forms:
  - {name: general, items: [{name: weight, type: decimal}]}
  - {name: death, items: [{name: died_on, type: date}]}
"""
ASKS_INDEX_DATE = """
name: then
events: [{name: start, forms: [general, treatment]}, {name: end, forms: [death]}]
forms:
  - {name: general, items: [{name: weight, type: decimal}]}
  - {name: treatment, items: [{name: first_dose, type: date, role: index_date}]}
  - {name: death, items: [{name: died_on, type: date}]}
"""


@pytest.fixture
def patient() -> Patient:
    patient = make_patient(StudyFactory(), index_date=date(2020, 1, 1), subject_id="P1")
    publish(patient, AT_FIRST)
    return patient


def publish(patient: Patient, text: str) -> None:
    publish_definition(study=patient.study, definition=read_definition(text), by=None)


def index_date(patient: Patient) -> date | None:
    patient.refresh_from_db()
    return patient.index_date


def test_an_index_date_that_was_entered_before_stays_until_a_form_tells_one(
    patient: Patient,
) -> None:
    publish(patient, ASKS_INDEX_DATE)
    enter(patient, "start", "treatment", first_dose="2020-02-02", status="draft")
    assert index_date(patient) == date(2020, 1, 1)
    enter(patient, "start", "treatment", first_dose="")
    assert index_date(patient) == date(2020, 1, 1)
    enter(patient, "start", "treatment", first_dose="2020-02-02")
    assert index_date(patient) == date(2020, 2, 2)
    enter(patient, "start", "treatment", first_dose="2020-03-03", status="draft")
    assert index_date(patient) is None
    enter(patient, "start", "treatment", first_dose="2020-03-03")
    void_form(patient=patient, event="start", form="treatment", by=None, reason="another's")
    assert index_date(patient) is None


def test_a_duration_of_a_file_counts_from_the_index_date_of_the_same_file(
    patient: Patient,
) -> None:
    publish(patient, ASKS_INDEX_DATE)
    enter(patient, "start", "treatment", first_dose="2020-01-01")
    make_patient(patient.study, index_date=None, subject_id="P2")
    batch = read(
        patient.study,
        "P1,2020-02-01,100,dead",
        "P2,2019-12-01,100,dead",
        header="id,first_dose,days,end",
        mapping="subject_id: id\nfirst_dose: first_dose\n"
        "survival: {overall: {duration: {column: days, unit: days}, event: {column: end, coding: {dead: dead}}}}\n",
    )
    assert problems(batch) == []
    commit_import(batch=batch, by=None)
    told = {one.subject_id: contacts(one) for one in patient.study.patients.all()}
    # 2020 has a 29 February: 100 days after 1 February is 11 May; after 1 December it is 10 March.
    assert told == {"P1": [("2020-05-11", "dead")], "P2": [("2020-03-10", "dead")]}


def test_a_role_that_filled_forms_would_not_follow_is_not_published(patient: Patient) -> None:
    follows = AT_FIRST.replace("{name: died_on, type: date}", "{name: died_on, type: date, role: death}")  # fmt: skip
    publish(patient, follows)  # no such form is filled
    publish(patient, AT_FIRST)
    fill_form(patient=patient, event="end", form="death", texts={"died_on": "2020-08-01"}, by=None)
    with pytest.raises(Refused, match="died_on") as caught:
        publish(patient, follows)
    assert "1 form" in str(caught.value)
    void_form(patient=patient, event="end", form="death", by=None, reason="another's")
    with pytest.raises(Refused):  # it could be restored
        publish(patient, follows)
    assert patient.study.definitions.count() == 3


def test_a_form_that_tells_the_outcome_stays_within_reach(patient: Patient) -> None:
    publish(patient, ASKS_INDEX_DATE)
    enter(patient, "start", "treatment", first_dose="2020-01-01")
    with pytest.raises(Refused, match="treatment"):
        publish(patient, AT_FIRST)
