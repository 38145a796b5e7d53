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


def form_address(subject: str, event: str, form: str, *instances: int) -> str:
    """Where a form of the dictionary is entered."""
    return address("form", subject, event, form, *(instances or (1, 1)))


def card_of(page: Any, event: str, form: str, *instances: int) -> Any:
    """The card of a form on a patient's page."""
    anchor = "-".join(map(str, (event, form, *(instances or (1, 1)))))
    (found,) = [card for card in page.context["cards"] if card.anchor == anchor]
    return found


def enter(client: Client, subject: str, event: str, form: str, *instances: int, **sent: Any) -> Any:
    """Open a form, as a person does, and send it."""
    there = form_address(subject, event, form, *instances)
    seen = card_of(client.get(there), event, form, *instances).entry.initial["form-seen"]
    return client.post(there, {"form-seen": seen, **sent})
