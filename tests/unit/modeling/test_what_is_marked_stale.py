"""Which datasets, versions and scores a changed value makes stale, and which it does not."""

import json
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from django.utils import timezone

from assays.models import Analyte, PlateRun
from assays.signals import ChangedValue, Consequence, ValuesChanged
from ciri import FrozenTable
from clinical.models import Patient
from clinical.services.patients import correct_enrolment
from jobs.models import Job
from modeling.models import FrozenDataset, ModelVersion, Score, StaleMark
from modeling.selectors.stale import scores_since, stale_scores, stale_versions, versions_since
from modeling.services.scoring import RESCORE, request_rescoring
from modeling.services.staleness import mark_as_its_dataset, mark_stale
from studies.models import Membership, Study
from tests.factories import StudyFactory, UserFactory, make_member, make_patient
from tests.unit.assays.plates import make_plate
from tests.unit.modeling.versions import dataset_of, model_of, score_of, version_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    return StudyFactory()


@pytest.fixture
def patient(study: Study) -> Patient:
    return make_patient(study, subject_id="S-1")


@pytest.fixture
def other(study: Study) -> Patient:
    return make_patient(study, subject_id="S-11")


def analyte(symbol: str) -> Analyte:
    return Analyte.objects.get_or_create(symbol=symbol, defaults={"name": symbol})[0]


def table(measured: dict[str, list[str]]) -> FrozenTable:
    """A frozen table of some subjects, with the analytes that each was measured for."""
    subjects = pd.DataFrame(
        {"subject": list(measured), "site": "a", "cohort": "b", "role": "train", "time": 10.0, "event": True}
    )  # fmt: skip
    rows = [(s, a, 1, 2.0, "in_range", np.nan) for s, names in measured.items() for a in names]
    columns = ["subject", "analyte", "replicate", "value", "flag", "limit"]
    return FrozenTable.freeze(subjects, pd.DataFrame(rows, columns=columns))


def change(
    study: Study,
    *values: tuple[Patient, str, str],
    by: Any = None,
    reason: str = "clot",
    plate: PlateRun | None = None,
) -> list[Consequence]:
    changed = frozenset(
        ChangedValue(patient.pk, timepoint, analyte(symbol).pk)
        for patient, timepoint, symbol in values
    )
    return mark_stale(
        ValuesChanged(study=study, plate_run=plate, values=changed, reason=reason, by=by)
    )


def marked_scores() -> set[tuple[str, str]]:
    marks = StaleMark.objects.filter(patient__isnull=False)
    return {(str(m.version), m.patient.subject_id) for m in marks if m.patient}


def marked_datasets() -> set[int]:
    return set(StaleMark.objects.filter(dataset__isnull=False).values_list("dataset", flat=True))


# Scores


def test_a_score_is_stale_only_when_a_feature_of_its_version_changed(
    study: Study, patient: Patient
) -> None:
    reads = version_of(model_of(study, "reads"), features=("IL6", "age"))
    ignores = version_of(model_of(study, "ignores"), 2, features=("SPP1", "age"))
    for version in (reads, ignores):
        score_of(version, patient)
    change(study, (patient, "pre", "IL6"), (patient, "pre", "CXCL8"))
    assert marked_scores() == {("reads v1", "S-1")}


def test_a_score_is_stale_only_when_a_value_of_its_own_patient_changed(
    study: Study, patient: Patient, other: Patient
) -> None:
    version = version_of(model_of(study), features=("IL6",))
    for one in (patient, other):
        score_of(version, one)
    change(study, (patient, "pre", "IL6"))
    assert marked_scores() == {("m v1", "S-1")}
    # Each patient by its own analytes: what changed of one does not count for the other.
    StaleMark.objects.all().delete()
    change(study, (patient, "pre", "SPP1"), (other, "pre", "IL6"))
    assert marked_scores() == {("m v1", "S-11")}


def test_a_score_is_stale_only_when_a_value_of_its_models_timepoint_changed(
    study: Study, patient: Patient
) -> None:
    before = version_of(model_of(study, "before"), features=("IL6",))
    during = version_of(model_of(study, "during", timepoint="edt"), 2, features=("IL6",))
    for version in (before, during):
        score_of(version, patient)
    change(study, (patient, "edt", "IL6"))
    assert marked_scores() == {("during v2", "S-1")}


