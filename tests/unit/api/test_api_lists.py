"""Every list of the API in pages that go on after the last row, whatever is entered or taken away meanwhile."""

import base64
from typing import Any

import pytest
from django.db.models import UniqueConstraint
from django.test import Client
from django.utils import timezone
from rest_framework.mixins import ListModelMixin

from accounts.api import Pages
from assays.models import Exclusion
from studies.models import Study
from tests.factories import make_patient
from tests.integration.api import add_champion, add_measurements, client_with, small_study
from tests.unit.test_every_address_and_role import addresses

pytestmark = pytest.mark.django_db

OF_A_STUDY = "api/v1/studies/<str:code>/"


def lists() -> dict[str, Any]:
    """Address -> view of every list."""
    views = {a: getattr(view, "view_class", None) for a, view in addresses()}
    return {a: v for a, v in views.items() if v is not None and issubclass(v, ListModelMixin)}


NAMES = sorted(a.removeprefix(OF_A_STUDY) for a in lists() if a.startswith(OF_A_STUDY))


@pytest.mark.parametrize("address", sorted(lists()))
def test_every_list_goes_by_a_cursor_over_one_unique_field(address: str) -> None:
    view = lists()[address]
    model, field = view.queryset.model, view.ordering.removeprefix("-")
    alone = model._meta.get_field(field).unique
    in_study = [c.fields for c in model._meta.constraints if isinstance(c, UniqueConstraint)]
    assert view.pagination_class is Pages
    assert alone or ("study", field) in in_study, "rows with equal values could come twice"


@pytest.fixture
def study() -> Study:
    made = small_study(5)
    for n in range(5):
        add_champion(made, f"model{n}")
    plate = made.plate_runs.get()
    for n in range(5):
        made.plate_runs.create(name=f"plate {n + 2}", panel=plate.panel)
        Exclusion.objects.create(
            plate_run=plate, rule="excluded", reason="r", lift_reason="l", lifted_at=timezone.now()
        )
    return made


def walked(client: Client, address: str, between: Any = lambda: None) -> list[Any]:
    found: list[Any] = []
    while address:
        page = client.get(address).json()
        found += page["results"]
        address = page["next"]
        between()
    return found


@pytest.mark.parametrize("name", NAMES)
def test_rows_that_are_entered_meanwhile_make_none_come_twice_or_not_at_all(
    study: Study, name: str
) -> None:
    client = client_with(study, "statistician")
    address = f"/api/v1/studies/{study.code}/{name}?page_size=2"
    before = walked(client, address)
    assert len(before) >= 5, name
    number = iter(range(100, 103))

    def enter() -> None:
        """Rows that stand before all others by every order of names, newest first included."""
        n = next(number, None)
        if n is None:
            return
        patient = make_patient(study, subject_id=f"A{n}")
        plate = study.plate_runs.create(name=f"a{n}", panel=study.plate_runs.first().panel)
        add_measurements(patient, plate)
        add_champion(study, f"a{n}")

    met = walked(client, address, between=enter)
    key = [repr(sorted((k, str(v)) for k, v in row.items())) for row in met]
    assert len(set(key)) == len(key)
    assert [row for row in met if row in before] == before


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("position", ["x", "p=%00", "p=" + "9" * 30, "p=-1", "p=1.5", "o=1&p=é"])
def test_a_cursor_that_is_none_of_ours_is_never_a_failure(
    study: Study, name: str, position: str
) -> None:
    cursor = base64.b64encode(position.encode()).decode()
    answer = client_with(study, "statistician").get(
        f"/api/v1/studies/{study.code}/{name}", {"cursor": cursor}
    )
    assert answer.status_code in (200, 404)
    assert answer.status_code == 200 or "cursor" in answer.json()["detail"]


def test_the_way_back_leads_over_the_same_pages(study: Study) -> None:
    client = client_with(study, "statistician")
    first = client.get(f"/api/v1/studies/{study.code}/scores/?page_size=2").json()
    second = client.get(first["next"]).json()
    assert client.get(second["previous"]).json()["results"] == first["results"]


def test_a_page_number_is_refused_with_what_there_is(study: Study) -> None:
    answer = client_with(study, "statistician").get(
        f"/api/v1/studies/{study.code}/patients/?page=2"
    )
    assert answer.status_code == 400
    assert (
        "no parameter “page” here; known are: cohort, cursor, events_until"
        in answer.json()["detail"]
    )
