"""The API against its own schema: nothing breaks, and every answer is one that it announces."""


import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig

from accounts.models import ApiToken
from studies.services.setup import create_study_token
from tests.factories import make_member
from tests.integration.api import add_champion, small_study


@pytest.fixture
def token(db: None) -> str:
    study = small_study(2, code="SCHEMA")
    add_champion(study)
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
    case.call_and_validate(headers={"Authorization": f"Bearer {token}"})


def test_the_schema_is_for_those_who_are_signed_in_or_hold_a_token(token: str) -> None:
    assert Client().get("/api/schema/").status_code == 401
    assert (
        Client(headers={"authorization": f"Bearer {token}"}).get("/api/schema/").status_code == 200
    )
    signed_in = Client()
    signed_in.force_login(ApiToken.objects.get().user)
    assert signed_in.get("/api/schema/").status_code == 200


def test_the_documentation_asks_for_a_sign_in(db: None) -> None:
    answer = Client().get("/api/docs/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/")
