"""When a model is due again: counted by hand against the dataset that was tried last."""

from typing import Any

import pytest

from clinical.models import FollowUp
from jobs.models import Job
from jobs.work import Asked
from modeling.models import FrozenDataset, TrainingRun
from modeling.services import schedule
from modeling.services.models import define_model
from modeling.services.schedule import (
    ASK_WHETHER_DUE,
    Due,
    ask_for_all_studies,
    ask_whether_due,
    how_due,
    request_due_trainings,
    store_due,
)
from modeling.services.scoring import RESCORE
from studies.models import Study
from studies.refusals import Refused
from tests.factories import CohortFactory, SiteFactory, StudyFactory, UserFactory, day, make_patient
from tests.unit.modeling.conftest import CLINICAL
from tests.unit.modeling.versions import dataset_of, model_of, version_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    """Five patients of the discovery cohort, two of whom died; three of validation, who all died."""
    study = StudyFactory()
    SiteFactory(study=study)
    for code in ("discovery", "validation"):
        CohortFactory(study=study, code=code, kind=code)
    for k in range(8):
        cohort = study.cohorts.get(code="discovery" if k < 5 else "validation")
        patient = make_patient(study, cohort=cohort)
        dead = k < 2 or k >= 5
        FollowUp.objects.create(
            patient=patient, contact_date=day(100 + k), status="dead" if dead else "alive"
        )
    return study


def counted(patients: int, events: int, study: Study, digit: str) -> FrozenDataset:
    made = dataset_of(study)
    made.pk = None
    made.content_hash = digit * 64
    made.training_patients, made.training_events = patients, events
    made.save()
    return made


@pytest.mark.parametrize(
    ("deaths", "patients", "due"), [(9, 19, False), (10, 0, True), (0, 20, True), (10, 20, True)]
)
def test_enough_deaths_or_enough_patients_make_it_due(
    deaths: int, patients: int, due: bool
) -> None:
    assert Due(deaths, patients, deaths_needed=10, patients_needed=20).is_due is due


def test_what_is_new_is_counted_among_training_patients(study: Study) -> None:
    model = model_of(study, retrain={"new_deaths": 3, "new_patients": 7})
    version_of(model, status="champion", dataset=counted(1, 1, study, "1"))
    assert how_due(model) == Due(1, 4, deaths_needed=3, patients_needed=7)


def test_what_became_less_is_nothing_new(study: Study) -> None:
    model = model_of(study)
    version_of(model, status="champion", dataset=counted(50, 40, study, "1"))
    due = how_due(model)
    assert due is not None
    assert (due.new_deaths, due.new_patients) == (0, 0)


def test_without_a_version_in_use_there_is_nothing_to_compare_with(study: Study) -> None:
    model = model_of(study)
    version_of(model)
    assert how_due(model) is None


def test_a_challenger_that_failed_is_not_grown_again_every_night(study: Study) -> None:
    model = model_of(study)
    version_of(model, 1, status="champion", dataset=counted(1, 1, study, "1"))
    version_of(model, 2, status="rejected", dataset=counted(5, 2, study, "2"))
    due = how_due(model)
    assert due is not None
    assert (due.new_deaths, due.new_patients) == (0, 0)


def test_the_newest_specification_says_how_many_are_needed_and_in_what(study: Study) -> None:
    model = model_of(study)
    version_of(model, status="champion", dataset=counted(0, 0, study, "1"))
    swapped = {"train": ["validation"], "validate": ["discovery"]}
    body = CLINICAL | {"retrain": {"new_deaths": 4}, "cohorts": swapped}
    define_model(study=study, name="m", body=body, by=None)
    due = how_due(model)
    assert due is not None
    assert (due.new_deaths, due.new_patients, due.deaths_needed) == (3, 3, 4)


def test_each_model_of_the_study_that_is_due_and_retrains_is_asked_for(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, Any, str]] = []

    def request_training(*, model: Any, by: Any, reason: str) -> Any:
        asked.append((model.name, by, reason))
        if model.name == "b-nothing-to-learn":
            raise Refused("nothing to learn from")
        return TrainingRun()

    monkeypatch.setattr(schedule, "request_training", request_training)
    elsewhere = StudyFactory()
    names = {"a-not-due": 5, "b-nothing-to-learn": 0, "c-due": 0, "d-left-alone": 0, "e-due": 0}
    for number, (name, before) in enumerate(names.items()):
        model = model_of(study, name, retrain={"new_deaths": 2, "new_patients": 5})
        version_of(
            model, status="champion", dataset=counted(before, before, study, str(number + 1))
        )
        if name == "d-left-alone":
            type(model).objects.filter(pk=model.pk).update(retrains=False)
    FollowUp.objects.create(patient=make_patient(elsewhere), contact_date=day(9), status="dead")
    theirs = model_of(elsewhere, "f", retrain={"new_deaths": 1})
    version_of(theirs, status="champion", dataset=counted(0, 0, elsewhere, "9"))
    due = how_due(theirs)
    assert due is not None
    assert due.is_due
    runs = request_due_trainings(study=study)
    assert [name for name, _, _ in asked] == ["b-nothing-to-learn", "c-due", "e-due"]
    assert {(by, reason) for _, by, reason in asked} == {(None, "scheduled")}
    assert len(runs) == 2


def test_many_changes_at_once_are_one_question_for_each_study(study: Study) -> None:
    person, other = UserFactory(), StudyFactory()
    job = ask_whether_due(study=study, by=person)
    assert ask_whether_due(study=study, by=person) == job
    assert ask_whether_due(study=other) != job
    assert (job.kind, job.payload, job.requested_by) == (
        ASK_WHETHER_DUE, {"study": study.pk}, person,
    )  # fmt: skip


def test_at_night_every_study_with_a_model_that_retrains_is_asked_once(study: Study) -> None:
    for name in ("a", "b"):
        model_of(study, name)
    model = model_of(StudyFactory(), "left-alone")
    type(model).objects.filter(pk=model.pk).update(retrains=False)
    StudyFactory()
    assert ask_for_all_studies() == 1
    assert [job.payload for job in Job.objects.all()] == [{"study": study.pk}]


def test_the_answer_asks_for_the_trainings_and_for_new_scores_by_versions_in_use(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_use = version_of(model_of(study), 1, status="champion", dataset=counted(5, 2, study, "1"))
    version_of(model_of(study), 2, status="retired", dataset=counted(5, 2, study, "2"))
    run = TrainingRun(pk=77)
    monkeypatch.setattr(schedule, "request_due_trainings", lambda study: [run])
    person = UserFactory()
    asked = Asked({"study": study.pk}, person)
    pk = schedule.compute_due(asked, lambda percent, text: None)
    assert store_due(asked, pk) == {"runs": [77]}
    jobs = Job.objects.filter(kind=RESCORE)
    assert [(job.payload, job.requested_by) for job in jobs] == [({"version": in_use.pk}, person)]
