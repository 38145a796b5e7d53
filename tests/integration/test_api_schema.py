"""The API against its own schema: nothing breaks, and every answer is one that it announces."""

from collections.abc import Iterator

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig

from accounts.models import ApiToken
from ciri import FrozenTable
from studies.services.setup import create_study_token
from tests.factories import make_member
from tests.integration.api import add_champion, small_study
from tests.unit.exports.test_frozen_and_names import PEOPLE, READINGS


@pytest.fixture
def _one_connection() -> Iterator[None]:
    """The test's open transaction outlives each request, as under Django's own test client."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def token(db: None, _one_connection: None) -> str:
    study = small_study(2, code="SCHEMA")
    add_champion(study, table=FrozenTable.freeze(PEOPLE, READINGS))
    user = make_member(study, "statistician")
    _, secret = create_study_token(user=user, study=study, scope="export", name="t", by=None)
    return secret


config = SchemathesisConfig.from_dict(
    {
        "generation": {
            "max-examples": 8,
            "deterministic": True,
            "no-shrink": True,
            "with-security-parameters": False,
        },
        # A day after today is refused, and a schema cannot say which day today is.
        "checks": {
            "positive_data_acceptance": {"expected-statuses": ["2xx", "400", "401", "403", "404"]}
        },
        "parameters": {
            "path.code": "SCHEMA",
            "path.subject": "P001",
            "path.name": "preCIRI14",
            "path.number": 1,
        },
    }
)
schema = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(public=True), config=config)
schema.app = get_wsgi_application()


# The API only reads, so the study may stay the same for all examples.
@schema.parametrize()
@settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
)
def test_every_answer_is_one_that_the_schema_announces(case: schemathesis.Case, token: str) -> None:
    # Schemathesis's client in this process does not unpack what it says that it accepts.
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
    case.call_and_validate(headers=headers)


def test_the_schema_is_for_those_who_are_signed_in_or_hold_a_token(token: str) -> None:
    assert Client().get("/api/schema/").status_code == 401
    assert (
        Client(headers={"authorization": f"Bearer {token}"}).get("/api/schema/").status_code == 200
    )
    signed_in = Client()
    signed_in.force_login(ApiToken.objects.get().user)
    assert signed_in.get("/api/schema/").status_code == 200


def test_the_schema_is_json_or_yaml_as_the_address_says_and_its_errors_are_json(token: str) -> None:
    client = Client(headers={"authorization": f"Bearer {token}"})
    asked = client.get("/api/schema/?format=json")
    assert asked["Content-Type"].startswith("application/json")
    assert asked.json()["openapi"].startswith("3")
    assert client.get("/api/schema/?format=yaml").content.startswith(b"openapi: 3")
    assert "json, yaml" in client.get("/api/schema/?format=xml").json()["detail"]
    assert Client().get("/api/schema/").json()["detail"]
    assert client.post("/api/schema/").json()["detail"]


def test_the_documentation_asks_for_a_sign_in(db: None) -> None:
    answer = Client().get("/api/docs/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/")
