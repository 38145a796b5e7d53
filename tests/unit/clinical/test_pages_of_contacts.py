"""Contacts on a patient's page: entered, corrected, and seen by whom."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from clinical.models import FollowUp, Patient
from clinical.services.patients import record_follow_up
from studies.models import Site, Study
from tests.factories import (
    StudyFactory,
    day,
    make_patient,
)
from tests.unit.clinical.pages import CONTACT, address, form_address, signed_in, text_of

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize("role", ["statistician", "investigator", "monitor", "manager"])
def test_who_only_reads_is_offered_no_form(study: Study, site_a: Site, role: str) -> None:
    make_patient(site=site_a, subject_id="A-1")
    reader = signed_in(study, role)
    page = text_of(reader.get(address("patient", "A-1")))
    assert "Add the contact" not in page
    assert "Enrol a patient" not in text_of(reader.get(address("patients")))
    assert reader.get(address("enrol")).status_code == 403
    assert reader.post(form_address("A-1", "pre", "factors"), {"age": "3"}).status_code == 403


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
