"""What nobody said is shown, exported, answered and read by models as unknown; never as "no" or 0."""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import models
from django.test import Client
from django.urls import reverse

from ciri import parse_specification, template
from clinical.dictionary.reading import read_definition
from clinical.models import FilledForm, FollowUp, Patient
from clinical.selectors.sheets import read_sheets
from clinical.services.definitions import publish_definition
from clinical.services.filling import fill_form
from clinical.services.patients import record_follow_up
from clinical.templatetags.facts import truth
from exports.selectors.dataset import blocks, layout_of
from modeling.selectors.inputs import study_table
from tests.factories import day, fill, make_member, make_patient
from tests.integration.api import client_of
from tests.unit.clinical.dictionary.test_filled_forms import EVERY_TYPE

NEVER_UNKNOWN = {"patient", "contact_date", "status", "from_forms", "created_at", "id"}


def test_every_field_of_a_contact_may_be_unknown_and_has_no_default() -> None:
    fields = [f for f in FollowUp._meta.concrete_fields if f.name not in NEVER_UNKNOWN]
    assert fields
    for field in fields:
        assert field.null or field.generated, f"{field} cannot be unknown"
        assert not field.has_default(), f"{field} has a value that nobody said"
        assert field.db_default is models.NOT_PROVIDED or field.generated, field


def test_no_template_says_no_of_what_is_not_there() -> None:
    templates = sorted(Path(settings.BASE_DIR).glob("templates/**/*.html"))
    assert templates
    told = [str(path) for path in templates if "|yesno" in path.read_text()]
    assert not told, "use |truth (clinical/templatetags/facts.py)"


@pytest.mark.parametrize(
    ("value", "word"),
    [(True, "yes"), (False, "no"), (None, "unknown"), ("", "unknown"), (0, "unknown")],
)
def test_truth_is_said_of_true_and_false_alone(value: object, word: str) -> None:
    assert truth(value) == word


@pytest.fixture(params=["nothing entered", "empty forms"])
def fresh(request: pytest.FixtureRequest, db: None) -> Patient:
    """A patient of whom nothing is known, without forms or with forms that hold nothing."""
    patient = make_patient()
    if request.param == "empty forms":
        for sheet in read_sheets(patient).opened():
            event, form, _event_instance, _form_instance = sheet.key
            fill_form(patient=patient, event=event, form=form, texts={}, by=None)
    return patient


def test_a_fresh_patients_page_says_no_value(fresh: Patient) -> None:
    client = Client()
    client.force_login(make_member(fresh.study, "monitor"))
    page = client.get(reverse("clinical:patient", args=[fresh.study.code, fresh.subject_id]))
    cards = page.context["cards"]
    assert len(cards) == 3
    told = [fact for card in cards for part in card.facts for fact in part.facts]
    assert not any(fact.value or fact.missing or fact.given for fact in told)
    asked = {name for card in cards for name in card.blank}
    assert {"age at index date", "sex", "stage", "systemic therapy before", "albumin"} <= asked
    facts = page.content.decode().split("<dd>")[1:]
    of_forms = [one for one in facts if "–" in one.split("</dd>")[0]]
    assert len(of_forms) == len(told) + 2  # and neither survival


def test_a_fresh_patients_answer_of_the_api_holds_no_value(fresh: Patient) -> None:
    member = make_member(fresh.study, "statistician")
    client = client_of(member, fresh.study)
    answer = client.get(f"/api/v1/studies/{fresh.study.code}/patients/{fresh.subject_id}/").json()
    assert all(form["values"] == form["missing"] == {} for form in answer["forms"])
    assert answer["outcome"]["OS"] is None
    assert answer["outcome"]["PFS"] is None


def test_a_fresh_patients_row_of_the_dataset_holds_no_value(fresh: Patient) -> None:
    layout = layout_of(
        fresh.study, timepoint="pre", endpoints=("OS", "PFS"), events_until=fresh.study.today()
    )
    ((row,),) = blocks(Patient.objects.all(), layout)
    told = dict(zip((column.name for column in layout.columns), row, strict=True))
    said = {name for name, value in told.items() if value is not None}
    assert said == {"subject", "site", "cohort", "index_date", "events_until", "simulated"}


