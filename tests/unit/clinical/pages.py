"""How a person comes to the pages of a study, and reads them."""

from typing import Any

from django.test import Client
from django.urls import reverse

from studies.models import Study
from tests.factories import (
    make_member,
)


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


CONTACT = {"new-status": "alive", "new-disease_assessed": "true"}
