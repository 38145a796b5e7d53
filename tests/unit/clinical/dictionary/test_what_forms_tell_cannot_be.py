"""What forms tell and columns cannot hold is refused in a sentence, by the name of an item; never an error of the server."""

import pytest

from clinical.dictionary.reading import read_definition
from clinical.models import Patient
from clinical.services.definitions import publish_definition
from imports.services.batches import commit_import
from studies.refusals import Refused
from tests.factories import make_patient
from tests.unit.clinical.dictionary.test_outcome_roles import contacts, enter
from tests.unit.clinical.test_new_patients_of_a_file import problems, read

pytestmark = pytest.mark.django_db

DEFINITION = """
name: one form tells all
code_lists:
  - {name: vital, codes: [{code: alive}, {code: dead}, {code: lost}]}
  - {name: cause, codes: [{code: cancer}, {code: other}]}
events:
  - {name: start, forms: [treatment]}
  - {name: visits, repeats: true, forms: [visit]}
forms:
  - name: treatment
    items: [{name: first_dose, type: date, role: index_date}]
  - name: visit
    items:
      - {name: seen_on, type: date, role: last_contact}
      - {name: vital, type: code, codes: vital, role: vital_status}
      - {name: died_on, type: date, role: death}
      - {name: cause, type: code, codes: cause, role: cause_of_death}
      - {name: progressed_on, type: date, role: progression}
"""


@pytest.fixture
def patient() -> Patient:
    patient = make_patient(index_date=None, subject_id="P1")
    publish_definition(study=patient.study, definition=read_definition(DEFINITION), by=None)
    return patient


@pytest.mark.parametrize(
    ("texts", "item", "told"),
    [
        ({"seen_on": "2020-03-01", "vital": "alive", "cause": "cancer"}, "cause", "cause of death"),
        ({"seen_on": "2020-03-01", "cause": "cancer"}, "died_on", "cause of death"),
        ({"seen_on": "2020-03-01", "progressed_on": "2020-04-01"}, "progressed_on", "after the"),
        ({"died_on": "2020-03-01", "progressed_on": "2020-04-01"}, "progressed_on", "after the"),
    ],
)
def test_of_one_form(patient: Patient, texts: dict[str, str], item: str, told: str) -> None:
    with pytest.raises(Refused, match=told) as caught:
        enter(patient, "visits", "visit", **texts)
    assert list(caught.value.errors) == [item]
    assert contacts(patient) == []


def test_an_index_date_that_cannot_be(patient: Patient) -> None:
    for day, told in (("1920-01-01", "1990"), ("2120-01-01", "future")):
        with pytest.raises(Refused, match=told):
            enter(patient, "start", "treatment", first_dose=day)


def test_a_file_is_told_whose_forms_they_are(patient: Patient) -> None:
    make_patient(patient.study, index_date=None, subject_id="P2")
    enter(patient, "start", "treatment", first_dose="2020-01-01")
    batch = read(
        patient.study,
        "P2,2020-02-01,2020-03-01",
        header="id,died,first_dose",
        mapping="subject_id: id\nfirst_dose: first_dose\nevents: {visits: {died_on: died}}\n",
    )
    assert problems(batch) == []
    with pytest.raises(Refused, match="P2"):
        commit_import(batch=batch, by=None)
    assert contacts(patient) == []
