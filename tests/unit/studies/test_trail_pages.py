"""The trail by days and by pages: nothing is lost between two pages, and days are the study's."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

import pytest
from django.test import Client
from django.urls import reverse

from clinical.services.patients import record_follow_up
from studies.models import Study
from studies.web.trail import PAGE_SIZE
from tests.factories import StudyFactory, day, make_member, make_patient

pytestmark = pytest.mark.django_db
ADDRESS = "/studies/ICI/trail/"


@pytest.fixture
def study() -> Study:
    return StudyFactory(code="ICI", time_zone="Asia/Tokyo")


@pytest.fixture
def monitor(study: Study) -> Client:
    client = Client()
    client.force_login(make_member(study, "monitor"))
    return client


def contacts_on(study: Study, days: range) -> None:
    patient = make_patient(study)
    for n in days:
        record_follow_up(patient=patient, contact_date=day(n), status="alive", by=None)


def pages_of(monitor: Client, asked: dict[str, str]) -> list[list[object]]:
    """The changes of each page, walked by its link to the older ones."""
    pages = []
    query: dict[str, str] | None = asked
    while query is not None:
        context = monitor.get(ADDRESS, query).context
        pages.append(list(context["events"]))
        query = dict(parse_qsl(context["older"])) if context["older"] else None
    return pages


def test_every_change_stands_on_exactly_one_page(study: Study, monitor: Client) -> None:
    contacts_on(study, range(1, 2 * PAGE_SIZE + 8))
    pages = pages_of(monitor, {"kind": "clinical.FollowUp"})
    assert [len(page) for page in pages] == [PAGE_SIZE, PAGE_SIZE, 7]
    dates = {event.changes[0][2] for page in pages for event in page}
    assert dates == {day(n) for n in range(1, 2 * PAGE_SIZE + 8)}


def test_what_happened_at_the_moment_a_page_ends_is_on_the_next(
    study: Study, monitor: Client
) -> None:
    contacts_on(study, range(1, 4))
    newest, _second, oldest = monitor.get(ADDRESS, {"kind": "clinical.FollowUp"}).context["events"]
    until = {"kind": "clinical.FollowUp", "until": oldest.when.isoformat()}
    assert [event.when for event in monitor.get(ADDRESS, until).context["events"]] == [oldest.when]
    assert newest.when > oldest.when


def test_days_begin_and_end_where_the_study_is(study: Study, monitor: Client) -> None:
    contacts_on(study, range(1, 2))
    today = (datetime.now(UTC) + timedelta(hours=9)).date()  # Tokyo knows no summer time
    before, after = today - timedelta(days=1), today + timedelta(days=1)
    found = {
        "from today": {"from": str(today)},
        "until today": {"to": str(today)},
        "from tomorrow": {"from": str(after)},
        "until yesterday": {"to": str(before)},
    }
    counts = {
        name: len(monitor.get(ADDRESS, {"kind": "clinical.FollowUp", **asked}).context["events"])
        for name, asked in found.items()
    }
    assert counts == {"from today": 1, "until today": 1, "from tomorrow": 0, "until yesterday": 0}


def test_times_are_told_with_their_time_zone(study: Study, monitor: Client) -> None:
    study.time_zone = "America/New_York"
    study.save()
    answer = monitor.get(ADDRESS)
    assert "When (America/New_York)" in answer.content.decode()


def test_the_page_on_which_a_change_was_made_is_told(study: Study, monitor: Client) -> None:
    patient = make_patient(study, subject_id="A-1")
    coordinator = Client()
    coordinator.force_login(make_member(study, "coordinator", username="hanako"))
    page = reverse("clinical:follow_up", args=["ICI", "A-1"])
    coordinator.post(page, {"new-contact_date": str(day(30)), "new-status": "alive"})
    assert patient.follow_ups.count() == 1
    (event,) = monitor.get(ADDRESS, {"kind": "clinical.FollowUp"}).context["events"]
    assert (event.who, event.address) == ("hanako", page)
