"""A form that was entered in error is voided with a reason: it counts nowhere, stays in the trail, and can be restored."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from audit.selectors.trail import history_of
from clinical.dictionary.reading import read_definition
from clinical.models import FilledForm, Patient
from clinical.selectors.patients import PatientFilter, patient_list, study_counts
from clinical.selectors.record import answers_at, find_form
from clinical.selectors.sheets import read_sheets
from clinical.services.definitions import publish_definition
from clinical.services.filling import fill_form
from clinical.services.voiding import restore_form, void_form
from clinical.signals import clinical_change
from exports.selectors.forms import form_blocks
from imports.services.batches import commit_import, preview_import, receive_file
from studies.models import Site, Study
from studies.refusals import NotAllowed, Refused, Stale
from studies.selectors.state import state_token
from tests.factories import make_member, make_patient
from tests.unit.clinical.pages import address, card_of, enter, form_address, signed_in, text_of

pytestmark = pytest.mark.django_db

VISITS = """
name: visits
events:
  - {name: start, label: At the start, forms: [first]}
  - {name: cycle, label: Cycle, repeats: true, forms: [second, {form: third, repeats: true}]}
forms:
  - name: first
    label: First form
    items: [{name: low, type: decimal, critical: true}, {name: initials, type: text, longest: 3}]
  - name: second
    label: Second
    items: [{name: value, type: decimal}, {name: ratio, type: decimal, derived: value / start.low}]
  - {name: third, label: Third, items: [{name: event_text, type: text, longest: 20}]}
