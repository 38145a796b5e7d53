"""A soft check that fires is confirmed with a reason, which stays as long as it fires."""

from typing import Any

import pytest
from django.test import Client

from clinical.dictionary.reading import read_definition
from clinical.models import FilledForm, Patient
from clinical.selectors.record import find_form
from clinical.services.definitions import publish_definition
from clinical.services.filling import Unconfirmed, fill_form
from imports.models import ImportBatch
from imports.services.batches import (
    commit_import,
    confirm_warnings,
    preview_import,
    receive_file,
)
from studies.models import Site, Study
from studies.refusals import Refused
from tests.factories import make_member, make_patient
from tests.unit.clinical.pages import address, card_of, enter, form_address, text_of

pytestmark = pytest.mark.django_db

CHECKED = """
name: checked
events: [{name: visit, forms: [first, second]}]
forms:
  - name: first
    items:
      - {name: low, type: decimal}
      - {name: sure, type: yes_no, required: true}
    checks:
      - {name: odd, fires_when: low > 5, severity: soft, message: {en: This is a lot.}}
      - {name: low, fires_when: low > 7, severity: soft, message: {en: This is very much.}}
      - {name: above, fires_when: low > visit.high, severity: soft, message: {en: The low one is above the high one.}}
      - {name: never, fires_when: low > 9, severity: hard, message: {en: This cannot be.}}
  - {name: second, items: [{name: high, type: decimal}]}
"""


@pytest.fixture
def patient(study: Study, site_a: Site) -> Patient:
    publish_definition(study=study, definition=read_definition(CHECKED), by=None)
    return make_patient(site=site_a, subject_id="A-1")


def put(
    patient: Patient, confirmed: Any = None, status: str = "complete", **texts: str
) -> FilledForm:
    return fill_form(
        patient=patient, event="visit", form="first", texts=texts, by=None, status=status,
        confirmed=confirmed or {},
    )  # fmt: skip


def refusal(patient: Patient, confirmed: Any = None, **texts: str) -> dict[str, str]:
    with pytest.raises(Unconfirmed) as caught:
        put(patient, confirmed, **texts)
    return {name: " ".join(map(str, said)) for name, said in caught.value.errors.items()}


def test_a_form_is_complete_once_each_check_that_fires_is_confirmed(patient: Patient) -> None:
    told = refusal(patient, sure="yes", low="8")
    assert told.keys() == {"odd", "low"}
    assert told["odd"].startswith("This is a lot. Say why it is right all the same")
    assert refusal(patient, {"odd": "measured twice", "low": " "}, sure="yes", low="8").keys() == {
        "low"
    }
    assert not patient.filled_forms.exists()
    row = put(patient, {"odd": " measured twice ", "low": "same"}, sure="yes", low="8")
    assert row.confirmed == {"odd": "measured twice", "low": "same"}


def test_a_draft_asks_for_nothing_and_keeps_what_is_said(patient: Patient) -> None:
    assert put(patient, status="draft", low="8").confirmed == {}
    assert put(patient, {"odd": "measured twice"}, status="draft").confirmed == {
        "odd": "measured twice"
    }
    assert refusal(patient, sure="yes").keys() == {"low"}


def test_a_confirmation_stays_while_the_check_fires_and_is_asked_anew_after(
    patient: Patient,
) -> None:
    put(patient, {"odd": "measured twice"}, sure="yes", low="6")
    assert put(patient, low="6.5").confirmed == {"odd": "measured twice"}
    assert put(patient, low="3").confirmed == {}
    assert refusal(patient, low="6").keys() == {"odd"}
    # What is said of a check that does not fire is not kept.
    assert put(patient, {"odd": "measured twice", "nothing": "x"}).confirmed == {}
    put(patient, {"odd": "measured twice"}, low="6")
    assert refusal(patient, {"odd": ""}).keys() == {"odd"}


def test_a_reason_is_bounded(patient: Patient) -> None:
    assert (
        "at most 500 characters" in refusal(patient, {"odd": "x" * 501}, sure="yes", low="6")["odd"]
    )


def test_nobody_confirms_in_the_name_of_an_import(patient: Patient) -> None:
    assert "in words" in refusal(patient, {"odd": " import:1"}, sure="yes", low="6")["odd"]


def test_hard_checks_and_what_is_required_come_first(patient: Patient) -> None:
    with pytest.raises(Refused, match="This cannot be"):
        put(patient, {"odd": "a", "low": "b"}, sure="yes", low="10")
    with pytest.raises(Refused, match="This is required"):
        put(patient, low="6")


def test_another_form_that_lets_a_check_rest_takes_its_confirmation_away(patient: Patient) -> None:
    def other(high: str) -> None:
        fill_form(patient=patient, event="visit", form="second", texts={"high": high}, by=None)

    other("1")
    put(patient, {"above": "measured twice"}, sure="yes", low="2")
    other("3")
    assert find_form(patient, "visit", "first").confirmed == {}  # type: ignore[union-attr]
    other("1")
    assert refusal(patient).keys() == {"above"}


