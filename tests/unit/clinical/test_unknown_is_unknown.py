"""What nobody said is shown, exported, answered and read by models as unknown; never as "no" or 0."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import models
from django.test import Client
from django.urls import reverse

from ciri import parse_specification, template
from clinical.models import Baseline, FollowUp, LabResult, Patient
from clinical.services.patients import record_baseline, record_follow_up, record_lab_result
from clinical.templatetags.facts import truth
from exports.selectors.dataset import blocks, layout_of
from modeling.selectors.inputs import study_table
from tests.factories import day, make_member, make_patient
from tests.integration.api import client_of

CLINICAL = (Baseline, LabResult, FollowUp)
NEVER_UNKNOWN = {"patient", "timepoint", "contact_date", "status", "created_at", "id"}


def factors(model: type[models.Model]) -> list[Any]:
    """What is clinical of a model: all but keys, and what makes the row a row."""
    return [f for f in model._meta.concrete_fields if f.name not in NEVER_UNKNOWN]


@pytest.mark.parametrize("model", CLINICAL)
def test_every_clinical_field_may_be_unknown_and_has_no_default(model: type[models.Model]) -> None:
    assert factors(model)
    for field in factors(model):
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


@pytest.fixture(params=["nothing entered", "empty rows"])
def fresh(request: pytest.FixtureRequest, db: None) -> Patient:
    """A patient of whom nothing is known, without rows or with rows that hold nothing."""
    patient = make_patient()
    if request.param == "empty rows":
        record_baseline(patient=patient, by=None)
        record_lab_result(patient=patient, timepoint="pre", by=None)
        record_lab_result(patient=patient, timepoint="edt", by=None)
    return patient


def facts_of(page: str) -> dict[str, str]:
    """What the page says of each factor, by its name."""
    found = re.findall(r"<dt>\s*([^<]*?)\s*</dt>\s*<dd[^>]*>(.*?)</dd>", page, flags=re.S)
    return {
        name: " ".join(unescape(re.sub(r"<[^>]+>", "", value)).split()) for name, value in found
    }


def test_a_fresh_patients_page_says_no_value(fresh: Patient) -> None:
    client = Client()
    client.force_login(make_member(fresh.study, "monitor"))
    page = client.get(
        reverse("clinical:patient", args=[fresh.study.code, fresh.subject_id])
    ).content.decode()
    cards = page[page.index('id="baseline"') :]
    told = facts_of(cards)
    assert {"Age", "Sex", "Stage", "BMI", "PD-L1", "Systemic therapy before", "Combination"} <= set(
        told
    )
    assert set(told.values()) <= {"unknown", "–"}, told


def test_a_fresh_patients_answer_of_the_api_holds_no_value(fresh: Patient) -> None:
    member = make_member(fresh.study, "statistician")
    client = client_of(member, fresh.study)
    answer = client.get(f"/api/v1/studies/{fresh.study.code}/patients/{fresh.subject_id}/").json()
    for part in (answer["baseline"] or {}, *answer["labs"]):
        assert {v for k, v in part.items() if k != "timepoint"} <= {None}
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


@pytest.mark.parametrize("known", [True, False, None])
def test_saving_a_form_as_it_was_shown_changes_nothing(db: None, known: bool | None) -> None:
    patient = make_patient()
    record_baseline(patient=patient, pretreated=known, age=60, by=None)
    client = Client()
    client.force_login(make_member(patient.study, "coordinator"))
    there = reverse("clinical:patient", args=[patient.study.code, patient.subject_id])
    page = client.get(there)
    form = page.context["forms"]["baseline"]
    html = str(form["pretreated"])
    (chosen,) = re.findall(r'<option value="(\w+)" selected>', html)
    assert chosen == {True: "true", False: "false", None: "unknown"}[known]
    sent = {
        "seen": form.initial["seen"],
        "age": "61",
        "pretreated": chosen,
        "combination": "unknown",
    }
    answer = client.post(
        reverse("clinical:baseline", args=[patient.study.code, patient.subject_id]), sent
    )
    assert answer.status_code == 302
    baseline = Baseline.objects.get(patient=patient)
    assert (baseline.age, baseline.pretreated, baseline.combination) == (61, known, None)
