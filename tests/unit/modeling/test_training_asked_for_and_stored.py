"""A training from its request to the version that is kept, without growing a tree."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinical.models import FollowUp
from jobs.models import Job
from jobs.work import Asked
from modeling.models import (
    CrossValidationRepeat,
    FrozenDataset,
    ModelVersion,
    PrognosticModel,
    StaleMark,
    TrainingRun,
)
from modeling.selectors.models import models_visible_to, scores_visible_to, versions_visible_to
from modeling.services.cross_validation import CROSS_VALIDATE
from modeling.services.models import define_model
from modeling.services.scoring import RESCORE
from modeling.services.training import TRAIN, Trained, request_training, store_training
from studies.models import Study
from studies.refusals import NotAllowed, Refused
from tests.factories import (
    CohortFactory,
    SiteFactory,
    StudyFactory,
    UserFactory,
    day,
    make_member,
    make_patient,
)
from tests.unit.modeling.conftest import CLINICAL
from tests.unit.modeling.versions import model_of, score_of, version_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    study = StudyFactory()
    SiteFactory(study=study)
    CohortFactory(study=study)
    for n, days in enumerate((50, 150)):
        patient = make_patient(study, subject_id=f"s{n}")
        FollowUp.objects.create(patient=patient, contact_date=day(days), status="dead")
    return study


@pytest.fixture
def model(study: Study) -> PrognosticModel:
    return model_of(study)


# Asking


def test_a_run_names_specification_dataset_person_reason_and_job(model: PrognosticModel) -> None:
    person = make_member(model.study, "statistician")
    run = request_training(model=model, by=person)
    assert (run.model, run.specification) == (model, model.specifications.get())
    assert (run.requested_by, run.reason, run.version) == (person, "requested", None)
    assert (run.dataset.patients, run.dataset.as_of) == (2, model.study.today())
    run.refresh_from_db()
    job = run.job
    assert job is not None
    assert (job.kind, job.payload, job.requested_by) == (TRAIN, {"run": run.pk}, person)


def test_the_day_that_is_asked_for_is_the_day_that_is_frozen(model: PrognosticModel) -> None:
    run = request_training(model=model, by=None, as_of=day(100))
    assert (run.dataset.as_of, run.dataset.events) == (day(100), 1)


def test_the_newest_specification_is_trained(model: PrognosticModel) -> None:
    second = define_model(study=model.study, name="m", body=CLINICAL | {"seed": 8}, by=None)
    assert request_training(model=model, by=None).specification == second


def test_the_same_training_that_waits_or_runs_is_not_asked_for_twice(
    model: PrognosticModel,
) -> None:
    first = request_training(model=model, by=None)
    assert request_training(model=model, by=None) == first
    Job.objects.update(state=Job.State.RUNNING, lease_until=timezone.now())
    assert request_training(model=model, by=None) == first
    # Other data, another statement, another model, or the last one ended: another run.
    other_data = request_training(model=model, by=None, as_of=day(100))
    define_model(study=model.study, name="m", body=CLINICAL | {"seed": 8}, by=None)
    other_statement = request_training(model=model, by=None)
    other_model = request_training(model=model_of(model.study, "twin"), by=None)
    Job.objects.update(state=Job.State.SUCCEEDED)
    ended = request_training(model=model, by=None)
    runs = {first.pk, other_data.pk, other_statement.pk, other_model.pk, ended.pk}
    assert len(runs) == 5


def test_only_statisticians_of_the_study_ask(model: PrognosticModel) -> None:
    for role in ("coordinator", "laboratory", "investigator", "monitor", "manager"):
        with pytest.raises(NotAllowed):
            request_training(model=model, by=make_member(model.study, role))
    with pytest.raises(NotAllowed):
        request_training(model=model, by=make_member(StudyFactory(), "statistician"))
    assert not TrainingRun.objects.exists()


def test_only_statisticians_define(study: Study) -> None:
    for role in ("coordinator", "laboratory", "investigator", "monitor", "manager"):
        with pytest.raises(NotAllowed):
            define_model(study=study, name="n", body=CLINICAL, by=make_member(study, role))
    person = make_member(study, "statistician")
    stated = define_model(study=study, name="n", body=CLINICAL, by=person)
    assert (stated.number, stated.created_by, stated.model.study) == (1, person, study)


def test_the_same_name_in_two_studies_is_two_models(study: Study) -> None:
    here, there = model_of(study, "same"), model_of(StudyFactory(), "same")
    assert here != there
    assert define_model(study=study, name="same", body=CLINICAL | {"seed": 9}, by=None).number == 2
    assert here.specifications.count() == 2
    assert there.specifications.count() == 1


def test_without_an_event_among_the_training_patients_there_is_nothing_to_learn_from(
    model: PrognosticModel,
) -> None:
    validation = CohortFactory(study=model.study, code="validation", kind="validation")
    model.study.patients.update(cohort=validation)
    with pytest.raises(Refused, match="nothing to learn from yet: of 0 training patients"):
        request_training(model=model, by=None)
    assert not FrozenDataset.objects.exists()


def test_asking_holds_the_study_and_the_model(model: PrognosticModel) -> None:
    with CaptureQueriesContext(connection) as counted:
        request_training(model=model, by=None)
    held = [query["sql"] for query in counted if "FOR NO KEY UPDATE" in query["sql"]]
    assert any('"studies_study"' in sql for sql in held)
    assert any('"modeling_prognosticmodel"' in sql for sql in held)


# Storing


def trained(content: bytes = b"trees", verdict: str = "first") -> Trained:
    report = {"performance": {"validation": {"c": 0.7}}, "importance": []}
    model: Any = SimpleNamespace(features=["age", "nlr"], report=report)
    return Trained(model=model, content=content, gate={"verdict": verdict, "sentence": "s"})


def store(run: TrainingRun, outcome: Trained, by: Any = None) -> ModelVersion:
    told = store_training(Asked({"run": run.pk}, by), outcome)
    run.refresh_from_db()
    version = ModelVersion.objects.get(pk=told["version"])
    assert (run.version, told["number"]) == (version, version.number)
    return version


def test_a_version_keeps_what_it_was_made_from_and_what_came_out(model: PrognosticModel) -> None:
    run = request_training(model=model, by=None)
    version = store(run, trained())
    assert (version.model, version.number) == (model, 1)
    assert (version.specification, version.dataset) == (run.specification, run.dataset)
    assert bytes(version.content) == b"trees"
    assert version.content_hash.startswith("29d80730")  # sha256sum of the word
    assert version.features == ["age", "nlr"]
    assert version.metrics == {"validation": {"c": 0.7}}
    assert set(version.report) == {"performance", "importance"}
    assert version.gate == {"verdict": "first", "sentence": "s"}
    assert version.status == "champion"
    assert {"python", "ciri", "numpy", "numba"} <= set(version.software)


def test_numbers_rise_within_a_model(model: PrognosticModel) -> None:
    twin = model_of(model.study, "twin")
    numbers = []
    for one, content in ((model, b"1"), (model, b"2"), (twin, b"3"), (model, b"4")):
        run = request_training(model=one, by=None)
        numbers.append(store(run, trained(content)).number)
        Job.objects.update(state=Job.State.SUCCEEDED)
    assert numbers == [1, 2, 1, 3]


def test_the_same_bits_from_the_same_are_no_new_version(model: PrognosticModel) -> None:
    first = store(request_training(model=model, by=None), trained())
    Job.objects.update(state=Job.State.SUCCEEDED)
    again = request_training(model=model, by=None)
    told = store_training(Asked({"run": again.pk}, None), trained())
    assert told == {"version": first.pk, "number": 1, "reproduced": True}
    # Of another dataset, the same bits are another version.
    Job.objects.update(state=Job.State.SUCCEEDED)
    earlier = request_training(model=model, by=None, as_of=day(100))
    assert store(earlier, trained()).number == 2
    twin = request_training(model=model_of(model.study, "twin"), by=None)
    assert store(twin, trained()).model.name == "twin"


def test_scores_and_cross_validation_are_asked_for_in_the_persons_name(
    model: PrognosticModel,
) -> None:
    person = UserFactory()
    version = store(request_training(model=model, by=None), trained(verdict="failed"), by=person)
    rescoring = Job.objects.get(kind=RESCORE)
    assert (rescoring.payload, rescoring.requested_by) == ({"version": version.pk}, person)
    repeats = Job.objects.filter(kind=CROSS_VALIDATE).order_by("pk")
    assert [job.payload for job in repeats] == [
        {"version": version.pk, "repeat": 0},
        {"version": version.pk, "repeat": 1},
    ]
    assert {job.requested_by for job in repeats} == {person}
    kept = CrossValidationRepeat.objects.order_by("repeat")
    assert [(row.version, row.repeat, row.job) for row in kept] == [
        (version, n, job) for n, job in enumerate(repeats)
    ]


def test_marks_since_the_request_go_over_to_the_new_version(model: PrognosticModel) -> None:
    run = request_training(model=model, by=None)
    for when, reason in ((-1, "before"), (1, "meanwhile")):
        mark = StaleMark.objects.create(dataset=run.dataset, reason=reason)
        StaleMark.objects.filter(pk=mark.pk).update(since=run.created_at + timedelta(minutes=when))
    version = store(run, trained())
    assert [mark.reason for mark in version.stale_marks.all()] == ["meanwhile"]


def test_a_failed_challenger_waits(model: PrognosticModel) -> None:
    run = request_training(model=model, by=None)
    assert store(run, trained(verdict="failed")).status == "challenger"


# Who reads models


def test_models_are_read_by_those_roles_only_and_in_their_own_study(study: Study) -> None:
    version = version_of(model_of(study))
    elsewhere = version_of(model_of(StudyFactory(), "other"), 2)
    for one in (version, elsewhere):
        score_of(one, study.patients.first() if one is version else make_patient(one.model.study))
    for role in ("coordinator", "laboratory", "statistician", "investigator", "monitor", "manager"):
        person = make_member(study, role)
        reads = role not in ("coordinator", "laboratory")
        assert [m.pk for m in models_visible_to(person)] == [version.model_id] * reads
        assert [v.pk for v in versions_visible_to(person)] == [version.pk] * reads
        assert [s.version_id for s in scores_visible_to(person)] == [version.pk] * reads
    assert isinstance(study.today(), date)
