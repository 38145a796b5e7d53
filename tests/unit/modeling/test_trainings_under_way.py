"""Trainings that wait or run are told of in their own study, and the ended ones no longer."""

import pytest
from django.utils import timezone

from jobs.models import Job
from modeling.models import PrognosticModel, TrainingRun
from modeling.selectors.models import active_jobs
from tests.factories import StudyFactory
from tests.unit.modeling.versions import dataset_of, model_of

pytestmark = pytest.mark.django_db


def training(model: PrognosticModel, state: str) -> Job:
    job = Job.objects.create(
        kind="modeling.train", key=f"{model.pk} {state}", state=state, due_at=timezone.now(),
        lease_until=timezone.now(),
    )  # fmt: skip
    TrainingRun.objects.create(
        model=model,
        specification=model.specifications.get(),
        dataset=dataset_of(model.study),
        reason="requested",
        job=job,
    )
    return job


def test_only_active_trainings_of_the_study_are_told_of() -> None:
    here, there = model_of(StudyFactory()), model_of(StudyFactory())
    waits, runs = training(here, "queued"), training(here, "running")
    training(here, "succeeded")
    training(here, "failed")
    training(there, "running")
    assert set(active_jobs(here.study)) == {waits, runs}