def test_a_mark_says_why_on_what_and_by_whom(study: Study, patient: Patient) -> None:
    person = UserFactory()
    plate = make_plate(study, [])
    score_of(version_of(model_of(study), features=("IL6",)), patient)
    told = change(
        study, (patient, "pre", "IL6"), by=person, reason="clot " + "x" * 900, plate=plate
    )
    mark = StaleMark.objects.get()
    assert (mark.by, mark.plate_run, mark.cleared_at) == (person, plate, None)
    assert mark.reason == f"{plate}: clot " + "x" * 900
    assert [(one.kind, one.text) for one in told] == [("score", "S-1 by m v1")]
    assert told[0].url == f"/studies/{study.code}/models/m/v1/"


# Datasets and versions


def test_a_dataset_is_stale_when_it_holds_the_value_and_its_versions_with_it(
    study: Study, patient: Patient, other: Patient
) -> None:
    holds = dataset_of(study, table({"S-1": ["CXCL8", "IL6"], "S-11": ["CXCL8"]}))
    lacks = dataset_of(study, table({"S-1": ["CXCL8"], "S-11": ["IL6"]}))
    first = version_of(model_of(study), 1, dataset=holds)
    version_of(model_of(study), 2, dataset=lacks)
    told = change(study, (patient, "pre", "IL6"))
    assert marked_datasets() == {holds.pk}
    assert stale_versions(study) == {first.pk}
    assert [(one.kind, one.text) for one in told] == [
        ("version", "m v1"),
        ("dataset", holds.content_hash[:12]),
    ]


def test_one_value_of_many_is_enough_and_a_stranger_to_the_dataset_does_not_matter(
    study: Study, patient: Patient, other: Patient
) -> None:
    holds = dataset_of(study, table({"S-1": ["CXCL8", "IL6"]}))
    change(study, (other, "pre", "IL6"), (patient, "pre", "IL6"), (patient, "pre", "SPP1"))
    assert marked_datasets() == {holds.pk}


@pytest.mark.parametrize("subject", ["S-1", "S-11", "S_1.1", "S-2"])
def test_the_first_and_the_last_analyte_of_a_subject_are_found_in_the_bytes(
    study: Study, subject: str
) -> None:
    """Also where one name begins like another."""
    people = ["S-0", "S-1", "S-11", "S_1.1", "S-2"]
    names = ["AAA", "IL6", "ZZZ"]
    held = dataset_of(
        study, table({one: names for one in people if one != subject} | {subject: ["AAA", "ZZZ"]})
    )
    person = make_patient(study, subject_id=subject)
    for symbol, found in (("AAA", True), ("ZZZ", True), ("IL6", False)):
        StaleMark.objects.all().delete()
        change(study, (person, "pre", symbol))
        assert (held.pk in marked_datasets()) is found


def test_a_dataset_of_another_timepoint_or_study_is_left_alone(
    study: Study, patient: Patient
) -> None:
    held = table({"S-1": ["IL6"]})
    mine = dataset_of(study, held)
    dataset_of(StudyFactory(), held)
    edt = FrozenDataset.objects.create(
        study=study, content_hash="1" * 64, content=held.to_bytes(), as_of="2024-01-01",
        timepoint="edt", endpoint="OS", patients=1, training_patients=1, events=1, training_events=1,
    )  # fmt: skip
    change(study, (patient, "pre", "IL6"))
    assert marked_datasets() == {mine.pk}
    StaleMark.objects.all().delete()
    change(study, (patient, "edt", "IL6"))
    assert marked_datasets() == {edt.pk}


# A version that was trained meanwhile


def test_a_new_version_takes_over_the_marks_that_its_dataset_got_since_the_training_was_asked_for(
    study: Study,
) -> None:
    person, plate = UserFactory(), make_plate(study, [])
    dataset = dataset_of(study)
    asked = timezone.now()
    for n, when in enumerate((asked - timedelta(days=1), asked, asked + timedelta(minutes=1))):
        mark = StaleMark.objects.create(
            dataset=dataset, reason=f"reason {n}", by=person, plate_run=plate
        )
        StaleMark.objects.filter(pk=mark.pk).update(since=when)
    StaleMark.objects.create(dataset=dataset_of(study, table({"S": ["A"]})), reason="of another")
    version = version_of(model_of(study), dataset=dataset)
    mark_as_its_dataset(version, since=asked)
    marks = StaleMark.objects.filter(version=version, patient=None).order_by("pk")
    assert [m.reason for m in marks] == ["reason 1", "reason 2"]
    assert {(m.by, m.plate_run) for m in marks} == {(person, plate)}


# New scores


