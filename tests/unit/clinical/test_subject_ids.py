"""Subject ids are what hospitals write, in one spelling."""

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.test import Client

from clinical.models import Patient
from clinical.models.subjects import as_subject_id
from clinical.services.patients import enrol_patient
from studies.models import Site, Study
from studies.refusals import Refused
from tests.factories import day, make_patient
from tests.unit.clinical.pages import address
from tests.unit.clinical.test_new_patients_of_a_file import problems, read

pytestmark = pytest.mark.django_db


def enrol(study: Study, subject: str) -> Patient:
    return enrol_patient(
        study=study,
        site=study.sites.get(code="A"),
        cohort=study.cohorts.get(),
        subject_id=subject,
        index_date=day(0),
        by=None,
    )


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("A 001", "A 001"),
        ("  A   001 ", "A 001"),
        ("患者　００１", "患者 001"),
        ("ﾔﾏﾀﾞ-1", "ヤマダ-1"),
        ("Ж-7 (б)", "Ж-7 (б)"),
        ("รหัส 12", "รหัส 12"),
        ("10%#?&=1", "10%#?&=1"),
    ],
)
def test_an_id_is_stored_and_found_in_its_one_spelling(
    client: Client, study: Study, written: str, stored: str
) -> None:
    assert as_subject_id(written) == stored
    assert enrol(study, written).subject_id == stored
    assert study.patients.get(subject_id=written).subject_id == stored
    assert client.get(address("patient", stored)).status_code == 200
    with pytest.raises(Refused, match="already in the study"):
        enrol(study, f" {written}")


@pytest.mark.parametrize(
    "written", ["", "  ", "a/b", "a\\b", "=1+1", "-1", "@x", "..", "a\u200bb", "a\x00b", "x" * 61]
)
def test_what_no_address_or_spreadsheet_could_carry_is_refused(study: Study, written: str) -> None:
    with pytest.raises(Refused):
        enrol(study, written)
    assert not study.patients.exists()


@pytest.mark.parametrize("stored", ["a/b", " a", "a ", "a  b", "００１", "a\tb", "-a"])
def test_the_database_takes_no_other_spelling(study: Study, stored: str) -> None:
    patient = enrol(study, "A 1")
    with (
        pytest.raises(IntegrityError, match="clinical_patient_subject_in_one_spelling"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE clinical_patient SET subject_id = %s WHERE id = %s", [stored, patient.pk]
        )


def test_a_file_finds_a_patient_however_it_spells_the_id(study: Study, site_a: Site) -> None:
    make_patient(site=site_a, subject_id="患者 001", index_date=day(0))
    told = read(
        study,
        "患者　００１,A,discovery,2020-01-05",
        "患者 001,A,discovery,2020-01-05",
        "a/b,A,discovery,2020-01-05",
    )
    assert [why for _row, _column, why in problems(told)] == [
        "this subject is already in row 2; a file names each subject once.",
        "A subject id has letters, digits, blanks and signs, but no slash and nothing unseen.",
    ]
    rows = (told.preview or {})["rows"]
    assert rows[0]["verdict"] != "new"