"""


@pytest.fixture
def patient(study: Study, site_a: Site) -> Patient:
    publish_definition(study=study, definition=read_definition(VISITS), by=None)
    return make_patient(site=site_a, subject_id="A-1")


def put(patient: Patient, event: str, form: str, *at: int, **texts: str) -> FilledForm:
    instances = dict(zip(("event_instance", "form_instance"), at, strict=False))
    return fill_form(patient=patient, event=event, form=form, texts=texts, by=None, **instances)


def void(patient: Patient, event: str, form: str, *at: int, **more: Any) -> FilledForm:
    instances = dict(zip(("event_instance", "form_instance"), at, strict=False))
    given = {"by": None, "reason": "of another patient", **instances, **more}
    return void_form(patient=patient, event=event, form=form, **given)


def test_a_voided_form_counts_nowhere(study: Study, patient: Patient) -> None:
    put(patient, "start", "first", low="2")
    put(patient, "cycle", "second", value="4")
    person = make_member(study, "manager")
    void(patient, "start", "first")
    definition = read_sheets(patient).collected.definition
    assert find_form(patient, "start", "first") is None
    assert [row[1] for row in answers_at([patient], definition, ["start"])] == []
    assert study_counts(person, study).complete == 0
    assert patient_list(person, study, PatientFilter()).get().known_factors == 0
    exported = [row for rows in form_blocks(study.patients.all()) for row in rows]
    assert {row[3] for row in exported} == {"second"}
    # What another form derived from it is not known any more.
    assert find_form(patient, "cycle", "second").values == {"value": 4.0}  # type: ignore[union-attr]


def test_a_reason_is_asked_and_the_trail_keeps_it_with_who(study: Study, patient: Patient) -> None:
    put(patient, "start", "first", low="2")
    person = make_member(study, "coordinator", site=patient.site, username="hanako")
    for reason, told in (
        ("", "Say why this form is voided"),
        (" ", "Say why"),
        ("x" * 501, "at most 500"),
    ):
        with pytest.raises(Refused, match=told) as caught:
            void(patient, "start", "first", by=person, reason=reason)
        assert list(caught.value.errors) == ["reason"]
    row = void(patient, "start", "first", by=person, reason=" of another patient ")
    assert row.void_reason == "of another patient"
    event = history_of(patient, [FilledForm], 1)[0]
    assert (event.who, event.verb) == ("hanako", "changed")
    assert "of another patient" in event.reason


def test_only_who_may_enter_there_voids_and_restores(study: Study, patient: Patient) -> None:
    row = put(patient, "start", "first", low="2")
    elsewhere = make_member(study, "coordinator", site=study.sites.get(code="B"))
    others = [elsewhere, *(make_member(study, role) for role in ("monitor", "statistician"))]
    for person in others:
        with pytest.raises(NotAllowed):
            void(patient, "start", "first", by=person)
    row = void(patient, "start", "first")
    for person in others:
        with pytest.raises(NotAllowed):
            restore_form(form=row, by=person, reason="it was right")


def test_a_form_that_somebody_else_has_changed_or_voided_is_refused(patient: Patient) -> None:
    put(patient, "start", "first", low="2")
    shown = state_token(find_form(patient, "start", "first"))
    put(patient, "start", "first", low="3")
    with pytest.raises(Stale):
        void(patient, "start", "first", seen=shown)
    shown = state_token(find_form(patient, "start", "first"))
    row = void(patient, "start", "first", seen=shown)
    with pytest.raises(Stale):
        void(patient, "start", "first", seen=shown)
    with pytest.raises(Refused, match="Nothing is filled here"):
        void(patient, "start", "first")
    with pytest.raises(Stale):
        restore_form(form=row, by=None, reason="it was right", seen=shown)


def test_what_is_restored_counts_again_as_it_was(patient: Patient) -> None:
    put(patient, "start", "first", low="2", initials="AB")
    put(patient, "cycle", "second", value="4")
    row = void(patient, "start", "first")
    with pytest.raises(Refused, match="Say why this form is restored"):
        restore_form(form=row, by=None, reason=" ")
    restore_form(form=row, by=None, reason="it was right")
    row = find_form(patient, "start", "first")  # type: ignore[assignment]
    assert (row.values, row.void_reason) == ({"low": 2.0, "initials": "AB"}, "")
    assert find_form(patient, "cycle", "second").values["ratio"] == 2.0  # type: ignore[union-attr]
    with pytest.raises(Refused, match="not voided"):
        restore_form(form=row, by=None, reason="again")


def test_what_was_filled_in_the_place_of_a_voided_form_stands(patient: Patient) -> None:
    put(patient, "start", "first", low="2")
    row = void(patient, "start", "first")
    put(patient, "start", "first", low="3")
    with pytest.raises(Refused, match="Another form was filled in the place"):
        restore_form(form=row, by=None, reason="it was right")
    assert find_form(patient, "start", "first").values == {"low": 3.0}  # type: ignore[union-attr]
    void(patient, "start", "first")
    restore_form(form=row, by=None, reason="it was right")
    assert find_form(patient, "start", "first").values == {"low": 2.0}  # type: ignore[union-attr]


def test_a_file_fills_the_place_of_a_voided_form_anew(study: Study, patient: Patient) -> None:
    put(patient, "start", "first", low="2")
    row = void(patient, "start", "first")
    batch = receive_file(
        study=study, name="f.csv", content=b"id,low\nA-1,2\n", kind="clinical",
        mapping_text="kind: clinical\nsubject_id: id\nlow: low\n", by=None,
    )  # fmt: skip
    batch = preview_import(batch=batch, by=None)
    assert batch.preview["writes"] == {"new forms": 1}
    commit_import(batch=batch, by=None)
    found = find_form(patient, "start", "first")
    assert found is not None
    assert (found.values, found.pk != row.pk) == ({"low": 2.0}, True)


def test_models_are_told(study: Study, patient: Patient) -> None:
    put(patient, "start", "first", low="2")
    heard: list[object] = []

    def listen(sender: object, study: Study, **_more: Any) -> None:
        heard.append((sender, study))

    clinical_change.connect(listen)
    try:
        row = void(patient, "start", "first")
        restore_form(form=row, by=None, reason="it was right")
    finally:
        clinical_change.disconnect(listen)
    assert heard == [(FilledForm, study)] * 2


@pytest.mark.parametrize(
    "change",
    [
        {"values": {"low": 3}},
        {"values": {"low": 3}, "voided_at": None, "void_reason": ""},
        {"void_reason": "another"},
        {"voided_at": "2024-01-01T00:00Z"},
        {"status": "draft"},
        {"form_instance": 2},
    ],
)
def test_the_database_leaves_a_voided_form_as_it_is(patient: Patient, change: Any) -> None:
    put(patient, "start", "first", low="2")
    rows = FilledForm.objects.filter(pk=void(patient, "start", "first").pk)
    with pytest.raises(IntegrityError, match="restore it first"), transaction.atomic():
        rows.update(**change)
    rows.update(void_reason=rows.get().void_reason)  # nothing changes
    rows.update(voided_at=None, void_reason="")
    rows.update(values={"low": 3})


def anchors(page: Any) -> list[str]:
    return [card.anchor for card in page.context["cards"]]


def more(page: Any) -> list[str]:
    return [one.label for card in page.context["cards"] for one in card.more]


def test_other_instances_stay_where_they_are(client: Client, patient: Patient) -> None:
    for n in (1, 2, 3):
        put(patient, "cycle", "third", 1, n, event_text=str(n))
    void(patient, "cycle", "third", 1, 2)
    page = client.get(address("patient", "A-1"))
    assert anchors(page)[2:] == ["cycle-third-1-1", "cycle-third-1-3"]
    assert more(page) == ["Add: Third 4", "Add: Cycle 2"]
    # The number of the last one is not given again either: what is voided can be restored.
    void(patient, "cycle", "third", 1, 3)
    page = client.get(address("patient", "A-1"))
    assert anchors(page)[2:] == ["cycle-third-1-1"]
    assert more(page) == ["Add: Third 4", "Add: Cycle 2"]
    assert enter(client, "A-1", "cycle", "third", 1, 4, event_text="4").status_code == 302
    assert anchors(client.get(address("patient", "A-1")))[2:] == [
        "cycle-third-1-1",
        "cycle-third-1-4",
    ]
    void(patient, "cycle", "third", 1, 1)
    void(patient, "cycle", "third", 1, 4)
    assert anchors(client.get(address("patient", "A-1")))[2:] == ["cycle-third-1-1"]
    assert client.get(form_address("A-1", "cycle", "third", 1, 6)).status_code == 404


def test_a_visit_whose_forms_are_voided_leaves_a_gap(client: Client, patient: Patient) -> None:
    for n in (1, 2, 3):
        put(patient, "cycle", "second", n, 1, value=str(n))
    void(patient, "cycle", "second", 2)
    page = client.get(address("patient", "A-1"))
    assert anchors(page)[1:] == [
        "cycle-second-1-1", "cycle-third-1-1", "cycle-second-3-1", "cycle-third-3-1",
    ]  # fmt: skip
    assert more(page) == ["Add: Cycle 4"]
    void(patient, "cycle", "second", 1)
    void(patient, "cycle", "second", 3)
    page = client.get(address("patient", "A-1"))
    assert anchors(page)[1:] == ["cycle-second-1-1", "cycle-third-1-1"]
    assert more(page) == []


def send(client: Client, page: Any, reason: str, event: str, form: str, *at: int) -> Any:
    card = card_of(page, event, form, *at)
    return client.post(card.void_address, {"seen": card.void["seen"].value(), "reason": reason})


def test_a_coordinator_voids_and_restores_on_the_page(client: Client, patient: Patient) -> None:
    put(patient, "start", "first", low="2")
    page = client.get(address("patient", "A-1"))
    assert "Entered in error?" in text_of(page)
    assert "Voided forms" not in text_of(page)
    assert card_of(page, "cycle", "second").void is None
    refused = send(client, page, "", "start", "first")
    assert refused.status_code == 400
    assert "Say why this form is voided" in text_of(refused)
    assert '<details class="in-error" open>' in text_of(refused)
    assert send(client, page, "of another patient", "start", "first").status_code == 302
    page = client.get(address("patient", "A-1"))
    assert not card_of(page, "start", "first").is_known
    (one,) = page.context["voided"]
    assert (one.title, one.event, one.reason) == (
        "First form",
        "At the start",
        "of another patient",
    )
    assert one.by == str(page.context["user"])
    # A second person, whose page is older, changes nothing.
    assert client.post(one.address, {"seen": "old", "reason": "it was right"}).status_code == 400
    sent = {"seen": one.restore["seen"].value(), "reason": ""}
    refused = client.post(one.address, sent)
    assert "Say why this form is restored" in text_of(refused)
    assert client.post(one.address, {**sent, "reason": "it was right"}).status_code == 302
    page = client.get(address("patient", "A-1"))
    assert card_of(page, "start", "first").is_known
    assert page.context["voided"] == []


def test_a_page_that_is_older_voids_nothing(client: Client, patient: Patient) -> None:
    put(patient, "start", "first", low="2")
    page = client.get(address("patient", "A-1"))
    put(patient, "start", "first", low="3")
    answer = send(client, page, "of another patient", "start", "first")
    assert answer.status_code == 400
    assert "Somebody else has changed these values" in text_of(answer)
    page = client.get(address("patient", "A-1"))
    void(patient, "start", "first")
    assert send(client, page, "of another patient", "start", "first").status_code == 400
    # Nor does somebody who was entering it meanwhile fill a new one unseen.
    seen = card_of(page, "start", "first").entry.initial["form-seen"]
    sent = {"form-seen": seen, "low": "4"}
    assert client.post(form_address("A-1", "start", "first"), sent).status_code == 400
    assert find_form(patient, "start", "first") is None


def test_a_monitor_reads_what_is_voided_and_restores_nothing(
    study: Study, patient: Patient
) -> None:
    put(patient, "start", "first", low="2")
    monitor = signed_in(study, "monitor")
    assert "Entered in error?" not in text_of(monitor.get(address("patient", "A-1")))
    void(patient, "start", "first")
    page = monitor.get(address("patient", "A-1"))
    (one,) = page.context["voided"]
    assert one.restore is None
    assert "of another patient" in text_of(page)
    assert monitor.post(one.address, {"reason": "x"}).status_code == 403


def test_a_form_that_was_replaced_says_so(client: Client, patient: Patient) -> None:
    put(patient, "start", "first", low="2")
    void(patient, "start", "first")
    put(patient, "start", "first", low="3")
    page = client.get(address("patient", "A-1"))
    (one,) = page.context["voided"]
    assert one.restore is None
    assert "Another form was filled in its place" in text_of(page)
