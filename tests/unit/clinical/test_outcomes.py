"""Time and event, derived from index date and contacts, worked out by hand."""

from datetime import date

import pytest

from clinical.models import Patient
from clinical.selectors.outcomes import Outcome, outcomes
from clinical.services.patients import record_follow_up
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
        ("CR", None, Outcome(60, False)),
        ("PR", None, Outcome(60, False)),
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


def test_death_after_progression_does_not_move_the_progression(patient: Patient) -> None:
    record_follow_up(
        patient=patient, contact_date=day(95), status="alive", progression_date=day(90), by=None
    )
    record_follow_up(patient=patient, contact_date=day(120), status="dead", by=None)
    assert outcome(patient, "PFS") == Outcome(90, True)
    assert outcome(patient, "OS") == Outcome(120, True)


def test_an_earlier_day_does_not_know_of_a_later_progression_and_its_own_day_does(
    patient: Patient,
) -> None:
    for contact, progression in ((50, None), (95, 90)):
        record_follow_up(
            patient=patient,
            contact_date=day(contact),
            status="alive",
            disease_assessed=True,
            progression_date=day(progression) if progression else None,
            by=None,
        )
    assert outcome(patient, "PFS", as_of=day(89)) == Outcome(50, False)
    assert outcome(patient, "PFS", as_of=day(90)) == Outcome(90, True)


def test_the_day_itself_is_known_and_the_day_before_is_not(patient: Patient) -> None:
    record_follow_up(patient=patient, contact_date=day(90), status="alive", by=None)
    record_follow_up(patient=patient, contact_date=day(200), status="dead", by=None)
    assert outcome(patient, as_of=day(200)) == Outcome(200, True)
    assert outcome(patient, as_of=day(199)) == Outcome(90, False)
    assert outcome(patient, as_of=day(90)) == Outcome(90, False)
    assert outcome(patient, as_of=day(89)) is None


def test_the_last_of_several_assessments_censors(patient: Patient) -> None:
    for contact in (60, 120, 90):
        record_follow_up(
            patient=patient,
            contact_date=day(contact),
            status="alive",
            disease_assessed=True,
            by=None,
        )
    assert outcome(patient, "PFS") == Outcome(120, False)


@pytest.mark.alone
def test_who_begins_treatment_later_is_not_among_the_patients_of_that_day(patient: Patient) -> None:
    record_follow_up(patient=patient, contact_date=day(30), status="alive", by=None)
    everybody = Patient.objects.all()
    assert list(outcomes(everybody, endpoint="OS", as_of=day(-1))) == []
    assert list(outcomes(everybody, endpoint="OS", as_of=day(0))) == [patient.pk]


@pytest.mark.alone
def test_one_patients_contacts_are_not_another_ones(patient: Patient) -> None:
    other = make_patient(patient.study)
    record_follow_up(patient=patient, contact_date=day(90), status="dead", by=None)
    record_follow_up(patient=other, contact_date=day(50), status="alive", by=None)
    found = outcomes(Patient.objects.all(), endpoint="OS", as_of=LATE)
    assert found == {patient.pk: Outcome(90, True), other.pk: Outcome(50, False)}


def test_an_endpoint_that_does_not_exist_is_refused(patient: Patient) -> None:
    record_follow_up(patient=patient, contact_date=day(90), status="alive", by=None)
    with pytest.raises(ValueError, match=r"not known; use one of .*OS.*PFS"):
        outcome(patient, "ORR")
