"""The pages of patients: what is listed, what a form says, and what happens with two tabs."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clinical.models import FilledForm, FollowUp, Patient
from clinical.selectors.record import find_form
from clinical.services.patients import record_follow_up
from studies.models import Cohort, Site, Study
from tests.factories import CohortFactory, day, fill, make_patient
from tests.unit.clinical.pages import (
    CONTACT,
    address,
    card_of,
    enter,
    form_address,
    signed_in,
    text_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def site_b(study: Study) -> Site:
    return study.sites.get(code="B")


def values_of(patient: Patient, form: str, event: str = "pre") -> dict[str, object]:
    row = find_form(patient, event, form)
    assert row is not None
    return row.values


def facts_on(card: object) -> dict[str, str]:
    """What a card tells, by label."""
    return {
        fact.label: f"{fact.value} {fact.unit}".strip() or fact.missing
        for part in card.facts  # type: ignore[attr-defined]
        for fact in part.facts
    }


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


def test_each_item_may_be_unknown(client: Client, site_a: Site) -> None:
    patient = make_patient(site=site_a)
    assert enter(client, patient.subject_id, "pre", "factors", age="64").status_code == 302
    assert values_of(patient, "factors") == {"age": 64}


def test_what_is_derived_is_computed_and_shown(client: Client, site_a: Site) -> None:
    patient = make_patient(site=site_a)
    enter(client, patient.subject_id, "pre", "factors", height="160", weight="64")
    enter(client, patient.subject_id, "pre", "blood", neutrophils="6", lymphocytes="1.5")
    page = client.get(address("patient", patient.subject_id))
    assert facts_on(card_of(page, "pre", "factors"))["BMI"] == "25 kg/m²"
    told = facts_on(card_of(page, "pre", "blood"))
    assert told["neutrophils"] == "6 10⁹/L"
    assert told["neutrophil-to-lymphocyte ratio"] == "4"
    assert values_of(patient, "blood")["nlr"] == 4


@pytest.mark.alone
def test_an_impossible_value_is_told_at_its_field(client: Client, site_a: Site) -> None:
    patient = make_patient(site=site_a)
    answer = enter(client, patient.subject_id, "pre", "factors", height="1.72", age="64")
    assert answer.status_code == 400
    form = card_of(answer, "pre", "factors").entry
    assert "1.72 cm cannot be: it must lie between 50 and 250." in form.errors["height"]
    assert (form["height"].value(), form["age"].value()) == ("1.72", "64")
    assert not FilledForm.objects.exists()


def test_a_second_tab_that_is_out_of_date_is_told_and_can_then_save(
    client: Client, site_a: Site
) -> None:
    patient = fill(make_patient(site=site_a), age=60)
    page = client.get(address("patient", patient.subject_id))
    seen = card_of(page, "pre", "factors").entry.initial["form-seen"]
    fill(patient, age=61)
    there = form_address(patient.subject_id, "pre", "factors")
    stale = client.post(there, {"form-seen": seen, "age": "70"})
    assert stale.status_code == 400
    assert "Somebody else has changed these values" in text_of(stale)
    assert values_of(patient, "factors") == {"age": 61}
    shown = card_of(stale, "pre", "factors").entry
    assert shown["age"].value() == "61"
    client.post(there, {"form-seen": shown["form-seen"].value(), "age": "70"})
    assert values_of(patient, "factors") == {"age": 70}


def test_two_tabs_that_both_enter_a_form_first_do_not_overwrite_each_other(
    client: Client, site_a: Site
) -> None:
    patient = make_patient(site=site_a)
    there = form_address(patient.subject_id, "pre", "blood")
    seen = card_of(client.get(there), "pre", "blood").entry.initial["form-seen"]
    client.post(there, {"form-seen": seen, "albumin": "3.9"})
    second = client.post(there, {"form-seen": seen, "albumin": "2.9"})
    assert second.status_code == 400
    assert values_of(patient, "blood") == {"albumin": 3.9}


@pytest.mark.parametrize(
    "where",
    [("late", "blood"), ("edt", "factors"), ("pre", "nothing"), ("pre", "blood", 2, 1), ("pre", "blood", 1, 2),
     ("pre", "blood", 0, 1)],
)  # fmt: skip
def test_what_the_study_does_not_ask_has_no_page(
    client: Client, site_a: Site, where: tuple[str | int, ...]
) -> None:
    there = form_address(make_patient(site=site_a).subject_id, *where)  # type: ignore[arg-type]
    assert client.get(there).status_code == 404
    assert client.post(there, {"form-seen": "new", "age": "3"}).status_code == 404


def test_known_factors_are_the_critical_items_where_they_are_first_asked(
    client: Client, site_a: Site
) -> None:
    fill(make_patient(site=site_a, subject_id="A-1"), age=60, sex="UNK", albumin=4, nlr_reported=3)
    whole = make_patient(site=site_a, subject_id="A-2")
    fill(whole, age=60, sex="male", stage="IV", bmi_reported=20, pdl1=3, albumin=4, nlr_reported=3)
    fill(make_patient(site=site_a, subject_id="A-3"), "edt", albumin=4)
    make_patient(site=site_a, subject_id="A-4")
    page = client.get(address("patients"))
    assert [p.known_factors for p in page.context["page"]] == [3, 7, 0, 0]
    assert page.context["factors"] == 7
    by_missing = client.get(address("patients"), {"sort": "-missing"}).context["page"]
    assert [p.subject_id for p in by_missing] == ["A-2", "A-1", "A-3", "A-4"]
    assert ">1</p>" in text_of(client.get(address("overview"))).split("Complete factors")[1][:80]
