"""What a study collects, and what it knows of its patients, as a script reads it."""

import pytest

from clinical.dictionary.reading import read_definition
from clinical.services.definitions import publish_definition
from clinical.services.filling import fill_form
from clinical.services.voiding import void_form
from tests.factories import StudyFactory, make_patient
from tests.integration.api import client_with
from tests.unit.clinical.test_entry import VISITS

pytestmark = pytest.mark.django_db


def url(tail: str) -> str:
    return f"/api/v1/studies/OWN/{tail}"


def test_a_study_without_a_definition_of_its_own_shows_what_is_shipped() -> None:
    study = StudyFactory(code="OWN")
    make_patient(study)
    answer = client_with(study, "monitor").get(url("definition/")).json()
    assert (answer["version"], answer["name"]) == (0, "nsclc-ici")
    assert [event["name"] for event in answer["events"]] == ["pre", "edt"]
    items = {item["name"]: item for form in answer["forms"] for item in form["items"]}
    albumin = items["albumin"]
    assert (albumin["type"], albumin["unit"]) == ("decimal", "g/dL")
    assert albumin["range"] == {"low": 0.5, "usual_low": 1, "usual_high": 6.5, "high": 8}
    assert albumin["label"] == {"en": "albumin", "ja": "アルブミン"}
    assert albumin["codings"] == [{"system": "LOINC", "code": "1751-7"}]
    stages = {one["name"]: one for one in answer["code_lists"]}[items["stage"]["codes"]]
    assert stages["ordered"]
    assert stages["codes"][0] == {"code": "I", "label": {"en": "I"}, "rank": 1, "codings": []}
    assert [one["code"] for one in answer["missing_codes"]] == ["ND", "UNK", "NA"]


def test_forms_come_with_instances_and_without_what_tells_who_somebody_is() -> None:
    study = StudyFactory(code="OWN")
    patient = make_patient(study)
    publish_definition(study=study, definition=read_definition(VISITS), by=None)
    texts = {"initials": "AB", "sure": "yes", "dose": "ND"}
    fill_form(patient=patient, event="start", form="first", texts=texts, by=None)
    for n in (1, 2):
        fill_form(
            patient=patient, event="cycle", form="third", texts={"event_text": str(n)}, by=None,
            form_instance=n,
        )  # fmt: skip
    client = client_with(study, "monitor")
    assert client.get(url("definition/")).json()["version"] == 1
    (found,) = client.get(url("patients/")).json()["results"]
    first, *others = found["forms"]
    assert (first["values"], first["missing"]) == ({"sure": True}, {"dose": "ND"})
    assert [(o["event"], o["form_instance"], o["values"]) for o in others] == [
        ("cycle", 1, {"event_text": "1"}),
        ("cycle", 2, {"event_text": "2"}),
    ]
    void_form(
        patient=patient, event="cycle", form="third", form_instance=2, by=None, reason="entered twice",
    )  # fmt: skip
    assert len(client.get(url(f"patients/{patient.subject_id}/")).json()["forms"]) == 2