def test_the_page_asks_beside_the_message_and_shows_the_reason_on_the_card(
    client: Client, patient: Patient
) -> None:
    assert card_of(client.get(address("patient", "A-1")), "visit", "first").entry.questions() == []
    refused = enter(client, "A-1", "visit", "first", sure="yes", low="6")
    assert refused.status_code == 400
    form = card_of(refused, "visit", "first").entry
    (question,) = form.questions()
    assert "This is a lot." in str(question.field.errors)
    assert form["low"].value() == "6"
    assert form["low"].errors == []
    assert "Why is it right all the same?" in text_of(refused)
    sent = {"sure": "yes", "low": "6", "confirm-odd": "measured twice"}
    assert enter(client, "A-1", "visit", "first", **sent).status_code == 302
    page = client.get(address("patient", "A-1"))
    (remark,) = card_of(page, "visit", "first").remarks
    assert (remark.text, remark.reason, remark.is_open) == (
        "This is a lot.",
        "measured twice",
        False,
    )
    assert "measured twice" in text_of(page)
    # It is shown where it can be changed, and need not be said again.
    (question,) = card_of(page, "visit", "first").entry.questions()
    assert question.field.value() == "measured twice"
    sent["low"] = "6.5"
    assert enter(client, "A-1", "visit", "first", **sent).status_code == 302
    taken = enter(client, "A-1", "visit", "first", **{"confirm-odd": ""})
    assert taken.status_code == 400


def test_an_item_that_is_called_as_a_check_is_not_blamed(client: Client, patient: Patient) -> None:
    refused = enter(client, "A-1", "visit", "first", sure="yes", low="8")
    form = card_of(refused, "visit", "first").entry
    assert form.errors.keys() == {"confirm-odd", "confirm-low"}
    assert len(form.questions()) == 2


def test_a_draft_that_asks_says_so_on_its_card(client: Client, patient: Patient) -> None:
    put(patient, status="draft", low="6")
    page = client.get(address("patient", "A-1"))
    (remark,) = card_of(page, "visit", "first").remarks
    assert remark.is_open
    assert "not confirmed" in text_of(page)


MAPPING = "kind: clinical\nsubject_id: id\nlow: low\nsure: {column: sure, coding: {1: true}}\n"
ACCEPT = "accept: [{code: soft_check, column: odd}]\n"


def previewed(study: Study, rows: str, accept: str = "", by: Any = None) -> ImportBatch:
    batch = receive_file(
        study=study, name="f.csv", content=f"id,low,sure\n{rows}".encode(), kind="clinical",
        mapping_text=MAPPING + accept, by=by,
    )  # fmt: skip
    return preview_import(batch=batch, by=by)


def test_rows_of_a_file_on_which_a_check_fires_wait_for_somebody(
    study: Study, patient: Patient
) -> None:
    make_patient(study, site=patient.site, subject_id="A-2")
    batch = previewed(study, "A-1,6,1\nA-2,3,1\n")
    (doubt,) = batch.preview["doubts"]
    assert (doubt["code"], doubt["column"], doubt["rows"]) == ("soft_check", "odd", "2")
    assert "This is a lot." in str(doubt["why"])
    with pytest.raises(Refused, match="not confirmed"):
        commit_import(batch=batch, by=None)
    person = make_member(study, "manager", username="hanako")
    batch = confirm_warnings(batch=batch, warnings=[("soft_check", "odd")], by=person)
    commit_import(batch=batch, by=person)
    row = find_form(patient, "visit", "first")
    assert row is not None
    assert row.confirmed == {"odd": f"import:{batch.pk}"}
    assert batch.accepted[0]["by"] == "hanako"


def test_a_mapping_accepts_a_check_and_what_was_confirmed_is_not_asked_again(
    study: Study, patient: Patient
) -> None:
    batch = previewed(study, "A-1,6,1\n", ACCEPT)
    commit_import(batch=batch, by=None)
    again = previewed(study, "A-1,6.5,1\n")
    assert again.preview["doubts"] == []
    commit_import(batch=again, by=None)
    row = find_form(patient, "visit", "first")
    assert row is not None
    assert (row.values["low"], row.confirmed) == (6.5, {"odd": f"import:{batch.pk}"})
    assert "no warning “soft_check”" in str(previewed(study, "A-1,3,1\n", ACCEPT).message)
    commit_import(batch=previewed(study, "A-1,3,1\n"), by=None)
    assert find_form(patient, "visit", "first").confirmed == {}  # type: ignore[union-attr]


def test_what_an_import_confirmed_is_told_by_its_number(
    client: Client, study: Study, patient: Patient
) -> None:
    batch = previewed(study, "A-1,6,1\n", ACCEPT)
    commit_import(batch=batch, by=None)
    page = client.get(form_address("A-1", "visit", "first"))
    (remark,) = card_of(page, "visit", "first").remarks
    assert remark.reason == f"accepted with import {batch.pk}"
    # Whoever saves the form and says nothing of it leaves it as it is.
    enter(client, "A-1", "visit", "first", **{"low": "6.5", "confirm-odd": ""})
    assert find_form(patient, "visit", "first").confirmed == {"odd": f"import:{batch.pk}"}  # type: ignore[union-attr]
