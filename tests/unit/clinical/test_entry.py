"""Entering a form of the dictionary on a patient's page, whatever its items are."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from clinical.dictionary.reading import read_definition
from clinical.models import FilledForm, Patient
from clinical.services import attachments
from clinical.services.definitions import publish_definition
from imports.models import SourceFile
from studies.models import Site, Study
from tests.factories import make_patient
from tests.unit.clinical.pages import (
    address,
    card_of,
    enter,
    form_address,
    signed_in,
    text_of,
)

pytestmark = pytest.mark.django_db

VISITS = """
name: visits
missing_codes: [{code: ND, label: {en: not done, ja: 未実施}}]
code_lists:
  - {name: colour, codes: [{code: red, label: {en: a red one, ja: 赤}}, {code: blue}]}
events:
  - {name: start, label: {en: At the start, ja: 開始時}, forms: [first]}
  - {name: cycle, label: Cycle, repeats: true, forms: [second, {form: third, repeats: true}]}
forms:
  - name: first
    label: First form
    note: Ask the patient.
    groups: [{name: body, label: Of the body}]
    items:
      - {name: told, type: heading, label: What was told}
      - {name: words, type: text, label: Words}
      - {name: initials, type: text, longest: 3, identifier: true}
      - {name: whole, type: integer, range: {low: 0, high: 10}}
      - {name: dose, type: decimal, unit: "10*3/uL", range: {low: 0.5, usual_low: 1, usual_high: 6.5, high: 8}}
      - {name: sure, type: yes_no, required: true}
      - {name: why, type: text, longest: 40, shown_when: not sure, required: true}
      - {name: colour, type: code, codes: colour}
      - {name: colours, type: codes, codes: colour, label: Colours}
      - {name: since, type: date, precision: month}
      - {name: day, type: date, not_in_future: true}
      - {name: moment, type: datetime}
      - {name: clock, type: time}
      - {name: scan, type: file}
      - {name: low, type: decimal, group: body}
      - {name: twice, type: decimal, derived: low * 2, unit: mm, group: body}
    checks:
      - {name: odd, fires_when: low > 5, severity: soft, message: {en: This is a lot.}}
  - {name: second, label: Second, items: [{name: value, type: decimal}]}
  - {name: third, label: Third, items: [{name: event_text, type: text, longest: 20}]}
