"""The pages of patients: what is listed, what a form says, and what happens with two tabs."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clinical.models import Baseline, FollowUp, LabResult, Patient
from clinical.services.patients import record_baseline, record_follow_up
from studies.models import Cohort, Site, Study
from tests.factories import (
    CohortFactory,
    day,
    make_patient,
)
from tests.unit.clinical.pages import CONTACT, address, signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def site_b(study: Study) -> Site:
    return study.sites.get(code="B")


def seen_by(client: Client, patient: Patient, key: str) -> str:
    """The state that a form of the patient's page was rendered from."""
    page = client.get(address("patient", patient.subject_id))
    return page.context["forms"][key].initial["seen"]


def test_the_list_holds_only_patients_of_the_coordinators_hospital(
    client: Client, site_a: Site, site_b: Site
) -> None:
    make_patient(site=site_a, subject_id="A-1")
    make_patient(site=site_b, subject_id="B-1")
    page = client.get(address("patients"))
    assert [patient.subject_id for patient in page.context["page"]] == ["A-1"]


@pytest.mark.alone
def test_a_patient_of_another_hospital_is_not_found(client: Client, site_b: Site) -> None:
    make_patient(site=site_b, subject_id="B-1")
    assert client.get(address("patient", "B-1")).status_code == 404
    wrong = client.post(address("follow_up", "B-1"), {**CONTACT, "new-contact_date": day(5)})
    assert wrong.status_code == 404
    assert not FollowUp.objects.exists()


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"q": "a-"}, ["A-1", "A-10"]),
        ({"site": "B"}, ["B-1"]),
        ({"cohort": "validation"}, ["B-1"]),
        ({"status": "dead"}, ["A-1"]),
        ({"status": "overdue"}, ["A-10", "B-1"]),
        ({"status": "overdue", "site": "A"}, ["A-10"]),
        ({"status": "none"}, ["B-1"]),
        ({"sort": "-subject"}, ["B-1", "A-10", "A-1"]),
        ({"sort": "no such column"}, ["A-1", "A-10", "B-1"]),
        ({"q": "nobody"}, []),
    ],
)
def test_filters_and_sorting_are_done_on_the_server(
    study: Study, site_a: Site, site_b: Site, wanted: dict[str, str], found: list[str]
) -> None:
    dead = make_patient(site=site_a, subject_id="A-1")
    record_follow_up(patient=dead, contact_date=day(40), status="dead", by=None)
    quiet = make_patient(site=site_a, subject_id="A-10")
    record_follow_up(patient=quiet, contact_date=day(40), status="alive", by=None)
    validation = CohortFactory(study=study, code="validation", kind="validation")
    make_patient(site=site_b, cohort=validation, subject_id="B-1")
    page = signed_in(study, "monitor").get(address("patients"), wanted)
    assert [patient.subject_id for patient in page.context["page"]] == found


def test_a_search_for_a_whole_subject_id_opens_the_patient(client: Client, site_a: Site) -> None:
    make_patient(site=site_a, subject_id="A-1")
    make_patient(site=site_a, subject_id="A-10")
    assert client.get(address("patients"), {"q": "a-1"})["Location"] == address("patient", "A-1")


def test_pages_hold_fifty_patients(client: Client, site_a: Site) -> None:
    for _ in range(51):
        make_patient(site=site_a)
    assert len(client.get(address("patients")).context["page"]) == 50
    assert len(client.get(address("patients"), {"page": "2"}).context["page"]) == 1


@pytest.mark.parametrize("name", ["patients", "overview"])
def test_the_number_of_queries_does_not_grow_with_the_patients(
    client: Client, site_a: Site, name: str
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address(name)).status_code == 200
        return len(captured)

    make_patient(site=site_a)
    few = queries()
    for _ in range(10):
        record_follow_up(
            patient=make_patient(site=site_a), contact_date=day(9), status="alive", by=None
        )
    assert queries() == few
    assert few <= 25


def test_a_study_without_patients_says_what_to_do_next(client: Client) -> None:
    for name in ("patients", "overview"):
        assert "Enrol the first patient" in text_of(client.get(address(name)))


def enrolment(study: Study, site: Site, **more: object) -> dict[str, object]:
    cohort = Cohort.objects.get(study=study)
    return {
        "subject_id": "A-7", "site": site.pk, "cohort": cohort.pk, "index_date": "2020-04-01", **more
    }  # fmt: skip


def test_a_patient_is_enrolled_and_shown(client: Client, study: Study, site_a: Site) -> None:
    answer = client.post(address("enrol"), enrolment(study, site_a), follow=True)
    assert answer.redirect_chain[-1][0] == address("patient", "A-7")
    assert "The patient is enrolled" in text_of(answer)


def test_the_only_hospital_of_a_coordinator_is_chosen_already(client: Client, site_a: Site) -> None:
    form = client.get(address("enrol")).context["form"]
    assert list(form.fields["site"].queryset) == [site_a]
    assert form.fields["site"].initial == site_a


