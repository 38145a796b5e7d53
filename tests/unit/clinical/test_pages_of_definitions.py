"""The page that says what a study collects."""

import pytest
from django.test import Client

from clinical.dictionary.reading import read_definition
from clinical.services.definitions import publish_definition
from studies.models import Study

pytestmark = pytest.mark.django_db


def page(client: Client, language: str = "en") -> str:
    answer = client.get("/studies/ICI/forms/", headers={"accept-language": language})
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_what_is_shipped_is_shown_until_the_study_has_its_own(client: Client, study: Study) -> None:
    shown = page(client)
    assert "“nsclc-ici”, as Yogo ships it" in shown
    assert "day 42 (−7/+14)" in shown
    assert "usual 1–6.5, possible 0.5–8" in shown
    assert "I–III, not told apart" in shown
    assert "computed: first_known(weight / (height * height / 10000), bmi_reported)" in shown
    assert "LOINC 1751-7" in shown


def test_a_version_of_its_own_is_shown_with_its_number(client: Client, study: Study) -> None:
    text = """
name: own
events: [{name: v, forms: [{form: f, repeats: true}]}, {name: w, forms: []}]
forms:
  - name: f
    items: [{name: a, type: yes_no, label: "<b>a</b>"}, {name: b, type: text, shown_when: a, required: true}]
"""
    publish_definition(study=study, definition=read_definition(text), by=None)
    shown = page(client)
    assert "“own”, version 1, published" in shown
    assert "again and again" in shown
    assert "asked when a" in shown
    assert "required" in shown
    assert "&lt;b&gt;a&lt;/b&gt;" in shown
    assert "<b>a</b>" not in shown


def test_a_study_that_collects_nothing_says_what_to_do(client: Client, study: Study) -> None:
    publish_definition(study=study, definition=read_definition("name: empty"), by=None)
    assert "publish_definition STUDY FILE.yaml" in page(client)


def test_enrolment_and_follow_up_are_described_too(client: Client, study: Study) -> None:
    shown = page(client)
    assert "gives the outcome: index date" in shown
    assert "complete response; partial response" in shown
    text = """
name: own
events: [{name: v, repeats: true, forms: [f]}]
forms: [{name: f, items: [{name: seen, type: date, role: last_contact}]}]
"""
    publish_definition(study=study, definition=read_definition(text), by=None)
    shown = page(client)
    assert "gives the outcome: date of contact" in shown
    assert "gives the outcome: index date" in shown
    assert "complete response" not in shown  # contacts come from the study's own form
