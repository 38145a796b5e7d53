"""Pages and API while PostgreSQL is away: 503 and a sentence, and all is well again when it is back."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test import Client

from studies.models import Study
from tests.factories import StudyFactory
from tests.integration.api import client_with

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def study() -> Study:
    return StudyFactory()


@contextmanager
def database_away() -> Iterator[None]:
    """Where it was, nobody listens."""
    connection.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
        patch.setitem(connection.settings_dict, "PORT", "1")
        yield


@pytest.mark.parametrize("path", ["/", "/account/login/", "/admin/", "/no/such/page/"])
def test_a_page_says_so_in_a_sentence(path: str) -> None:
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = "somebodys"  # so that the database is asked who it is
    with database_away():
        answer = client.get(path)
    assert answer.status_code == 503
    assert answer["Retry-After"] == "10"
    assert "The database cannot be reached" in answer.content.decode()
    assert "default-src" in answer["Content-Security-Policy"]
    assert client.get(path).status_code != 503


def test_the_api_says_so_in_json_and_goes_on_afterwards(study: Study) -> None:
    client, path = client_of(study)
    with database_away():
        answer = client.get(path)
    assert answer.status_code == 503
    assert answer["Retry-After"] == "10"
    assert answer.json() == {
        "detail": "The database cannot be reached at this moment. Nothing was half-done. "
        "Ask again in a few seconds."
    }
    assert client.get(path).status_code == 200


def client_of(study: Study) -> tuple[Client, str]:
    """A client with a token of the study, that is answered as a script is, and an address."""
    client = client_with(study, "monitor")
    client.raise_request_exception = False
    return client, f"/api/v1/studies/{study.code}/patients/"
