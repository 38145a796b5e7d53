"""Freezing and deciding in the same minute."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from assays.services.quality import exclude
from ciri import parse_specification
from jobs.services import enqueue
from jobs.work import Asked, WorkError
from modeling.models import (
    CrossValidationRepeat,
    FrozenDataset,
    ModelVersion,
    StaleMark,
    TrainingRun,
)
from modeling.services import cross_validation, scoring, training
from modeling.services.datasets import freeze
from studies.models import Study
from studies.services import locking
from studies.services.locking import lock_study
from tests.at_once import Other, until_somebody_waits_for_a_lock
from tests.factories import StudyFactory
from tests.unit.modeling.conftest import study_with_a_signal
from tests.unit.modeling.test_staleness import BODY, measured, wells_of
from tests.unit.modeling.versions import model_of, version_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_exclusion_waits_for_a_dataset_that_is_being_frozen_and_marks_it() -> None:
    study = study_with_a_signal()
    plate = measured(study)
    frozen, go_on = threading.Event(), threading.Event()

    def freezes() -> FrozenDataset:
        with transaction.atomic():
            dataset = freeze(study, parse_specification(BODY), as_of=study.today())
            frozen.set()
            go_on.wait(30)
            return dataset

    freezer = Other(freezes)
    assert frozen.wait(30)
    wells = wells_of(plate, study.patients.order_by("pk")[0])
    excluder = Other(
        lambda: exclude(plate_run=plate, wells=wells, analyte=None, reason="a clot", by=None)
    )
    until_somebody_waits_for_a_lock()
    go_on.set()
    dataset = freezer.ended()
    _exclusions, consequences = excluder.ended()
    assert [one.kind for one in consequences] == ["dataset"]
    assert StaleMark.objects.filter(dataset=dataset).count() == 1


def while_the_study_is_held(study: Study, work: Callable[[], Any]) -> Any:
    """What comes of work that begins while somebody writes to the study for longer than a person waits."""
    with transaction.atomic():
        lock_study(study)
        other = Other(work)
        until_somebody_waits_for_a_lock()
        time.sleep(3 * locking.SECONDS_OF_PATIENCE)
    return other.ended()


def refused(*args: Any, **kwargs: Any) -> Any:
    raise ValueError("the study was had")


def test_scores_are_read_when_the_study_is_free_however_long_that_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    study = StudyFactory()
    asked = Asked(payload={"version": version_of(model_of(study)).pk}, by=None)
    monkeypatch.setattr(locking, "SECONDS_OF_PATIENCE", 0.2)
    monkeypatch.setattr(scoring.TrainedModel, "from_bytes", refused)
    found = while_the_study_is_held(
        study, lambda: scoring.compute_scores(asked, lambda percent, text: None)
    )
    assert isinstance(found, WorkError)
    assert str(found) == "the study was had"


def test_a_training_is_stored_when_the_study_is_free_however_long_that_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    study = StudyFactory()
    version = version_of(model_of(study))
    run = TrainingRun.objects.create(
        model=version.model, specification=version.specification, dataset=version.dataset
    )
    monkeypatch.setattr(locking, "SECONDS_OF_PATIENCE", 0.2)
    monkeypatch.setattr(training, "_new_version", refused)
    outcome = training.Trained(model=None, content=b"another", gate={})  # type: ignore[arg-type]

    def store() -> Any:
        with transaction.atomic():
            return training.store_training(Asked(payload={"run": run.pk}, by=None), outcome)

    assert str(while_the_study_is_held(study, store)) == "the study was had"


def test_of_two_last_repeats_one_waits_for_the_other_and_finds_all_there() -> None:
    """Else each would miss the other's, and nobody would merge them."""
    version = version_of(model_of(StudyFactory(), cross_validation={"folds": 2, "repeats": 3}))

    def store() -> Any:
        asked = Asked(payload={"version": version.pk, "repeat": 0}, by=None)
        with transaction.atomic():
            return cross_validation.store_repeat(asked, {"c": 0.7})

    repeat_of(version, 0, content=None)
    with transaction.atomic():
        ModelVersion.objects.select_for_update().get(pk=version.pk)
        other = Other(store)
        until_somebody_waits_for_a_lock()
        repeat_of(version, 1, content={"c": 0.8})
    assert other.ended() == {"repeats": 2}


def repeat_of(version: ModelVersion, repeat: int, **more: Any) -> None:
    payload = {"version": version.pk, "repeat": repeat}
    job = enqueue(cross_validation.CROSS_VALIDATE, key=f"{payload}", payload=payload, by=None)
    CrossValidationRepeat.objects.create(version=version, repeat=repeat, job=job, **more)
