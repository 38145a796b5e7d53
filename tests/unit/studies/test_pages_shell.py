"""The start page, the health page, the trail, sign-in, and the pages that say what went wrong."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinical.services.patients import correct_enrolment, correct_follow_up, record_follow_up
from studies.models import Study
from tests.factories import SiteFactory, StudyFactory, UserFactory, day, make_member, make_patient

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    return StudyFactory(code="ICI", title="Cytokines and survival")


def signed_in(study: Study, role: str) -> Client:
    client = Client()
    client.force_login(make_member(study, role))
    return client


def test_who_is_not_signed_in_is_asked_to_sign_in_and_comes_back(study: Study) -> None:
    there = reverse("studies:overview", args=["ICI"])
    answer = Client().get(there)
    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse('account_login')}?next={there}"


def test_the_start_page_goes_straight_into_the_only_study(study: Study) -> None:
    answer = signed_in(study, "monitor").get("/")
    assert answer["Location"] == reverse("studies:overview", args=["ICI"])


def test_the_start_page_lists_several_studies_with_ones_roles(study: Study) -> None:
    other = StudyFactory(code="OTHER")
    StudyFactory(code="HIDDEN")
    person = make_member(study, "monitor")
    other.memberships.create(user=person, role="statistician")
    client = Client()
    client.force_login(person)
    text = client.get("/").content.decode()
    assert "Cytokines and survival" in text
    assert "OTHER" in text
    assert "statistician" in text
    assert "HIDDEN" not in text


def test_who_has_no_study_reads_what_to_do() -> None:
    client = Client()
    client.force_login(UserFactory())
    assert "Ask the manager of your study" in client.get("/").content.decode()


def test_health_needs_no_sign_in_and_tells_of_both_services() -> None:
    answer = Client().get("/health/")
    assert answer.status_code == 200
    assert answer.json() == {"database": True, "broker": True}


def test_health_stays_well_without_the_broker(settings) -> None:
    settings.BROKER_URL = "redis://127.0.0.1:9/0"
    answer = Client().get("/health/")
    assert answer.status_code == 200
    assert answer.json() == {"database": True, "broker": False}


def test_nobody_signs_up_alone() -> None:
    answer = Client().post(
        reverse("account_signup"),
        {
            "username": "me",
            "password1": "a long enough phrase",
            "password2": "a long enough phrase",
        },
    )
    assert "sessionid" not in answer.cookies
    assert "manager" in answer.content.decode()


def test_a_wrong_password_is_told_without_saying_which_half_was_wrong() -> None:
    UserFactory(username="hanako")
    sentences = set()
    for name in ("hanako", "nobody"):
        answer = Client().post(reverse("account_login"), {"login": name, "password": "wrong"})
        sentences.add(tuple(answer.context["form"].non_field_errors()))
    assert len(sentences) == 1


@pytest.mark.parametrize(
    "name",
    [
        "account_change_password",
        "account_logout",
        "account_reauthenticate",
        "mfa_index",
        "mfa_activate_totp",
    ],
)
def test_each_page_of_the_account_is_in_the_shell(study: Study, name: str) -> None:
    person = make_member(study, "monitor")
    client = Client()
    password = {"password": "a long enough passphrase"}
    client.post(reverse("account_login"), {"login": person.username, **password})
    client.post(reverse("account_reauthenticate"), password)
    answer = client.get(reverse(name))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert 'class="skip-link"' in text
    assert "Sign out" in text
    assert " style=" not in text
    assert "<script>" not in text


def test_an_unknown_address_gets_a_sentence(study: Study) -> None:
    answer = signed_in(study, "monitor").get("/no/such/page/")
    assert answer.status_code == 404
    assert "Check the address" in answer.content.decode()


def test_a_form_without_its_secret_gets_a_sentence_not_a_crash(study: Study) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_member(study, "coordinator"))
    answer = client.post(reverse("clinical:enrol", args=["ICI"]), {})
    assert answer.status_code == 403
    assert "Yogo" in answer.content.decode()


def test_pages_allow_no_script_or_style_from_elsewhere(study: Study) -> None:
    answer = signed_in(study, "monitor").get(reverse("studies:overview", args=["ICI"]))
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_the_trail_tells_who_changed_what_from_what_to_what_and_why(study: Study) -> None:
    coordinator = make_member(study, "coordinator", username="hanako")
    patient = make_patient(study, subject_id="A-1", site=study.sites.get())
    contact = record_follow_up(
        patient=patient, contact_date=day(30), status="alive", by=coordinator
    )
    correct_follow_up(
        follow_up=contact, contact_date=day(31), by=coordinator, reason="read from the wrong line"
    )
    monitor = signed_in(study, "monitor")
    address = reverse("studies:trail", args=["ICI"])
    text = monitor.get(address).content.decode()
    assert "read from the wrong line" in text
    assert "hanako" in text
    events = monitor.get(address, {"q": "wrong line", "kind": "clinical.FollowUp"}).context[
        "events"
    ]
    assert [(old, new) for _, old, new in events[0].changes] == [(day(30), day(31))]
    assert "wrong line" in monitor.get(address, {"q": "wrong line"}).content.decode()
    assert "Nothing fits" in monitor.get(address, {"q": "never said"}).content.decode()
    only = monitor.get(address, {"person": str(coordinator.pk)}).context["events"]
    assert {event.who for event in only} == {"hanako"}


def test_the_trail_names_what_a_row_points_to_and_stands_rows_that_are_gone(study: Study) -> None:
    patient = make_patient(study, subject_id="A-1")
    record_follow_up(patient=patient, contact_date=day(30), status="alive", by=None)
    other = SiteFactory(study=study, name="Hospital Two")
    correct_enrolment(patient=patient, by=None, reason="moved", site=other)
    monitor = signed_in(study, "monitor")
    address = reverse("studies:trail", args=["ICI"])
    moved = monitor.get(address, {"kind": "clinical.Patient"}).context["events"][0]
    assert [(str(name), new) for name, _, new in moved.changes] == [("site", "Hospital Two")]
    patient.delete()
    events = monitor.get(address).context["events"]
    assert {"patient", "follow-up"} <= {event.kind for event in events if event.verb == "deleted"}


def test_the_trail_asks_as_often_for_many_changes_as_for_few(study: Study) -> None:
    monitor = signed_in(study, "monitor")
    address = reverse("studies:trail", args=["ICI"])

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            monitor.get(address)
        return len(captured)

    patient = make_patient(study)
    record_follow_up(patient=patient, contact_date=day(1), status="alive", by=None)
    few = queries()
    for n in range(2, 12):
        record_follow_up(patient=make_patient(study), contact_date=day(n), status="alive", by=None)
    assert queries() == few


def test_the_trail_of_a_study_holds_nothing_of_another(study: Study) -> None:
    make_patient(StudyFactory(), subject_id="ELSEWHERE-1")
    make_patient(study, subject_id="HERE-1")
    text = signed_in(study, "monitor").get(reverse("studies:trail", args=["ICI"])).content.decode()
    assert "HERE-1" in text
    assert "ELSEWHERE-1" not in text


def test_only_monitors_and_managers_read_the_trail(study: Study) -> None:
    address = reverse("studies:trail", args=["ICI"])
    for role, status in {"monitor": 200, "manager": 200, "coordinator": 403}.items():
        assert signed_in(study, role).get(address).status_code == status


def test_the_trail_stands_odd_questions(study: Study) -> None:
    address = reverse("studies:trail", args=["ICI"])
    monitor = signed_in(study, "monitor")
    for odd in (
        {"kind": "nonsense"},
        {"person": "x"},
        {"until": "2020-13-99"},
        {"until": "x"},
        {"from": "2020-02-30"},
        {"to": "9999-12-31"},
        {"from": "0001-01-01", "to": "never"},
    ):
        assert monitor.get(address, odd).status_code == 200
