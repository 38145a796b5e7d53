"""Time and event, derived from index date and contacts, worked out by hand."""

from datetime import date

import pytest

from studies.models import Patient
from studies.selectors.outcomes import Outcome, outcomes
from studies.services.patients import record_follow_up
from tests.factories import day, make_patient

pytestmark = pytest.mark.django_db
LATE = date(2025, 1, 1)


def outcome(patient: Patient, endpoint: str = "OS", as_of: date = LATE) -> Outcome | None:
    return outcomes(Patient.objects.filter(pk=patient.pk), endpoint=endpoint, as_of=as_of).get(
        patient.pk
    )


@pytest.fixture
def patient() -> Patient:
    return make_patient()


def test_no_contact_means_no_outcome(patient: Patient) -> None:
    assert outcome(patient) is None


def test_the_living_are_censored_at_the_last_contact(patient: Patient) -> None:
    record_follow_up(patient=patient, contact_date=day(90), status="alive", by=None)
    record_follow_up(patient=patient, contact_date=day(180), status="lost", by=None)
    assert outcome(patient) == Outcome(180, False)


def test_death_is_the_event_of_overall_survival(patient: Patient) -> None:
    record_follow_up(patient=patient, contact_date=day(90), status="alive", by=None)
    record_follow_up(patient=patient, contact_date=day(200), status="dead", by=None)
    assert outcome(patient) == Outcome(200, True)


def test_an_earlier_day_does_not_know_of_a_later_death(patient: Patient) -> None:
    record_follow_up(patient=patient, contact_date=day(90), status="alive", by=None)
    record_follow_up(patient=patient, contact_date=day(200), status="dead", by=None)
    assert outcome(patient, as_of=day(150)) == Outcome(90, False)


def test_before_treatment_a_patient_has_no_outcome(patient: Patient) -> None:
    assert outcome(patient, as_of=day(-1)) is None


def test_the_first_progression_is_the_event_of_progression_free_survival(patient: Patient) -> None:
    record_follow_up(
        patient=patient, contact_date=day(95), status="alive", progression_date=day(90), by=None
    )
    record_follow_up(
        patient=patient, contact_date=day(195), status="alive", progression_date=day(190), by=None
    )
    assert outcome(patient, "PFS") == Outcome(90, True)
    assert outcome(patient, "OS") == Outcome(195, False)


def test_death_without_progression_ends_progression_free_survival(patient: Patient) -> None:
    record_follow_up(patient=patient, contact_date=day(120), status="dead", by=None)
    assert outcome(patient, "PFS") == Outcome(120, True)


def test_progression_free_survival_is_known_only_as_far_as_disease_was_assessed(
    patient: Patient,
) -> None:
    for on, assessed in ((60, True), (200, None), (400, False)):
        record_follow_up(
            patient=patient,
            contact_date=day(on),
            status="alive",
            disease_assessed=assessed,
            by=None,
        )
    assert outcome(patient, "PFS") == Outcome(60, False)
    assert outcome(patient, "OS") == Outcome(400, False)


@pytest.mark.parametrize(
    ("response", "assessed", "known"),
    [
        (None, None, None),
        ("NE", None, None),
        ("SD", False, None),
        ("SD", None, Outcome(60, False)),
        ("PD", None, Outcome(60, False)),
        (None, True, Outcome(60, False)),
    ],
)
def test_a_contact_of_which_nobody_said_that_disease_was_assessed_censors_no_progression(
    patient: Patient, response: str | None, assessed: bool | None, known: Outcome | None
) -> None:
    record_follow_up(
        patient=patient,
        contact_date=day(60),
        status="alive",
        response=response,
        disease_assessed=assessed,
        by=None,
    )
    assert outcome(patient, "PFS") == known
    assert outcome(patient, "OS") == Outcome(60, False)


def test_death_on_the_day_of_the_first_dose_counts_with_no_days(patient: Patient) -> None:
    record_follow_up(patient=patient, contact_date=day(0), status="dead", by=None)
    assert outcome(patient) == Outcome(0, True)
