"""An item may be the index date, the last contact, the death ...: entered once, in a form; the hard columns follow."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from clinical.dictionary.described import describe_outcome
from clinical.dictionary.outcome import MEANINGS
from clinical.dictionary.reading import NoDefinition, read_definition
from clinical.imports.mapping import clinical_mapping
from clinical.models import Cause, FollowUp, Patient, Response, Status
from clinical.selectors.definitions import collected_by
from clinical.selectors.outcomes import outcome_of, with_outcome_dates
from clinical.services.definitions import publish_definition
from clinical.services.filling import fill_form
from clinical.services.patients import correct_follow_up, record_follow_up
from clinical.services.voiding import restore_form, void_form
from clinical.web.forms import EnrolmentForm
from imports.reading import read_mapping
from imports.services.batches import commit_import
from studies.models import Study
from studies.refusals import Refused
from tests.factories import make_member, make_patient
from tests.unit.clinical.test_new_patients_of_a_file import problems, read

pytestmark = pytest.mark.django_db

DEFINITION = """
name: moved in
code_lists:
  - {name: vital, codes: [{code: "0", codings: {Yogo: alive}}, {code: "1", codings: {Yogo: dead}}, {code: "9", codings: {Yogo: lost}}]}
  - {name: recist, codes: [{code: CR}, {code: PR}, {code: SD}, {code: PD}, {code: NE}]}
events:
  - {name: start, forms: [treatment]}
  - {name: visits, repeats: true, forms: [visit, progress]}
  - {name: end, forms: [death]}
forms:
  - name: treatment
    items: [{name: first_dose, type: date, role: index_date}]
  - name: visit
    items:
      - {name: seen_on, type: date, role: last_contact}
      - {name: vital, type: code, codes: vital, role: vital_status}
      - {name: recist, type: code, codes: recist, role: response}
      - {name: weight, type: decimal, unit: kg}
  - name: progress
    items: [{name: progressed_on, type: date, role: progression}]
  - name: death
    items: [{name: died_on, type: date, role: death}]
