"""The pages of patients: what is listed, what a form says, and what happens with two tabs."""

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinical.models import Baseline, FollowUp, LabResult, Patient
from clinical.services.patients import record_baseline, record_follow_up
from studies.models import Cohort, Site, Study
from tests.factories import (
    CohortFactory,
    SiteFactory,
    StudyFactory,
    day,
    make_member,
    make_patient,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    study = StudyFactory(code="ICI")
    SiteFactory(study=study, code="A", name="Hospital A")
    SiteFactory(study=study, code="B", name="Hospital B")
    CohortFactory(study=study)
    return study


@pytest.fixture
def site_a(study: Study) -> Site:
    return study.sites.get(code="A")


@pytest.fixture
def site_b(study: Study) -> Site:
    return study.sites.get(code="B")


@pytest.fixture
def client(study: Study, site_a: Site) -> Client:
    """A coordinator at hospital A."""
    client = Client()
    client.force_login(make_member(study, "coordinator", site=site_a))
    return client


def signed_in(study: Study, role: str) -> Client:
    client = Client()
    client.force_login(make_member(study, role))
    return client


def address(name: str, *more: object) -> str:
    return reverse(
        f"{'studies' if name in ('overview', 'trail') else 'clinical'}:{name}", args=["ICI", *more]
    )


def text_of(answer: Any) -> str:
    return answer.content.decode()


def seen_by(client: Client, patient: Patient, key: str) -> str:
    """The state that a form of the patient's page was rendered from."""
    page = client.get(address("patient", patient.subject_id))
    return page.context["forms"][key].initial["seen"]


CONTACT = {"new-status": "alive", "new-disease_assessed": "true"}


# The list


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


# Enrolment


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


# Baseline factors and blood results


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


# Follow-up


def add_contact(client: Client, patient: Patient, when: date, **more: str) -> Any:
    fields = {f"new-{name}": value for name, value in more.items()}
    return client.post(
        address("follow_up", patient.subject_id),
        {**CONTACT, "new-contact_date": when.isoformat(), **fields},
        follow=True,
    )


@pytest.mark.alone
def test_sending_a_contact_twice_makes_one_and_says_so(client: Client, site_a: Site) -> None:
    patient = make_patient(site=site_a)
    assert "Saved." in text_of(add_contact(client, patient, day(30)))
    again = add_contact(client, patient, day(30))
    assert "There is already a contact on this day: correct that one." in text_of(again)
    assert FollowUp.objects.count() == 1


@pytest.mark.parametrize(
    ("when", "more", "sentence"),
    [
        (day(-1), {}, "cannot lie before the index date"),
        (date(2999, 1, 1), {}, "cannot lie in the future"),
        (day(50), {}, "cannot lie after the death"),
        (day(20), {"status": "dead"}, "death is already recorded"),
        (day(20), {"cause": "cancer"}, "A cause of death needs the status"),
        (day(20), {"progression_date": day(21).isoformat()}, "on or before the contact"),
    ],
)
@pytest.mark.alone
def test_a_contact_that_cannot_be_is_explained(
    client: Client, site_a: Site, when: date, more: dict[str, str], sentence: str
) -> None:
    patient = make_patient(site=site_a)
    record_follow_up(patient=patient, contact_date=day(40), status="dead", by=None)
    answer = add_contact(client, patient, when, **more)
    assert answer.status_code == 400
    assert sentence in text_of(answer)
    assert FollowUp.objects.count() == 1


def test_a_correction_needs_a_reason_and_is_in_the_patients_history(
    client: Client, site_a: Site
) -> None:
    patient = make_patient(site=site_a)
    contact = record_follow_up(patient=patient, contact_date=day(30), status="alive", by=None)
    there = address("correct", patient.subject_id, contact.pk)
    form = {
        "seen": client.get(there).context["form"].initial["seen"],
        "contact_date": day(31).isoformat(),
        "status": "alive",
        "disease_assessed": "true",
    }
    refused = client.post(there, form)
    assert "Say why this is corrected" in refused.context["form"].errors["reason"][0]
    client.post(there, {**form, "reason": "read from the wrong line"})
    contact.refresh_from_db()
    assert contact.contact_date == day(31)
    assert "read from the wrong line" in text_of(client.get(address("patient", patient.subject_id)))


def test_a_stale_correction_is_told_and_shows_the_values_as_they_are(
    client: Client, site_a: Site
) -> None:
    patient = make_patient(site=site_a)
    contact = record_follow_up(patient=patient, contact_date=day(30), status="alive", by=None)
    there = address("correct", patient.subject_id, contact.pk)
    form = {
        "seen": client.get(there).context["form"].initial["seen"],
        "status": "alive",
        "disease_assessed": "true",
    }
    client.post(there, {**form, "contact_date": day(31).isoformat(), "reason": "first tab"})
    stale = client.post(
        there, {**form, "contact_date": day(32).isoformat(), "reason": "second tab"}
    )
    assert "Somebody else has changed these values" in text_of(stale)
    contact.refresh_from_db()
    assert contact.contact_date == day(31)
    shown = stale.context["form"]
    assert shown["contact_date"].value() == day(31)
    again = {**form, "seen": shown["seen"].value(), "contact_date": day(32).isoformat()}
    client.post(there, {**again, "reason": "second tab"})
    contact.refresh_from_db()
    assert contact.contact_date == day(32)


# Who sees what


@pytest.mark.parametrize("role", ["statistician", "investigator", "monitor", "manager"])
def test_who_only_reads_is_offered_no_form(study: Study, site_a: Site, role: str) -> None:
    patient = make_patient(site=site_a, subject_id="A-1")
    reader = signed_in(study, role)
    page = text_of(reader.get(address("patient", "A-1")))
    assert "Add the contact" not in page
    assert "Enrol a patient" not in text_of(reader.get(address("patients")))
    assert reader.get(address("enrol")).status_code == 403
    assert reader.post(address("baseline", patient.subject_id), {"age": "3"}).status_code == 403


def test_the_laboratory_does_not_see_patients_in_the_shell_or_behind_it(study: Study) -> None:
    laboratory = signed_in(study, "laboratory")
    page = text_of(laboratory.get(address("overview")))
    assert address("patients") not in page
    assert laboratory.get(address("patients")).status_code == 403


def test_who_has_no_role_does_not_learn_that_the_study_exists(study: Study) -> None:
    stranger = signed_in(StudyFactory(), "manager")
    for name in ("overview", "patients", "enrol", "trail"):
        assert stranger.get(address(name)).status_code == 404


def test_a_simulated_study_says_so_on_each_page(study: Study, site_a: Site, client: Client) -> None:
    make_patient(site=site_a, subject_id="A-1")
    pages = [address("overview"), address("patients"), address("patient", "A-1"), address("enrol")]
    assert not any("Simulated data." in text_of(client.get(page)) for page in pages)
    Study.objects.filter(pk=study.pk).update(is_simulated=True)
    assert all("Simulated data." in text_of(client.get(page)) for page in pages)