"""


@pytest.fixture
def patient(study: Study, site_a: Site) -> Patient:
    publish_definition(study=study, definition=read_definition(VISITS), by=None)
    return make_patient(site=site_a, subject_id="A-1")


def row() -> FilledForm:
    return FilledForm.objects.get(patient__subject_id="A-1")


ALL = {
    "words": "two\r\nlines", "initials": "AB", "whole": "７", "dose": "３．５", "sure": "yes", "colour": "red",
    "colours": ["", "red", "blue"], "since": "2024-02", "day": "2024-02-29", "moment": "2024-02-29T23:59", "clock": "07:05",
    "low": "2.25",
}  # fmt: skip


def test_one_item_of_each_type_is_entered_and_shown(client: Client, patient: Patient) -> None:
    scan = SimpleUploadedFile("scan.pdf", b"%PDF-1")
    assert enter(client, "A-1", "start", "first", **ALL, scan=scan).status_code == 302
    kept = SourceFile.objects.get()
    assert row().values == {
        "words": "two\nlines", "initials": "AB", "whole": 7, "dose": 3.5, "sure": True, "colour": "red",
        "colours": ["red", "blue"], "since": "2024-02", "day": "2024-02-29", "moment": "2024-02-29T23:59", "clock": "07:05",
        "low": 2.25, "twice": 4.5, "scan": kept.sha256,
    }  # fmt: skip
    assert row().given == {"whole": "７", "dose": "３．５"}
    card = card_of(client.get(address("patient", "A-1")), "start", "first")
    told = {fact.label: fact for part in card.facts for fact in part.facts}
    assert (told["dose"].value, told["dose"].unit) == ("3.5", "10³/µL")
    assert told["Colours"].value == "a red one; blue"
    assert told["moment"].value == "2024-02-29 23:59"
    assert (told["twice"].value, told["twice"].unit) == ("4.5", "mm")
    assert told["scan"].value == "scan.pdf"
    assert [part.title for part in card.facts] == ["", "Of the body"]
    assert "why" not in told


def test_a_file_is_given_back_to_those_who_see_the_patient(
    client: Client, study: Study, patient: Patient
) -> None:
    enter(client, "A-1", "start", "first", sure="yes", scan=SimpleUploadedFile("<a>.svg", b"<svg>"))
    there = f"{form_address('A-1', 'start', 'first')}files/scan/"
    answer = client.get(there)
    assert answer.content == b"<svg>"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert signed_in(study, "laboratory").get(there).status_code == 403
    for other in ("words", "nothing"):
        assert client.get(there.replace("scan", other)).status_code == 404
    # It stays while other things are entered, and goes when somebody says so.
    enter(client, "A-1", "start", "first", whole="3")
    assert "scan" in row().values
    enter(client, "A-1", "start", "first", **{"remove-scan": "on"})
    assert "scan" not in row().values
    assert client.get(there).status_code == 404


def test_a_file_that_is_too_large_or_empty_is_refused_and_nothing_is_kept(
    client: Client, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "LARGEST_MB", 0.00001)
    for content, told in ((b"x" * 11, "at most"), (b"", "is empty")):
        scan = SimpleUploadedFile("scan.pdf", content)
        answer = enter(client, "A-1", "start", "first", sure="yes", scan=scan)
        assert answer.status_code == 400
        assert told in str(card_of(answer, "start", "first").entry.errors["scan"])
    monkeypatch.setattr(attachments, "LARGEST_MB", 1)
    refused = enter(client, "A-1", "start", "first", scan=SimpleUploadedFile("a", b"x"), whole="11")
    assert refused.status_code == 400
    assert not SourceFile.objects.exists()


def test_what_was_typed_stays_after_a_refusal(client: Client, patient: Patient) -> None:
    sent = {**ALL, "dose": "three", "colour": "green", "since": "Feb", "clock": "noon"}
    answer = enter(client, "A-1", "start", "first", **sent)
    assert answer.status_code == 400
    form = card_of(answer, "start", "first").entry
    assert form.errors.keys() == {"dose", "colour", "since", "clock"}
    for name in ("words", "dose", "since", "clock", "low"):
        assert form[name].value() == sent[name]
    assert form["colours"].value() == ["red", "blue"]
    assert "“three” is not a number." in text_of(answer)


def names_asked(page: Any) -> set[str]:
    form = card_of(page, "start", "first").entry
    return {row.item.name for block in form.blocks() for row in block.rows}


def test_what_is_hidden_is_asked_once_the_answer_that_shows_it_is_given(
    client: Client, patient: Patient
) -> None:
    assert "why" not in names_asked(client.get(address("patient", "A-1")))
    refused = enter(client, "A-1", "start", "first", sure="no")
    assert refused.status_code == 400
    assert "why" in names_asked(refused)
    assert "This is required" in text_of(refused)
    assert enter(client, "A-1", "start", "first", sure="no", why="tired").status_code == 302
    # What is hidden, but answered, is shown and marked.
    enter(client, "A-1", "start", "first", sure="yes")
    page = client.get(address("patient", "A-1"))
    assert "why" in names_asked(page)
    assert "no longer asked, but answered" in text_of(page)
    enter(client, "A-1", "start", "first", why="")
    assert "why" not in names_asked(client.get(address("patient", "A-1")))


def test_a_draft_may_leave_out_what_is_required_and_goes_on_to_what_it_opens(
    client: Client, patient: Patient
) -> None:
    answer = enter(client, "A-1", "start", "first", sure="no", **{"form-status": "draft"})
    assert answer["Location"] == f"{form_address('A-1', 'start', 'first')}#start-first-1-1"
    assert row().status == "draft"
    page = client.get(answer["Location"])
    assert card_of(page, "start", "first").is_open
    assert "asks for more" in text_of(page)
    assert card_of(page, "start", "first").is_draft


def test_why_a_value_is_missing_is_asked_beside_it(client: Client, patient: Patient) -> None:
    enter(client, "A-1", "start", "first", sure="yes", dose="", **{"why-dose": "ND"})
    assert (row().values, row().missing) == ({"sure": True}, {"dose": "ND"})
    assert "not done" in text_of(client.get(address("patient", "A-1")))
    both = enter(client, "A-1", "start", "first", low="3", **{"why-low": "ND"})
    assert both.status_code == 400
    assert "not both" in text_of(both)
    enter(
        client, "A-1", "start", "first", dose="4", **{"why-dose": "ND"}
    )  # the value was typed now
    assert (row().values["dose"], row().missing) == (4, {})
    enter(
        client, "A-1", "start", "first", dose="4", **{"why-dose": "ND"}
    )  # and now the code chosen
    assert ("dose" in row().values, row().missing) == (False, {"dose": "ND"})
    enter(client, "A-1", "start", "first", sure="ND", **{"why-dose": ""})
    assert row().missing == {"sure": "ND"}


def test_what_is_unusual_is_saved_and_marked(client: Client, patient: Patient) -> None:
    enter(client, "A-1", "start", "first", sure="yes", dose="7")
    assert (row().values["dose"], row().states) == (7, {"dose": "soft"})
    text = text_of(client.get(address("patient", "A-1")))
    assert "unusual: check value and unit" in text
    assert "usual 1–6.5, possible 0.5–8" in text


def test_forms_and_visits_that_repeat_are_opened_one_after_the_other(
    client: Client, patient: Patient
) -> None:
    def more() -> list[str]:
        page = client.get(address("patient", "A-1"))
        return [one.label for card in page.context["cards"] for one in card.more]

    def anchors() -> list[str]:
        return [c.anchor for c in client.get(address("patient", "A-1")).context["cards"]]

    assert more() == []
    assert anchors() == ["start-first-1-1", "cycle-second-1-1", "cycle-third-1-1"]
    enter(client, "A-1", "cycle", "third", event_text="a")
    assert more() == ["Add: Third 2", "Add: Cycle 2"]
    for n in (2, 3):
        assert enter(client, "A-1", "cycle", "third", 1, n, event_text=str(n)).status_code == 302
    assert client.get(form_address("A-1", "cycle", "third", 1, 5)).status_code == 404
    assert enter(client, "A-1", "cycle", "second", 2, 1, value="3").status_code == 302
    assert anchors() == [
        "start-first-1-1", "cycle-second-1-1", "cycle-third-1-1", "cycle-third-1-2", "cycle-third-1-3",
        "cycle-second-2-1", "cycle-third-2-1",
    ]  # fmt: skip
    assert more() == ["Add: Third 4", "Add: Cycle 3"]
    opened = client.get(form_address("A-1", "cycle", "second", 3, 1))
    assert card_of(opened, "cycle", "second", 3, 1).is_open
    assert client.get(form_address("A-1", "cycle", "second", 4, 1)).status_code == 404


def test_a_monitor_reads_the_cards_and_enters_nothing(study: Study, patient: Patient) -> None:
    page = signed_in(study, "monitor").get(address("patient", "A-1"))
    assert all(card.entry is None and not card.more for card in page.context["cards"])
    assert "<form method" not in text_of(page).split('id="start-first-1-1"')[1]


def test_many_fields_are_opened_form_by_form(
    client: Client, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clinical.web.cards.FIELDS_AT_MOST", 3)
    page = client.get(address("patient", "A-1"))
    assert all(card.entry is None for card in page.context["cards"])
    assert form_address("A-1", "start", "first") in text_of(page)
    opened = client.get(form_address("A-1", "start", "first"))
    assert card_of(opened, "start", "first").entry is not None
    assert enter(client, "A-1", "start", "first", sure="yes").status_code == 302


def test_labels_are_told_in_the_readers_language(patient: Patient) -> None:
    from clinical.selectors.sheets import read_sheets
    from clinical.web.cards import cards_of

    with translation.override("ja"):
        first = cards_of(read_sheets(patient), may_enter=True)[0]
        assert first.event == "開始時"
        assert first.entry is not None
        assert ("red", "赤") in first.entry.fields["colour"].widget.choices


def test_a_page_takes_as_many_queries_however_many_forms_are_filled(
    client: Client, patient: Patient, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(26):
        client.get(address("patient", "A-1"))
    for n in range(1, 6):
        enter(client, "A-1", "cycle", "third", 1, n, event_text="a")
    with django_assert_max_num_queries(26):
        client.get(address("patient", "A-1"))