def test_a_model_reads_no_value_of_a_fresh_patient(fresh: Patient) -> None:
    table = study_table(
        fresh.study,
        parse_specification(template("preCIRI21")),
        as_of=fresh.study.today(),
        require_outcome=False,
    )
    (row,) = table.subjects.to_dict("records")
    known = {name for name, value in row.items() if value is not None and value == value}
    assert known == {"subject", "site", "cohort", "role", "event"}
    assert row["role"] == "other"  # no outcome: `time` is unknown, and nobody trains on it
    assert table.measurements.empty


def test_a_contact_says_of_disease_status_what_was_said(db: None) -> None:
    patient = make_patient()
    contact = record_follow_up(patient=patient, contact_date=day(30), status="alive", by=None)
    contact.refresh_from_db()
    assert contact.disease_assessed is None
    client = Client()
    client.force_login(make_member(patient.study, "monitor"))
    page = client.get(reverse("clinical:patient", args=[patient.study.code, patient.subject_id]))
    assert "<td>unknown</td>" in page.content.decode()


ANSWERED: dict[str, str] = {
    "txt": "a\nb", "whole": "３", "dec": "３．８", "free": "1,234.5", "yes": "はい", "one": "it's", "more": "red|0",
    "day": "令和5年4月10日", "month": "2024-02", "year": "2024", "moment": "2024-02-29 23:59:01", "clock": "23:59:01",
    "scan": "a" * 64,
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERED)
@pytest.mark.parametrize("known", ["answered", "missing", "nonconforming", "nothing"])
def test_saving_a_form_as_it_was_shown_changes_nothing(db: None, name: str, known: str) -> None:
    """Whatever the type, whatever is known: what a field shows is what it sends."""
    patient = make_patient()
    publish_definition(study=patient.study, definition=read_definition(EVERY_TYPE), by=None)
    text = {"answered": ANSWERED[name], "missing": "ND"}.get(known, "")
    row = fill_form(
        patient=patient, event="visit", form="all", texts={name: text, "free": "1"}, by=None
    )
    if known == "nonconforming":
        given = {"values": {}, "given": {name: "as before"}, "states": {name: "nonconforming"}}
        FilledForm.objects.filter(pk=row.pk).update(**given)
    row.refresh_from_db()
    before = (row.values, row.given, row.missing, row.states)
    client = Client()
    client.force_login(make_member(patient.study, "coordinator"))
    page = client.get(reverse("clinical:patient", args=[patient.study.code, patient.subject_id]))
    form = page.context["cards"][0].entry
    assert form.sheet.row == row
    sent = {bound.html_name: bound.value() or "" for bound in form if bound.name != "scan"}
    for bound in form:  # a list offers what it shows
        if bound.name in ("yes", "one") and sent[bound.html_name]:
            assert " selected>" in str(bound)
    sent.pop("remove-scan", None)
    there = reverse("clinical:form", args=[patient.study.code, patient.subject_id, *form.sheet.key])
    assert client.post(there, {**sent, "txt": sent["txt"].replace("\n", "\r\n")}).status_code == 302
    row.refresh_from_db()
    assert (row.values, row.given, row.missing, row.states) == before


def test_what_is_entered_beside_leaves_the_rest_as_it_was(db: None) -> None:
    patient = fill(make_patient(), pretreated=False, age="６４")
    client = Client()
    client.force_login(make_member(patient.study, "coordinator"))
    page = client.get(reverse("clinical:patient", args=[patient.study.code, patient.subject_id]))
    form = page.context["cards"][0].entry
    sent = {bound.html_name: bound.value() or "" for bound in form}
    assert (sent["pretreated"], sent["combination"], sent["age"]) == ("no", "", "６４")
    there = reverse("clinical:form", args=[patient.study.code, patient.subject_id, *form.sheet.key])
    assert client.post(there, {**sent, "weight": "65"}).status_code == 302
    row = FilledForm.objects.get(patient=patient)
    assert row.values == {"age": 64, "pretreated": False, "weight": 65}
    assert row.given == {"age": "６４"}
