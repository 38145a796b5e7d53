"""Scores: asked for as a job, computed by a version, written for every patient who can be scored."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
from django.utils import timezone

from accounts.models import User
from jobs.models import Job
from jobs.services import enqueue
from jobs.work import Asked, Progress, WorkError
from modeling.ciri import TrainedModel, parse_specification
from modeling.ciri.report import plain_rows
from modeling.models import ModelVersion, Score
from modeling.selectors.inputs import study_table
from modeling.selectors.models import latest_champions
from studies.models import Patient, Study
from studies.permissions import Capability
from studies.selectors.access import require

RESCORE = "modeling.rescore"
SURVIVAL = "survival_"


def request_rescoring(*, version: ModelVersion, by: User | None) -> Job:
    """Ask for the scores of a version, in the caller's transaction."""
    return enqueue(
        RESCORE, key=f"{RESCORE}:version:{version.pk}", payload={"version": version.pk}, by=by
    )


def request_study_rescoring(*, study: Study, by: User | None) -> list[Job]:
    """Ask for new scores by every version in use in a study."""
    require(by, study, Capability.TRAIN)
    return [request_rescoring(version=version, by=by) for version in latest_champions(study)]


@dataclass(frozen=True)
class Scored:
    """The frame that `TrainedModel.score` gives, and who could not be scored and why."""

    scores: pd.DataFrame
    unscored: list[dict[str, str]]


def compute_scores(asked: Asked, progress: Progress) -> Scored:
    """Score every patient of the study as known today."""
    version = ModelVersion.objects.select_related("model__study", "specification").get(
        pk=asked.payload["version"]
    )
    progress(10, "Reading the patients")
    study = version.model.study
    specification = parse_specification(version.specification.body)
    table = study_table(study, specification, as_of=study.today(), require_outcome=False)
    progress(40, "Scoring")
    try:
        trained = TrainedModel.from_bytes(bytes(version.content))
        return Scored(scores=trained.score(table), unscored=trained.unscored(table))
    except ValueError as error:
        raise WorkError(str(error)) from error


def store_scores(asked: Asked, outcome: Scored) -> dict[str, Any]:
    """Write the scores of a version; a patient who can no longer be scored keeps none."""
    version = (
        ModelVersion.objects.select_for_update().defer("content").get(pk=asked.payload["version"])
    )
    study = version.model.study
    patients = dict(Patient.objects.filter(study=study).values_list("subject_id", "pk"))
    now = timezone.now()
    rows = [
        _score(version, patients[row["subject"]], row, now)
        for row in plain_rows(outcome.scores)
        if row["subject"] in patients
    ]
    Score.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["version", "patient"],
        update_fields=["mortality", "percentile", "group", "basis", "survival", "scored_at"],
        batch_size=2000,
    )
    version.scores.exclude(patient__in=[row.patient_id for row in rows]).delete()
    return {"scored": len(rows), "unscored": outcome.unscored[:1000]}


def _score(version: ModelVersion, patient: int, row: dict[str, Any], now: Any) -> Score:
    return Score(
        version=version,
        patient_id=patient,
        mortality=row["mortality"],
        percentile=row["percentile"],
        group=row["group"],
        basis=row["basis"],
        survival={
            name.removeprefix(SURVIVAL): value
            for name, value in row.items()
            if name.startswith(SURVIVAL)
        },
        scored_at=now,
    )
