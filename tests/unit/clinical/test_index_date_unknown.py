"""A patient may be enrolled before treatment begins: in no dataset until then, and counted so."""

from datetime import date

import pytest
from django.test import Client

from clinical.models import Patient
from clinical.selectors.outcomes import outcome_of, outcomes, with_outcome_dates
from clinical.selectors.patients import enrolment_by_month, study_counts
from clinical.services.patients import correct_enrolment, enrol_patient, record_follow_up
from imports.services.batches import commit_import
from studies.models import Site, Study
from studies.refusals import Refused, Stale
from studies.selectors.state import state_token
from tests.factories import answers, day, fill, make_member, make_patient
from tests.unit.clinical.pages import address, text_of
from tests.unit.clinical.test_new_patients_of_a_file import ENROLS, HEADER, problems, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def screened(study: Study, site_a: Site) -> Patient:
    return enrol_patient(
        study=study,
        site=site_a,
        cohort=study.cohorts.get(),
        subject_id="S 1",
        index_date=None,
        by=None,
    )


def test_there_is_no_outcome_until_the_index_date_is_known(screened: Patient, study: Study) -> None:
    record_follow_up(patient=screened, contact_date=day(30), status="dead", by=None)
    (told,) = with_outcome_dates(screened.study.patients.all(), as_of=study.today())
    assert (outcome_of(told, "OS"), outcome_of(told, "PFS")) == (None, None)
    assert outcomes(study.patients.all(), endpoint="OS", as_of=study.today()) == {}


def test_the_study_counts_them_apart(screened: Patient, study: Study, site_a: Site) -> None:
    make_patient(site=site_a)
    by = make_member(study, "manager")
    counts = study_counts(by, study)
    assert (counts.patients, counts.untreated, counts.overdue) == (2, 1, 1)
    assert sum(int(str(row["enrolled"])) for row in enrolment_by_month(by, study)) == 1


def test_the_page_says_so_and_takes_the_date_without_a_reason(
    client: Client, screened: Patient, study: Study
) -> None:
    page = client.get(address("patient", "S 1"))
    assert "not known yet" in text_of(page)
    assert "enters no model" in text_of(page)
    there = address("correct_enrolment", "S 1")
    form = client.get(there).context["form"]
    sent = {
        "seen": form.initial["seen"],
        "subject_id": "S 1",
        "site": screened.site_id,
        "cohort": screened.cohort_id,
        "index_date": "2020-01-01",
    }
    assert client.post(there, sent).status_code == 302
    screened.refresh_from_db()
    assert screened.index_date == date(2020, 1, 1)
    again = client.post(there, {**sent, "index_date": "2020-01-02"})
    assert again.status_code == 302  # somebody has changed it since: told on a fresh form
    fresh = client.get(there).context["form"].initial["seen"]
    refused = client.post(there, {**sent, "seen": fresh, "index_date": "2020-01-02"})
    assert "Say why this is corrected" in text_of(refused)


def test_a_listed_patient_without_the_date_can_be_found(client: Client, screened: Patient) -> None:
    page = client.get(address("patients") + "?status=untreated")
    assert [one.subject_id for one in page.context["page"]] == ["S 1"]


def test_whatever_else_is_corrected_needs_a_reason(screened: Patient, study: Study) -> None:
    with pytest.raises(Refused, match="Say why"):
        correct_enrolment(patient=screened, by=None, subject_id="S 2")
    with pytest.raises(Refused, match="Say why"):
        correct_enrolment(patient=screened, by=None, subject_id="S 2", index_date=day(0))
    seen = state_token(Patient.objects.get(study=screened.study))
    fresh = Patient.objects.get(study=screened.study)
    correct_enrolment(patient=fresh, by=None, index_date=day(0), seen=seen)
    with pytest.raises(Stale):
        correct_enrolment(patient=fresh, by=None, reason="x", index_date=day(1), seen=seen)


def test_a_contact_keeps_the_date_from_lying_after_it(screened: Patient) -> None:
    record_follow_up(patient=screened, contact_date=day(30), status="alive", by=None)
    with pytest.raises(Refused, match="cannot lie after a contact"):
        correct_enrolment(patient=screened, by=None, index_date=day(31))


def test_a_file_enrols_before_treatment_and_tells_the_date_later(study: Study) -> None:
    first = read(study, "P1,A,discovery,")
    assert problems(first) == []
    (row,) = (first.preview or {})["rows"]
    assert "in no model until it is" in str(row["notes"])
    commit_import(batch=first, by=None)
    assert Patient.objects.get(study=study).index_date is None
    commit_import(batch=read(study, "P1,A,discovery,2020-01-01"), by=None)
    assert Patient.objects.get(study=study).index_date == date(2020, 1, 1)


def test_a_duration_cannot_count_from_a_date_that_nobody_knows(study: Study) -> None:
    mapping = (
        ENROLS
        + "survival: {overall: {duration: {column: days, unit: days}, event: {column: died, coding: {1: dead, 0: alive}}}}\n"
    )
    told = read(study, "P1,A,discovery,,20,1", mapping=mapping, header=f"{HEADER},days,died")
    assert [column for _row, column, _why in problems(told)] == ["days"]
    assert "to count from it" in problems(told)[0][2]


def test_a_form_may_be_filled_before_treatment(screened: Patient) -> None:
    fill(screened, age="61")
    assert answers(screened)["age"] == 61
