"""Each named rule of the database, tripped by a raw write, and explained by the service."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from clinical.models import Baseline, FollowUp, LabResult, Patient
from clinical.services.patients import (
    enrol_patient,
    record_baseline,
    record_follow_up,
    record_lab_result,
)
from studies.models import Cohort, Membership, Site
from studies.refusals import Refused, explain_refusals
from tests.factories import CohortFactory, SiteFactory, StudyFactory, UserFactory, day, make_patient

pytestmark = pytest.mark.django_db


def refused_by(name: str):  # type: ignore[no-untyped-def]
    return pytest.raises(IntegrityError, match=name)


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


IMPLAUSIBLE = {
    "clinical_age_plausible": (Baseline, {"age": 130}),
    "clinical_height_cm_plausible": (Baseline, {"height_cm": 1.7}),
    "clinical_weight_kg_plausible": (Baseline, {"weight_kg": 700}),
    "clinical_bmi_reported_plausible": (Baseline, {"bmi_reported": 2}),
    "clinical_pdl1_tps_plausible": (Baseline, {"pdl1_tps": 101}),
    "clinical_baseline_sex_known": (Baseline, {"sex": "m"}),
    "clinical_baseline_stage_known": (Baseline, {"stage": "V"}),
    "clinical_baseline_pdl1_known": (Baseline, {"pdl1_reported": "high"}),
    "clinical_albumin_g_dl_plausible": (LabResult, {"albumin_g_dl": 38, "timepoint": "pre"}),
    "clinical_neutrophils_plausible": (LabResult, {"neutrophils": 4000, "timepoint": "pre"}),
    "clinical_lymphocytes_plausible": (LabResult, {"lymphocytes": 1500, "timepoint": "pre"}),
    "clinical_nlr_reported_plausible": (LabResult, {"nlr_reported": -1, "timepoint": "pre"}),
    "clinical_lab_timepoint_known": (LabResult, {"timepoint": "now"}),
}


@pytest.mark.parametrize(("name", "row"), IMPLAUSIBLE.items(), ids=IMPLAUSIBLE.keys())
def test_factors_that_cannot_be(patient: Patient, name: str, row: tuple) -> None:  # type: ignore[type-arg]
    model, values = row
    with refused_by(name), transaction.atomic():
        model.objects.create(patient=patient, **values)


def test_blood_is_not_collected_in_the_future(patient: Patient) -> None:
    with pytest.raises(Refused, match="cannot have been collected in the future"):
        record_lab_result(
            patient=patient,
            timepoint="pre",
            collected_on=patient.study.today() + timedelta(days=1),
            by=None,
        )


def test_an_unknown_factor_is_taken_and_bmi_and_nlr_are_derived(patient: Patient) -> None:
    baseline = record_baseline(patient=patient, by=None)
    assert baseline.bmi is None
    baseline = record_baseline(patient=patient, height_cm=170, weight_kg=65, by=None)
    baseline.refresh_from_db()
    assert baseline.bmi == pytest.approx(65 / 1.7**2)  # kg divided by height in metres, squared
    reported = record_baseline(patient=make_patient(patient.study), bmi_reported=22.5, by=None)
    reported.refresh_from_db()
    assert reported.bmi == 22.5
    labs = record_lab_result(
        patient=patient, timepoint="pre", neutrophils=4.2, lymphocytes=1.4, by=None
    )
    labs.refresh_from_db()
    assert labs.nlr == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("tps", "reported", "expected"),
    [(0, None, "<1"), (1, None, "1-49"), (49.9, None, "1-49"), (50, None, ">=50"),
     (None, "<1", "<1"), (None, None, None)],
)  # fmt: skip
def test_the_pdl1_class_follows_the_percentage(
    patient: Patient, tps: float | None, reported: str | None, expected: str | None
) -> None:
    baseline = record_baseline(patient=patient, pdl1_tps=tps, pdl1_reported=reported, by=None)
    baseline.refresh_from_db()
    assert baseline.pdl1_class == expected


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


def test_a_second_first_entry_is_explained(patient: Patient) -> None:
    record_baseline(patient=patient, age=60, by=None)
    record_lab_result(patient=patient, timepoint="pre", albumin_g_dl=4, by=None)
    for row in (Baseline(patient=patient), LabResult(patient=patient, timepoint="pre")):
        with pytest.raises(Refused, match="Somebody else has just entered"), explain_refusals():
            row.save()
