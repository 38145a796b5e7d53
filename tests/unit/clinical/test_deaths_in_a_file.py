"""Nobody dies twice: not in a file, and not by a file beside what the study knows. Each refusal names the right day."""

from datetime import date

import pytest

from clinical.models import FollowUp
from imports.models import ImportBatch
from imports.services.batches import preview_import, receive_file
from studies.models import Study
from tests.factories import StudyFactory, make_patient

pytestmark = pytest.mark.django_db

MAPPING = """
subject_id: id
layout: row_per_contact
follow_up:
  - date: {column: seen}
    status: {column: status}
"""


@pytest.fixture
def study() -> Study:
    study = StudyFactory()
    patient = make_patient(study, subject_id="P1", index_date=date(2020, 1, 1))
    FollowUp.objects.create(patient=patient, contact_date="2020-02-01", status="alive")
    return study


def read(study: Study, *lines: str) -> ImportBatch:
    content = "\n".join(["id,seen,status", *lines]).encode()
    batch = receive_file(
        study=study, name="f.csv", content=content, kind="clinical", mapping_text=MAPPING, by=None
    )
    return preview_import(batch=batch, by=None)


def refusals(study: Study, *lines: str) -> list[tuple[int, str]]:
    rows = (read(study, *lines).preview or {})["rows"]
    return [(row["row"], str(why)) for row in rows for _, _, why in row["problems"]]


def died(study: Study, day: str) -> None:
    FollowUp.objects.create(patient=study.patients.get(), contact_date=day, status="dead")


def test_a_second_death_in_one_file_is_told_as_that(study: Study) -> None:
    assert refusals(study, "P1,2020-05-01,dead", "P1,2020-06-01,dead") == [
        (3, "the file has a second death; it has one on 2020-05-01.")
    ]


def test_two_contacts_on_one_day_of_a_file_are_told_as_that(study: Study) -> None:
    assert refusals(study, "P1,2020-05-01,alive", "P1,2020-05-01,dead") == [
        (3, "the file has two contacts on this day.")
    ]


def test_a_death_on_another_day_corrects_the_one_that_is_known(study: Study) -> None:
    died(study, "2020-05-01")
    batch = read(study, "P1,2020-06-01,dead")
    (row,) = (batch.preview or {})["rows"]
    assert row["verdict"] == "changed"
    assert row["changes"] == [["contact 2020-06-01 date", "2020-05-01", "2020-06-01"]]


def test_a_known_contact_that_would_become_a_second_death_names_the_first(study: Study) -> None:
    died(study, "2020-05-01")
    assert refusals(study, "P1,2020-02-01,dead") == [
        (2, "this would be a second death; the study has one on 2020-05-01.")
    ]


def test_a_contact_after_the_death_of_the_same_file_is_told_with_both_days(study: Study) -> None:
    assert refusals(study, "P1,2020-05-01,dead", "P1,2020-06-01,alive") == [
        (3, "the contact on 2020-06-01 lies after the death on 2020-05-01.")
    ]


def test_a_death_before_a_known_contact_is_told_with_both_days(study: Study) -> None:
    assert refusals(study, "P1,2020-01-15,dead") == [
        (2, "the contact on 2020-02-01 lies after the death on 2020-01-15.")
    ]