def test_new_scores_are_asked_for_of_versions_in_use_and_of_those_being_scored_now(
    study: Study, patient: Patient
) -> None:
    in_use = version_of(model_of(study, "a"), 1, status="champion")
    scored_now = version_of(model_of(study, "b"), 2)
    version_of(model_of(study, "c"), 3, status="retired")
    elsewhere = version_of(model_of(StudyFactory(), "d"), 4, status="champion")
    request_rescoring(version=scored_now, by=None)
    request_rescoring(version=elsewhere, by=None)
    Job.objects.update(state=Job.State.RUNNING, lease_until=timezone.now())
    change(study, (patient, "pre", "IL6"))
    asked = {job.payload["version"]: job.asked_again for job in Job.objects.filter(kind=RESCORE)}
    assert asked == {in_use.pk: False, scored_now.pk: True, elsewhere.pk: False}


# What is shown


@pytest.fixture
def marked(study: Study, patient: Patient, other: Patient) -> ModelVersion:
    """A version in use, with a mark of its own and marks of both its scores, of which one is made anew."""
    version = version_of(model_of(study), status="champion", features=("IL6",))
    for one in (patient, other):
        score_of(version, one)
        StaleMark.objects.create(version=version, patient=one, reason="x")
    StaleMark.objects.create(version=version, reason="x")
    StaleMark.objects.filter(patient=other).update(cleared_at=timezone.now())
    return version


def test_scores_that_were_made_anew_do_not_count(study: Study, marked: ModelVersion) -> None:
    assert stale_scores(make_member(study, "investigator"), study) == 1
    assert stale_scores(make_member(study, "laboratory"), study) == 0
    assert stale_scores(make_member(StudyFactory(), "investigator"), study) == 0
    since = {
        s.patient.subject_id: s.stale_since is not None for s in scores_since(marked.scores.all())
    }
    assert since == {"S-1": True, "S-11": False}


def test_scores_of_a_version_that_is_not_in_use_do_not_count(
    study: Study, marked: ModelVersion
) -> None:
    ModelVersion.objects.update(status="retired")
    assert stale_scores(make_member(study, "investigator"), study) == 0


def test_a_version_is_stale_by_its_own_mark_and_since_the_oldest(
    study: Study, marked: ModelVersion, patient: Patient
) -> None:
    fresh = version_of(model_of(study, "fresh"), 2)
    StaleMark.objects.create(version=fresh, patient=patient, reason="of a score")
    assert stale_versions(study) == {marked.pk}
    assert stale_versions(StudyFactory()) == set()
    old = timezone.now() - timedelta(days=9)
    mark = StaleMark.objects.create(version=marked, reason="older")
    StaleMark.objects.filter(pk=mark.pk).update(since=old)
    since = {v.pk: v.stale_since for v in versions_since(ModelVersion.objects.all())}
    assert since == {marked.pk: old, fresh.pk: None}


def test_a_score_counts_marks_of_its_own_version_and_patient_only(
    study: Study, marked: ModelVersion, patient: Patient, other: Patient
) -> None:
    second = version_of(model_of(study, "second"), 2, status="champion")
    for one in (patient, other):
        score_of(second, one)
    assert Score.objects.count() == 4
    assert stale_scores(make_member(study, "investigator"), study) == 1
    assert [s.stale_since for s in scores_since(second.scores.all())] == [None, None]


def test_scores_of_another_study_do_not_count_even_where_the_person_sees_both(
    study: Study, marked: ModelVersion
) -> None:
    person = make_member(study, "investigator")
    elsewhere = StudyFactory()
    Membership.objects.create(user=person, study=elsewhere, role="investigator")
    assert stale_scores(person, elsewhere) == 0
    assert stale_scores(person, study) == 1


def test_the_canonical_bytes_are_as_the_search_expects_them() -> None:
    """One line of JSON for each measurement, subject first, analyte second."""
    lines = table({"S-1": ["IL6"]}).to_bytes().decode().splitlines()
    assert json.loads(lines[-1])[:2] == ["S-1", "IL6"]


def test_a_site_that_is_called_like_an_analyte_makes_no_dataset_stale(
    study: Study, patient: Patient
) -> None:
    held = table({"S-1": ["CXCL8"]})
    named = held.subjects.assign(site="IL6")
    dataset_of(study, FrozenTable.freeze(named, held.measurements))
    change(study, (patient, "pre", "IL6"))
    assert marked_datasets() == set()


def test_a_dataset_knows_a_subject_whose_id_was_corrected_by_the_one_of_then(
    study: Study, patient: Patient
) -> None:
    dataset = dataset_of(study, table({"S-1": ["IL6"]}))
    correct_enrolment(patient=patient, by=None, reason="a slip", subject_id="S-2")
    change(study, (patient, "pre", "IL6"))
    assert marked_datasets() == {dataset.pk}