@pytest.mark.alone
def test_a_patient_cannot_be_enrolled_at_another_hospital(
    client: Client, study: Study, site_b: Site
) -> None:
    answer = client.post(address("enrol"), enrolment(study, site_b))
    assert answer.status_code == 400
    assert "site" in answer.context["form"].errors
    assert not Patient.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"subject_id": "A-1"}, None, "This subject id is already in the study."),
        ({"index_date": "2999-01-01"}, "index_date", "cannot lie in the future"),
        ({"index_date": ""}, "index_date", "This field is required."),
        ({"subject_id": "A 1/2"}, "subject_id", ""),
    ],
)
@pytest.mark.alone
def test_what_is_wrong_at_enrolment_is_told_and_nothing_is_kept(
    client: Client,
    study: Study,
    site_a: Site,
    wrong: dict[str, str],
    field: str | None,
    sentence: str,
) -> None:
    make_patient(site=site_a, subject_id="A-1")
    answer = client.post(address("enrol"), enrolment(study, site_a, **wrong))
    errors = answer.context["form"].errors
    said = errors[field] if field else [text for texts in errors.values() for text in texts]
    assert answer.status_code == 400
    assert any(sentence in text for text in said)
    assert Patient.objects.count() == 1


def test_baseline_factors_may_each_be_unknown(client: Client, site_a: Site) -> None:
    patient = make_patient(site=site_a)
    seen = seen_by(client, patient, "baseline")
    client.post(address("baseline", patient.subject_id), {"seen": seen, "age": "64"})
    baseline = Baseline.objects.get(patient=patient)
    assert (baseline.age, baseline.sex, baseline.bmi, baseline.pretreated) == (64, None, None, None)


def test_bmi_and_nlr_are_computed_and_shown(client: Client, site_a: Site) -> None:
    patient = make_patient(site=site_a)
    client.post(
        address("baseline", patient.subject_id),
        {"seen": seen_by(client, patient, "baseline"), "height_cm": "160", "weight_kg": "64"},
    )
    client.post(
        address("labs", patient.subject_id, "pre"),
        {
            "pre-seen": seen_by(client, patient, "labs_pre"),
            "pre-neutrophils": "6",
            "pre-lymphocytes": "1.5",
        },
    )
    text = text_of(client.get(address("patient", patient.subject_id)))
    assert "25.0 kg/m²" in text
    assert LabResult.objects.get(patient=patient).nlr == 4
    assert "<dt>NLR</dt><dd>4</dd>" in re.sub(r">\s+|\s+<", lambda m: m[0].strip(), text)


@pytest.mark.alone
def test_an_implausible_value_is_told_at_its_field(client: Client, site_a: Site) -> None:
    patient = make_patient(site=site_a)
    answer = client.post(address("baseline", patient.subject_id), {"height_cm": "1.72"})
    assert answer.status_code == 400
    form = answer.context["forms"]["baseline"]
    assert form.errors["height_cm"] == ["Plausible is 50 to 250 cm: check the value and its unit."]
    assert form["height_cm"].value() == "1.72"
    assert not Baseline.objects.exists()


def test_a_second_tab_that_is_out_of_date_is_told_and_can_then_save(
    client: Client, site_a: Site
) -> None:
    patient = make_patient(site=site_a)
    record_baseline(patient=patient, by=None, age=60)
    seen = seen_by(client, patient, "baseline")
    record_baseline(patient=patient, by=None, age=61)
    stale = client.post(address("baseline", patient.subject_id), {"seen": seen, "age": "70"})
    assert stale.status_code == 400
    assert "Somebody else has changed these values" in text_of(stale)
    assert Baseline.objects.get(patient=patient).age == 61
    shown = stale.context["forms"]["baseline"]
    assert shown["age"].value() == 61
    client.post(
        address("baseline", patient.subject_id), {"seen": shown["seen"].value(), "age": "70"}
    )
    assert Baseline.objects.get(patient=patient).age == 70


def test_two_tabs_that_both_enter_blood_results_first_do_not_overwrite_each_other(
    client: Client, site_a: Site
) -> None:
    patient = make_patient(site=site_a)
    seen = seen_by(client, patient, "labs_pre")
    there = address("labs", patient.subject_id, "pre")
    client.post(there, {"pre-seen": seen, "pre-albumin_g_dl": "3.9"})
    second = client.post(there, {"pre-seen": seen, "pre-albumin_g_dl": "2.9"})
    assert second.status_code == 400
    assert LabResult.objects.get(patient=patient).albumin_g_dl == 3.9


def test_there_is_no_third_timepoint(client: Client, site_a: Site) -> None:
    patient = make_patient(site=site_a)
    assert client.post(address("labs", patient.subject_id, "late")).status_code == 404
