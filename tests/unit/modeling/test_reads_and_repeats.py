"""What is read of models, versions and repeats, with other models and versions beside them."""

from typing import Any

import pytest
from django.utils import timezone

from jobs.models import Job
from jobs.work import Asked
from modeling.models import CrossValidationRepeat, ModelVersion, PrognosticModel, TrainingRun
from modeling.selectors.models import (
    champion_of,
    champion_scores,
    latest_champions,
    latest_run,
    why_not_cross_validated,
    with_champions,
    with_nested,
)
from modeling.services import cross_validation
from modeling.services.schedule import request_due_trainings
from studies.models import Study
from tests.factories import StudyFactory, make_patient
from tests.unit.modeling.versions import dataset_of, model_of, score_of, version_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    return StudyFactory()


@pytest.fixture
def model(study: Study) -> PrognosticModel:
    return model_of(study, cross_validation={"folds": 2, "repeats": 3})


def repeat_of(version: ModelVersion, repeat: int, state: str, **more: Any) -> CrossValidationRepeat:
    job = Job.objects.create(
        kind=cross_validation.CROSS_VALIDATE,
        key=f"{version.pk}-{repeat}",
        payload={"version": version.pk, "repeat": repeat},
        state=state,
        due_at=timezone.now(),
        lease_until=timezone.now() if state == "running" else None,
        error=more.pop("error", ""),
        message=more.pop("message", ""),
    )
    return CrossValidationRepeat.objects.create(version=version, repeat=repeat, job=job, **more)


def test_repeats_are_counted_by_version_asked_for_and_done(model: PrognosticModel) -> None:
    one, two = version_of(model, 1), version_of(model, 2)
    repeat_of(one, 0, "succeeded", content={"c": 1})
    repeat_of(one, 1, "running")
    repeat_of(two, 0, "queued")
    found = {v.pk: (v.repeats_asked, v.repeats_done) for v in with_nested(ModelVersion.objects)}
    assert found == {one.pk: (2, 1), two.pk: (1, None)}


def test_the_sentence_of_the_first_repeat_that_failed(model: PrognosticModel) -> None:
    one, two = version_of(model, 1), version_of(model, 2)
    repeat_of(one, 0, "succeeded", content={"c": 1}, error="of old")
    repeat_of(one, 1, "cancelled", message="Withdrawn.")
    repeat_of(one, 3, "failed", error="Third.\nTraceback")
    repeat_of(one, 2, "failed", error="Second.\nTraceback")
    repeat_of(one, 4, "queued", message="waits")
    repeat_of(two, 0, "queued", message="waits")
    assert why_not_cross_validated(one) == "Second."
    assert why_not_cross_validated(two) is None


def test_a_repeat_that_was_cancelled_without_a_word(model: PrognosticModel) -> None:
    version = version_of(model)
    repeat_of(version, 0, "cancelled")
    assert why_not_cross_validated(version) == "a repeat of it was cancelled."


def test_the_version_in_use_is_the_champion_of_its_own_model(
    study: Study, model: PrognosticModel
) -> None:
    other = model_of(study, "another")
    version_of(model, 1, status="retired")
    used = version_of(model, 2, status="champion")
    version_of(model, 3, status="challenger")
    theirs = version_of(other, 1, status="champion")
    assert champion_of(model) == used
    assert champion_of(other) == theirs
    assert list(latest_champions(study)) == [theirs, used]
    read = {m.pk: (m.champions, m.version_count) for m in with_champions(study.models.all())}
    assert read == {model.pk: ([used], 3), other.pk: ([theirs], 1)}


def test_a_repeat_that_is_there_is_no_reason_whatever_became_of_its_job(
    model: PrognosticModel,
) -> None:
    version = version_of(model)
    repeat_of(version, 0, "failed", content={"c": 1}, error="of a second run")
    assert why_not_cross_validated(version) is None


def test_a_patients_scores_are_those_of_the_versions_in_use_and_of_nobody_else(
    study: Study, model: PrognosticModel
) -> None:
    one, two = make_patient(study), make_patient(study)
    used, other = version_of(model, 1, status="champion"), version_of(model, 2, status="challenger")
    scores = {(v, p): score_of(v, p) for v in (used, other) for p in (one, two)}
    assert list(champion_scores(one)) == [scores[used, one]]


def test_the_newest_training_is_the_latest_run(model: PrognosticModel) -> None:
    told = {"model": model, "specification": model.specifications.get()}
    first = TrainingRun.objects.create(**told, dataset=dataset_of(model.study))
    second = TrainingRun.objects.create(**told, dataset=dataset_of(model.study))
    assert latest_run(model) == second != first


def test_only_repeats_that_are_missing_are_asked_for_in_their_order(
    model: PrognosticModel,
) -> None:
    version = version_of(model)
    assert [job.payload["repeat"] for job in ask(version)] == [0, 1, 2]
    assert ask(version) == []
    CrossValidationRepeat.objects.filter(version=version, repeat=1).update(content={"c": 1})
    Job.objects.filter(kind=cross_validation.CROSS_VALIDATE).update(state="failed")
    assert [job.payload for job in ask(version)] == [
        {"version": version.pk, "repeat": 0},
        {"version": version.pk, "repeat": 2},
    ]


def ask(version: ModelVersion) -> list[Job]:
    return cross_validation.request_cross_validation(version=version, by=None)


def test_the_figure_is_made_of_all_repeats_once_the_last_is_there(
    model: PrognosticModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    merged: list[Any] = []
    monkeypatch.setattr(cross_validation, "_read_sources", lambda version: ("spec", "table"))
    monkeypatch.setattr(
        cross_validation,
        "merge_repeats",
        lambda spec, table, repeats: merged.append(repeats) or {"c": len(merged)},
    )
    version = version_of(model)
    ask(version)

    def store(repeat: int) -> dict[str, Any]:
        asked = Asked(payload={"version": version.pk, "repeat": repeat}, by=None)
        return cross_validation.store_repeat(asked, {"of": repeat})

    assert [store(2), store(0)] == [{"repeats": 1}, {"repeats": 2}]
    version.refresh_from_db()
    assert version.cross_validation is None
    assert store(1) == {"repeats": 3}
    assert store(1) == {"repeats": 3}
    version.refresh_from_db()
    assert version.cross_validation == {"c": 1}
    assert [sorted(one["of"] for one in repeats) for repeats in merged] == [[0, 1, 2]]


@pytest.mark.parametrize(
    ("number", "status", "told"),
    [
        (1, "champion", None),
        (1, "challenger", "Withdrawn: version 1 was overtaken by version 3."),
        (3, "challenger", None),
        (3, "rejected", "Withdrawn: version 3 was rejected."),
    ],
)
def test_whose_repeats_nobody_needs(
    model: PrognosticModel, number: int, status: str, told: str | None
) -> None:
    other = model_of(model.study, "another")
    version_of(other, 9)
    versions = {
        n: version_of(model, n, status=status if n == number else "retired") for n in (1, 3)
    }
    assert cross_validation.why_unwanted({"version": versions[number].pk}) == told


def test_a_model_without_a_version_in_use_is_never_due(model: PrognosticModel) -> None:
    assert request_due_trainings(study=model.study) == []
