"""The export page and the API's documentation, as people use them."""

import pytest
from django.test import Client

from exports.models import Export
from studies.models import Study
from tests.factories import make_member
from tests.integration.api import small_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    return small_study(2)


def signed_in(study: Study, role: str) -> Client:
    client = Client()
    client.force_login(make_member(study, role))
    return client


def page(study: Study) -> str:
    return f"/studies/{study.code}/export/"


def test_a_statistician_takes_the_dataset_and_finds_it_listed(study: Study) -> None:
    client = signed_in(study, "statistician")
    assert "Nothing was exported yet" in client.get(page(study)).content.decode()
    answer = client.post(
        page(study),
        {"format": "csv", "timepoint": "pre", "events_until": "2021-01-01", "endpoint": "OS"},
    )
    assert answer.getvalue().startswith(b"subject,site,cohort,")
    export = Export.objects.get()
    assert (export.via, export.endpoints, export.row_count) == ("page", "OS", 2)
    assert export.sha256[:12] in client.get(page(study)).content.decode()


def test_a_day_in_the_future_is_refused_beside_its_field(study: Study) -> None:
    answer = signed_in(study, "statistician").post(
        page(study), {"format": "csv", "timepoint": "pre", "events_until": "2999-01-01"}
    )
    assert answer.status_code == 400
    assert "lies in the future" in answer.content.decode()
    assert not Export.objects.exists()


@pytest.mark.parametrize(
    "role", ["coordinator", "laboratory", "investigator", "monitor", "manager"]
)
def test_no_other_role_opens_the_page(study: Study, role: str) -> None:
    assert signed_in(study, role).get(page(study)).status_code == 403


def test_who_has_no_role_does_not_learn_that_the_study_exists(study: Study) -> None:
    assert signed_in(small_study(0), "statistician").get(page(study)).status_code == 404


def test_the_documentation_page_holds_no_inline_script_or_style(study: Study) -> None:
    answer = signed_in(study, "monitor").get("/api/docs/")
    text = answer.content.decode()
    assert "swagger-ui-bundle" in text
    assert "<style" not in text
    assert "<script>" not in text
    assert "unsafe" not in answer["Content-Security-Policy"]