"""


@pytest.fixture
def patient() -> Patient:
    patient = make_patient(index_date=None, subject_id="P1")
    definition = read_definition(DEFINITION)
    publish_definition(study=patient.study, definition=definition, by=None)
    return patient


def enter(patient: Patient, event: str, form: str, instance: int = 1, **texts: str) -> Any:
    status = texts.pop("status", "complete")
    return fill_form(
        patient=patient, event=event, form=form, event_instance=instance, texts=texts, status=status, by=None
    )  # fmt: skip


def contacts(patient: Patient) -> list[tuple[str, str]]:
    rows = patient.follow_ups.order_by("contact_date")
    return [(row.contact_date.isoformat(), row.status) for row in rows]


def test_what_a_code_may_mean_is_what_the_columns_hold() -> None:
    assert [tuple(one.values) for one in (Status, Cause, Response)] == list(MEANINGS.values())


def test_what_is_described_are_the_columns() -> None:
    described = describe_outcome()
    items = {item.name: item for form in described.forms for item in form.items}
    for model, names in (
        (Patient, ["index_date"]),
        (FollowUp, [n for n in items if n != "index_date"]),
    ):
        assert {field.name for field in model._meta.fields}.issuperset(names)
    for name, choices in (("status", Status), ("cause", Cause), ("response", Response)):
        told = [(one.code, one.label["en"]) for one in described.codes_of(items[name])]
        assert told == [(value, str(label)) for value, label in choices.choices]


def test_the_outcome_is_entered_once_and_the_columns_follow(patient: Patient) -> None:
    enter(patient, "start", "treatment", first_dose="2020-01-01")
    enter(patient, "visits", "visit", 1, seen_on="2020-03-01", vital="0", recist="SD", weight="60")
    enter(patient, "visits", "progress", 2, progressed_on="2020-04-01")
    enter(patient, "visits", "visit", 2, seen_on="2020-05-01", vital="0", recist="PD")
    enter(patient, "end", "death", died_on="2020-08-01")
    patient.refresh_from_db()
    assert patient.index_date == date(2020, 1, 1)
    assert contacts(patient) == [
        ("2020-03-01", "alive"), ("2020-04-01", "alive"), ("2020-05-01", "alive"), ("2020-08-01", "dead"),
    ]  # fmt: skip
    (told,) = with_outcome_dates(patient.study.patients.all(), as_of=date(2021, 1, 1))
    os, pfs = outcome_of(told, "OS"), outcome_of(told, "PFS")
    # 2020 has 366 days: 1 January to 1 August are 213 days, to 1 April 91
    assert (os and (os.days, os.event), pfs and (pfs.days, pfs.event)) == ((213, True), (91, True))
    assert all(row.from_forms for row in patient.follow_ups.all())


def test_a_correction_is_followed_and_the_contact_stays_the_same_row(patient: Patient) -> None:
    enter(patient, "visits", "visit", seen_on="2020-03-01", vital="0")
    before = patient.follow_ups.get()
    enter(patient, "visits", "visit", seen_on="2020-03-05", vital="9")
    after = patient.follow_ups.get()
    assert (after.pk, after.contact_date, after.status) == (before.pk, date(2020, 3, 5), "lost")
    enter(patient, "visits", "visit", seen_on="")
    assert contacts(patient) == []


def test_forms_of_one_day_tell_one_contact(patient: Patient) -> None:
    enter(patient, "visits", "visit", seen_on="2020-03-01", vital="0", recist="PD")
    enter(patient, "visits", "progress", progressed_on="2020-03-01")
    row = patient.follow_ups.get()
    assert (row.response, row.progression_date, row.disease_assessed) == ("PD", date(2020, 3, 1), True)  # fmt: skip
    with pytest.raises(Refused, match="something else of 2020-03-01"):
        enter(patient, "visits", "visit", 2, seen_on="2020-03-01", vital="0", recist="SD")


def test_a_draft_tells_nothing(patient: Patient) -> None:
    enter(patient, "start", "treatment", first_dose="2020-01-01", status="draft")
    enter(patient, "visits", "visit", seen_on="2020-03-01", vital="0", status="draft")
    patient.refresh_from_db()
    assert (patient.index_date, contacts(patient)) == (None, [])


def test_a_voided_form_tells_nothing_until_it_is_restored(patient: Patient) -> None:
    enter(patient, "start", "treatment", first_dose="2020-01-01")
    enter(patient, "visits", "visit", seen_on="2020-03-01", vital="0")
    for event, form in (("start", "treatment"), ("visits", "visit")):
        void_form(patient=patient, event=event, form=form, by=None, reason="another patient's")
    patient.refresh_from_db()
    assert (patient.index_date, contacts(patient)) == (None, [])
    for row in patient.filled_forms.all():
        restore_form(form=row, by=None, reason="this patient's after all")
    patient.refresh_from_db()
    assert (patient.index_date, contacts(patient)) == (date(2020, 1, 1), [("2020-03-01", "alive")])


def test_the_rules_of_the_outcome_hold_and_nothing_is_half_done(patient: Patient) -> None:
    enter(patient, "start", "treatment", first_dose="2020-01-01")
    with pytest.raises(Refused, match="before the index date"):
        enter(patient, "visits", "visit", seen_on="2019-03-01", vital="0")
    assert not patient.filled_forms.filter(event_form__form__name="visit").exists()
    enter(patient, "end", "death", died_on="2020-08-01")
    with pytest.raises(Refused, match="after the death"):
        enter(patient, "visits", "visit", seen_on="2020-09-01", vital="0")
    with pytest.raises(Refused) as caught:
        enter(patient, "visits", "visit", vital="1")
    assert "the day of the death is not known" in str(caught.value).lower()
    assert list(caught.value.errors) == ["vital"]
    assert contacts(patient) == [("2020-08-01", "dead")]


def test_a_death_may_move_from_one_form_to_another(patient: Patient) -> None:
    enter(patient, "visits", "visit", 1, seen_on="2020-03-01", vital="1")
    with pytest.raises(Refused):
        enter(patient, "visits", "visit", 2, seen_on="2020-04-01", vital="1")
    enter(patient, "visits", "visit", 1, seen_on="2020-03-01", vital="0")
    enter(patient, "visits", "visit", 2, seen_on="2020-04-01", vital="1")
    assert contacts(patient) == [("2020-03-01", "alive"), ("2020-04-01", "dead")]


def test_what_forms_ask_is_entered_nowhere_else(patient: Patient, client: Client) -> None:
    study = patient.study
    with pytest.raises(Refused, match="made from its forms"):
        record_follow_up(patient=patient, contact_date=date(2020, 2, 1), status="alive", by=None)
    enter(patient, "visits", "visit", seen_on="2020-03-01", vital="0")
    with pytest.raises(Refused, match="correct the form"):
        correct_follow_up(follow_up=patient.follow_ups.get(), by=None, reason="x", status="dead")
    with pytest.raises(Refused, match="entered in one of its forms"):
        make_patient(study)
    assert "index_date" not in EnrolmentForm(study=study, sites=study.sites.all()).fields
    client.force_login(make_member(study, "coordinator", site=patient.site))
    page = client.get(f"/studies/{study.code}/patients/P1/").content.decode()
    assert "from a form" in page
    assert "Add a contact" not in page


MAPPING = """
subject_id: id
site: {column: site}
cohort: {column: cohort}
first_dose: first_dose
died_on: died
"""


def test_a_file_brings_them_in_and_is_told_where_they_belong(patient: Patient) -> None:
    study: Study = patient.study
    line = f"P2,{patient.site.code},discovery,2020-01-01,2020-02-01"
    file = {"header": "id,site,cohort,first_dose,died", "mapping": MAPPING}
    batch = read(study, line, **file)  # type: ignore[arg-type]
    assert problems(batch) == []
    commit_import(batch=batch, by=None)
    enrolled = study.patients.get(subject_id="P2")
    assert (enrolled.index_date, contacts(enrolled)) == (date(2020, 1, 1), [("2020-02-01", "dead")])
    with pytest.raises(Refused, match="map their items instead"):
        read_mapping(
            f"{MAPPING}index_date: first_dose\n",
            lambda root: clinical_mapping(root, collected_by(study).definition),
        )


def test_native_contacts_of_an_earlier_version_stay(patient: Patient) -> None:
    FollowUp.objects.create(patient=patient, contact_date=date(2020, 1, 5), status="alive")
    enter(patient, "visits", "visit", seen_on="2020-03-01", vital="0")
    assert contacts(patient) == [("2020-01-05", "alive"), ("2020-03-01", "alive")]


@pytest.mark.parametrize(
    ("item", "told"),
    [
        ("{name: a, type: text, role: last_contact}", "needs the type date"),
        ("{name: a, type: date, precision: month, role: death}", "takes whole days only"),
        ("{name: a, type: code, codes: l, role: vital_status}", "say what the code x means"),
        ("{name: a, type: yes_no, role: disease_assessed}", "the form tells no day"),
        ("{name: a, type: date, role: index_date}", "filled once"),
    ],
)
def test_a_role_that_could_not_be_followed_is_refused(item: str, told: str) -> None:
    with pytest.raises(NoDefinition) as caught:
        read_definition(
            "code_lists: [{name: l, codes: [{code: x}]}]\n"
            "events: [{name: e, repeats: true, forms: [f]}]\n"
            f"forms: [{{name: f, items: [{item}]}}]\n"
        )
    assert told in " ".join(str(one.parameters.get("why", "")) for one in caught.value.problems)
