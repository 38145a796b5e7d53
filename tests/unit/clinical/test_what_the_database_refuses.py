"""Each named rule of the database, tripped by a raw write, and explained by the service."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from clinical.models import Definition, FilledForm, FollowUp, Item, MissingCode, Patient
from clinical.selectors.record import find_form
from clinical.services.patients import enrol_patient, record_follow_up
from studies.models import Cohort, Membership, Site
from studies.refusals import Refused, by_constraint, explain_refusals
from tests.factories import (
    CohortFactory,
    SiteFactory,
    StudyFactory,
    UserFactory,
    day,
    fill,
    make_patient,
)

pytestmark = pytest.mark.django_db


@contextmanager
def refused_by(rule: str) -> Iterator[None]:
    """A write that the database refuses by a constraint or a trigger of this name, or in these words."""
    with pytest.raises(IntegrityError) as refusal:
        yield
    diagnosis = getattr(refusal.value.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None) or ""
    assert rule in f"{name} {refusal.value}"


@pytest.fixture
def patient() -> Patient:
    return make_patient()


RAW = {
    "clinical_follow_up_not_before_index": {"contact_date": day(-1), "status": "alive"},
    "clinical_follow_up_status_known": {"contact_date": day(1), "status": "ill"},
    "clinical_follow_up_cause_of_a_death": {
        "contact_date": day(1), "status": "alive", "cause": "cancer",
    },
    "clinical_follow_up_response_known": {
        "contact_date": day(1), "status": "alive", "response": "XX",
    },
    "clinical_follow_up_progression_seen_by_then": {
        "contact_date": day(1), "status": "alive", "progression_date": day(2),
    },
    "clinical_progression_not_before_index": {
        "contact_date": day(1), "status": "alive", "progression_date": day(-2),
    },
}  # fmt: skip


@pytest.mark.parametrize(("name", "row"), RAW.items(), ids=RAW.keys())
def test_follow_up_that_cannot_be(patient: Patient, name: str, row: dict[str, object]) -> None:
    with refused_by(name), transaction.atomic():
        FollowUp.objects.create(patient=patient, **row)


def test_no_contact_in_the_future(patient: Patient) -> None:
    tomorrow = patient.study.today() + timedelta(days=1)
    with refused_by("clinical_follow_up_not_in_future"), transaction.atomic():
        FollowUp.objects.create(patient=patient, contact_date=tomorrow, status="alive")
    with pytest.raises(Refused, match="cannot lie in the future"):
        record_follow_up(patient=patient, contact_date=tomorrow, status="alive", by=None)


def test_a_contact_today_is_taken(patient: Patient) -> None:
    today = patient.study.today()
    assert record_follow_up(patient=patient, contact_date=today, status="alive", by=None).pk


def test_no_contact_after_death_in_either_order(patient: Patient) -> None:
    record_follow_up(patient=patient, contact_date=day(50), status="dead", by=None)
    with refused_by("clinical_follow_up_not_after_death"), transaction.atomic():
        FollowUp.objects.create(patient=patient, contact_date=day(51), status="alive")
    other = make_patient(patient.study)
    record_follow_up(patient=other, contact_date=day(51), status="alive", by=None)
    with pytest.raises(Refused, match="cannot lie after the death"):
        record_follow_up(patient=other, contact_date=day(50), status="dead", by=None)


def test_one_death_and_one_contact_a_day(patient: Patient) -> None:
    record_follow_up(patient=patient, contact_date=day(50), status="dead", by=None)
    with refused_by("clinical_follow_up_one_death"), transaction.atomic():
        FollowUp.objects.create(patient=patient, contact_date=day(49), status="dead")
    with refused_by("clinical_follow_up_once_a_day"), transaction.atomic():
        FollowUp.objects.create(patient=patient, contact_date=day(50), status="alive")


def test_a_death_before_treatment_is_explained(patient: Patient) -> None:
    with pytest.raises(Refused) as refusal:
        record_follow_up(patient=patient, contact_date=day(-1), status="dead", by=None)
    assert "before the index date" in refusal.value.errors["contact_date"][0]
    assert not patient.follow_ups.exists()


def test_the_index_date_cannot_pass_a_contact_or_today(patient: Patient) -> None:
    record_follow_up(patient=patient, contact_date=day(10), status="alive", by=None)
    with refused_by("clinical_index_date_before_follow_up"), transaction.atomic():
        Patient.objects.filter(pk=patient.pk).update(index_date=day(11))
    with refused_by("clinical_index_date_not_in_future"), transaction.atomic():
        Patient.objects.filter(pk=make_patient(patient.study).pk).update(
            index_date=patient.study.today() + timedelta(days=1)
        )


def test_a_subject_id_is_unique_in_its_study_only(patient: Patient) -> None:
    with pytest.raises(Refused, match="already in the study"):
        make_patient(patient.study, subject_id=patient.subject_id)
    assert make_patient(subject_id=patient.subject_id).pk
    with refused_by("clinical_patient_subject_once_per_study"), transaction.atomic():
        Patient.objects.create(
            study=patient.study,
            site=patient.site,
            cohort=patient.cohort,
            subject_id=patient.subject_id,
            index_date=day(0),
        )


def test_a_patient_stays_within_the_study(patient: Patient) -> None:
    foreign = SiteFactory()
    with refused_by("clinical_patient_site_and_cohort_of_the_study"), transaction.atomic():
        Patient.objects.filter(pk=patient.pk).update(site=foreign)
    with pytest.raises(Refused, match="must belong to this study"):
        enrol_patient(
            study=patient.study,
            site=foreign,
            cohort=patient.cohort,
            subject_id="X1",
            index_date=day(0),
            by=None,
        )


IMPOSSIBLE = {
    "age": 130,
    "height": 1.7,
    "weight": 700,
    "bmi_reported": 2,
    "pdl1": 101,
    "sex": "m",
    "stage": "V",
    "pdl1_class_reported": "high",
    "albumin": 38,
    "neutrophils": 4000,
    "lymphocytes": 1500,
    "nlr_reported": -1,
    "collected_on": "2023-02-29",
}


@pytest.mark.parametrize(("name", "value"), IMPOSSIBLE.items(), ids=IMPOSSIBLE.keys())
def test_factors_that_cannot_be(patient: Patient, name: str, value: object) -> None:
    fill(patient, age=60, albumin=4)
    form = "blood" if name in ("albumin", "neutrophils", "lymphocytes", "nlr_reported", "collected_on") else "factors"  # fmt: skip
    rows = FilledForm.objects.filter(patient=patient, event_form__form__name=form)
    with refused_by(f"{name} cannot be"), transaction.atomic():
        rows.update(values={name: value})
    with pytest.raises(Refused) as refusal:
        fill(patient, **{name: value})
    assert list(refusal.value.errors) == [name]


def test_there_is_no_third_visit(patient: Patient) -> None:
    with pytest.raises(Refused, match="does not collect this form at this visit"):
        fill(patient, "now", albumin=4)


def test_blood_is_not_collected_in_the_future(patient: Patient) -> None:
    with pytest.raises(Refused, match="lies in the future"):
        fill(patient, collected_on=(patient.study.today() + timedelta(days=1)).isoformat())


def values(patient: Patient, form: str) -> dict[str, object]:
    row = find_form(patient, "pre", form)
    assert row is not None
    return row.values


def test_an_unknown_factor_is_taken_and_bmi_and_nlr_are_derived(patient: Patient) -> None:
    fill(patient, age="")
    assert values(patient, "factors") == {}
    fill(patient, height=170, weight=65)
    # kg divided by height in metres, squared
    assert values(patient, "factors")["bmi"] == pytest.approx(65 / 1.7**2)
    reported = fill(make_patient(patient.study), bmi_reported=22.5)
    assert values(reported, "factors")["bmi"] == 22.5
    fill(patient, neutrophils=4.2, lymphocytes=1.4)
    assert values(patient, "blood")["nlr"] == pytest.approx(3.0)
    fill(patient, lymphocytes=0)
    assert "nlr" not in values(patient, "blood")
    fill(patient, nlr_reported=5)
    assert values(patient, "blood")["nlr"] == 5


@pytest.mark.parametrize(
    ("tps", "reported", "expected"),
    [(0, None, "<1"), (1, None, "1-49"), (49.9, None, "1-49"), (50, None, ">=50"),
     (None, "<1", "<1"), (60, "<1", ">=50"), (None, None, None)],
)  # fmt: skip
def test_the_pdl1_class_follows_the_percentage(
    patient: Patient, tps: float | None, reported: str | None, expected: str | None
) -> None:
    fill(patient, pdl1=tps, pdl1_class_reported=reported)
    assert values(patient, "factors").get("pdl1_class") == expected


def test_codes_kinds_and_roles_are_known_ones() -> None:
    study = StudyFactory()
    with refused_by("studies_study_code_plain"), transaction.atomic():
        StudyFactory(code="a b")
    with refused_by("studies_cohort_kind_known"), transaction.atomic():
        Cohort.objects.create(study=study, code="x", kind="other")
    with refused_by("studies_membership_role_known"), transaction.atomic():
        Membership.objects.create(study=study, user=UserFactory(), role="guest")
    with refused_by("studies_membership_coordinator_has_a_site"), transaction.atomic():
        Membership.objects.create(study=study, user=UserFactory(), role="coordinator")
    CohortFactory(study=study)
    with refused_by("studies_cohort_code_once_per_study"), transaction.atomic():
        CohortFactory(study=study)
    SiteFactory(study=study, code="a")
    with refused_by("studies_site_code_once_per_study"), transaction.atomic():
        Site.objects.create(study=study, code="a", name="Again")


def test_subjects_that_differ_only_in_capitals_and_impossible_years_are_refused() -> None:
    patient = make_patient(subject_id="A-1")
    with refused_by("clinical_patient_subject_once_whatever_case"), transaction.atomic():
        Patient.objects.create(
            study=patient.study,
            site=patient.site,
            cohort=patient.cohort,
            subject_id="a-1",
            index_date=day(0),
        )
    with pytest.raises(Refused, match="differs only in capitals"):
        make_patient(patient.study, subject_id="a-1")
    with refused_by("clinical_index_date_plausible"), transaction.atomic():
        Patient.objects.filter(pk=patient.pk).update(index_date="1989-12-31")


def copy_of(row: FilledForm, **changed: object) -> FilledForm:
    """The same form once more, as a first entry."""
    names = ("patient", "event_form", "event_oid", "form_oid", "status", "values")
    return FilledForm(**{name: getattr(row, name) for name in names} | changed)


def test_a_second_first_entry_is_explained(patient: Patient) -> None:
    fill(patient, age=60, albumin=4)
    for row in FilledForm.objects.filter(patient=patient):
        with pytest.raises(Refused, match="Somebody else has just filled"), explain_refusals():
            copy_of(row).save()


FORMS_THAT_CANNOT_BE: dict[str, dict[str, object]] = {
    "clinical_filled_form_as_defined": {"values": {"age": 130}},
    "clinical_filled_form_text_and_value": {"values": {"age": 60}, "given": {"age": "61"}},
    "clinical_filled_form_missing_code": {"missing": {"age": "XX"}},
    "clinical_filled_form_state": {"states": {"age": "soft"}},
    "clinical_filled_form_confirmed": {"confirmed": {"age": "so"}},
    "clinical_filled_form_of_its_study": {"event_instance": 2},
    "clinical_filled_form_voided_with_reason": {"voided_at": "2024-01-01T00:00Z"},
}


@pytest.mark.parametrize("name", FORMS_THAT_CANNOT_BE)
def test_a_refusal_of_a_form_is_told_in_a_sentence(patient: Patient, name: str) -> None:
    fill(make_patient(patient.study, subject_id="first"), sex="male")
    row = FilledForm.objects.get(patient__subject_id="first")
    part = {"patient": patient, "values": {}, **FORMS_THAT_CANNOT_BE[name]}
    with pytest.raises(IntegrityError), transaction.atomic():
        copy_of(row, **part).save()
    field, sentence = by_constraint()[name]
    with pytest.raises(Refused) as refusal, explain_refusals():
        copy_of(row, **part).save()
    assert refusal.value.errors.keys() == {field}
    assert str(refusal.value) == str(sentence)


def test_a_published_definition_is_left_as_it_is_in_a_sentence(patient: Patient) -> None:
    fill(patient, sex="male")
    definition = Definition.objects.get(study=patient.study)
    for change in (
        lambda: Item.objects.filter(definition=definition).update(hard_high=None),
        lambda: MissingCode.objects.create(definition=definition, code="X"),
    ):
        with (
            pytest.raises(Refused, match="amend it by a new version"),
            explain_refusals(),
        ):
            change()
