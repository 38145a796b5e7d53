"""Real projects of REDCap come in: every field is an item, what is published reads back equal, and logic is translated."""

import csv
import os
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client

from clinical.dictionary.definition import without_identity
from clinical.dictionary.redcap import Brought, Project, read_project
from clinical.dictionary.redcap.events import make_event_name
from clinical.selectors.definitions import collected_by
from clinical.services.definitions import publish_if_changed
from clinical.services.filling import fill_form
from studies.models import Study
from tabular.source import FileSource
from tests.factories import make_member, make_patient

ROOT = Path(__file__).resolve().parents[2]
REAL_DATA = Path(os.environ.get("YOGO_REAL_DATA", ROOT.parent / "shared" / "data")) / "redcap"

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        not REAL_DATA.is_dir(),
        reason="The real files are not here; set YOGO_REAL_DATA to the folder that holds them.",
    ),
]
BESIDE = {"longitudinal": {"arms": "longitudinal.arm.csv", "events": "longitudinal.event.csv"}}


def read(name: str, code: str) -> Brought:
    def file(called: str) -> FileSource:
        return FileSource((REAL_DATA / called).read_bytes(), called)

    beside = {key: file(called) for key, called in BESIDE.get(name, {}).items()}
    return read_project(Project(file(f"{name}.dictionary.csv"), **beside, name=code))


@pytest.mark.parametrize(
    ("name", "items", "translated", "refused", "events"),
    [
        ("checkboxes-1", 3, 0, 0, 1),
        ("clinical-trial-1", 11, 0, 0, 1),
        ("longitudinal", 94, 4, 0, 12),
        ("repeating-instruments", 10, 0, 0, 1),
    ],
)
def test_a_project_comes_in(
    name: str, items: int, translated: int, refused: int, events: int
) -> None:
    call_command("create_study", "MOVED", title="Moved", template="empty", stdout=StringIO())
    path = REAL_DATA / f"{name}.dictionary.csv"
    beside = {key: REAL_DATA / called for key, called in BESIDE.get(name, {}).items()}
    told = []
    for _ in range(2):
        out = StringIO()
        call_command("import_dictionary", path, study="MOVED", **beside, stdout=out)
        told.append(out.getvalue())
    assert "Published version 2" in told[0]
    assert "collects this already" in told[1]
    brought = read(name, "MOVED")
    found = collected_by(Study.objects.get(code="MOVED")).definition
    assert without_identity(found) == brought.definition
    with path.open(encoding="utf-8-sig", newline="") as rows:
        fields = [row["Variable / Field Name"] for row in csv.DictReader(rows)]
    assert [brought.record_id, *found.form_of_item] == fields
    assert len(fields) == items + 1
    assert (len(brought.rules.translated), len(brought.rules.refused)) == (translated, refused)
    assert len(found.events) == events
    assert open_page(Study.objects.get(code="MOVED"), "patients/S1/").status_code == 200


def open_page(study: Study, page: str) -> HttpResponse:
    """A page of the study, as a coordinator of its one patient sees it."""
    patient = study.patients.first() or make_patient(study=study, subject_id="S1")
    client = Client()
    client.force_login(make_member(study, "coordinator", site=patient.site))
    return client.get(f"/studies/{study.code}/{page}")


def test_a_project_that_came_in_is_shown_and_filled() -> None:
    call_command("create_study", "MOVED", title="Moved", template="empty", stdout=StringIO())
    study = Study.objects.get(code="MOVED")
    publish_if_changed(
        study=study, definition=read("longitudinal", "MOVED").definition, by=None, source="REDCap"
    )
    shown = open_page(study, "forms/")
    assert shown.status_code == 200
    assert "round(weight2 * 10000 / height2 ^ 2, 1)" in shown.content.decode()
    patient = study.patients.get()
    at = {"patient": patient, "event": "enrollment_arm_1"}
    filled = fill_form(**at, form="demographics", texts={"sex": "0", "given_birth": "1", "height": "200", "weight": "80", "gym": "0|4"}, by=None)  # fmt: skip
    assert filled.values["bmi"] == 20.0
    page = "patients/S1/forms/enrollment_arm_1/demographics/1/1/"
    assert open_page(study, page).status_code == 200


def test_the_names_of_events_are_made_as_redcap_made_them() -> None:
    with (REAL_DATA / "longitudinal.event.csv").open(encoding="utf-8-sig", newline="") as rows:
        for row in csv.DictReader(rows):
            assert make_event_name(row["event_name"], row["arm_num"]) == row["unique_event_name"]
