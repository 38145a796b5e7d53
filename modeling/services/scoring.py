"""Scores: asked for as a job, computed by a version, written for every patient who can be scored."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from django.db import transaction
from django.db.models import Count, Max
from django.utils import timezone

from accounts.models import User
from audit.tracking import event_of
from ciri import Explanation
from ciri.survival.plain import plain, plain_rows
from ciri.training.trained import TrainedModel
from clinical.models import Patient
from jobs.models import Job
from jobs.services.asking import enqueue
from jobs.work import Asked, Progress, WorkError
from modeling.models import ModelVersion, Score, StaleMark
from modeling.selectors.inputs import study_table
from modeling.selectors.models import HEAVY, latest_champions
from modeling.selectors.people import former_ids
from modeling.selectors.visits import read_specification
from modeling.sentences import of_method
from sentences import Sentence, of_error
from studies.models import Study
from studies.permissions import Capability
from studies.selectors.access import require
from studies.services.locking import lock_study

RESCORE = "modeling.rescore"
ENDS = ("low", "high")
STRONGEST = 12  # contributions kept with a score
BLOCK = 2000  # scores written at once, so that memory does not grow with the study
WRITTEN = (
    *("mortality", "percentile", "group", "basis", "survival", "survival_interval"),
    *("restricted_mean", "explanation", "scored_at"),
)


def request_rescoring(*, version: ModelVersion, by: User | None) -> Job:
    """Ask for the scores of a version, in the caller's transaction."""
    return enqueue(
        RESCORE, key=f"{RESCORE}:version:{version.pk}", payload={"version": version.pk}, by=by
    )


def request_rescoring_again(*, study: Study, by: User | None) -> None:
    """Ask for new scores by every version in use, and by those that are being scored at this moment: what
    they have read already may be of yesterday."""
    scoring = Job.objects.filter(kind=RESCORE, state__in=Job.ACTIVE)
    keys = [payload["version"] for payload in scoring.values_list("payload", flat=True)]
    under_way = ModelVersion.objects.filter(pk__in=keys, model__study=study).defer(*HEAVY)
    versions = {version.pk: version for version in (*latest_champions(study), *under_way)}
    for key in sorted(versions):  # in one order, so that no two askers wait for each other
        request_rescoring(version=versions[key], by=by)


def request_study_rescoring(*, study: Study, by: User | None) -> list[Job]:
    """Ask for new scores by every version in use in a study."""
    require(by, study, Capability.TRAIN)
    return [request_rescoring(version=version, by=by) for version in latest_champions(study)]


@dataclass(frozen=True)
class Scored:
    """When the patients were read, the frame that `TrainedModel.score` gives, why each score is what it is
    (rows in the same order), the horizons in months, and who could not be scored and why."""

    read_at: datetime
    scores: pd.DataFrame
    explanation: Explanation
    months: tuple[int, ...]
    unscored: list[dict[str, str]]


def compute_scores(asked: Asked, progress: Progress) -> Scored:
    """Score every patient of the study as known today."""
    version = (
        ModelVersion.objects.select_related("model__study", "specification", "dataset")
        .defer("dataset__content")
        .get(pk=asked.payload["version"])
    )
    progress(10, Sentence("modeling.reading_patients"))
    study = version.model.study
    with transaction.atomic():
        # No decision is under way while the values are read: each is seen whole, or comes after.
        lock_study(study, patient=True)
        read_at = timezone.now()
        specification = read_specification(version.specification)
        table = study_table(study, specification, as_of=study.today(), require_outcome=False)
        then = former_ids(version)
    progress(40, Sentence("modeling.scoring"))
    try:
        trained = TrainedModel.from_bytes(bytes(version.content))
        scores = trained.score(table, intervals=True, same_people=True, former_ids=then)
        progress(70, Sentence("modeling.explaining"))
        explanation = trained.explain(table, same_people=True, former_ids=then)
    except ValueError as error:
        raise WorkError(of_error(error)) from error
    months, unscored = specification.horizons_months, trained.unscored(table)
    return Scored(read_at, scores, explanation, months, unscored)


def store_scores(asked: Asked, outcome: Scored) -> dict[str, Any]:
    """Write the scores of a version; a patient who can no longer be scored keeps none. Marks that were made
    after the patients were read stay."""
    version = (
        ModelVersion.objects.select_for_update(no_key=True)
        .defer(*HEAVY)
        .get(pk=asked.payload["version"])
    )
    patients = dict(
        Patient.objects.filter(study=version.model.study).values_list("subject_id", "pk")
    )
    for subject in _find_of_others(version.model.study, since=outcome.read_at):
        patients.pop(subject, None)
    now = timezone.now()
    scored = 0
    for first in range(0, len(outcome.scores), BLOCK):
        block = slice(first, first + BLOCK)
        rows = [
            Score(version=version, patient_id=patients[subject], scored_at=now, **values)
            for subject, values in _values(outcome, block)
            if subject in patients
        ]
        Score.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["version", "patient"],
            update_fields=WRITTEN,
        )
        scored += len(rows)
    version.scores.exclude(scored_at=now).delete()
    made_anew = StaleMark.objects.filter(version=version, since__lt=outcome.read_at)
    made_anew.filter(patient__isnull=False, cleared_at=None).update(cleared_at=now)
    unscored = [row | {"reason": of_method(row["reason"])} for row in outcome.unscored[:1000]]
    return {"scored": scored, "unscored": unscored}


def _find_of_others(study: Study, *, since: datetime) -> set[str]:
    """Subject ids that went from one patient to another since a moment: a score by such an id is another person's."""
    held = event_of(Patient)._default_manager.filter(study=study).values("subject_id")
    passed_on = held.annotate(n=Count("pgh_obj_id", distinct=True), last=Max("pgh_created_at"))
    return set(passed_on.filter(n__gt=1, last__gt=since).values_list("subject_id", flat=True))


def _values(outcome: Scored, block: slice) -> Iterator[tuple[str, dict[str, Any]]]:
    """Subject and the fields of its score, for a block of rows."""
    rows = plain_rows(outcome.scores.iloc[block])
    explanations = strongest_contributions(outcome.explanation, block)
    for row, explanation in zip(rows, explanations, strict=True):
        survival = {f"{m}m": row[f"survival_{m}m"] for m in outcome.months}
        ends = {f"{m}m": [row[f"survival_{m}m_{e}"] for e in ENDS] for m in outcome.months}
        yield (
            row["subject"],
            {
                "mortality": row["mortality"],
                "percentile": row["percentile"],
                "group": row["group"],
                "basis": row["basis"],
                "survival": survival,
                "survival_interval": {m: pair for m, pair in ends.items() if None not in pair},
                "restricted_mean": row["restricted_mean"],
                "explanation": explanation,
            },
        )


def strongest_contributions(explained: Explanation, block: slice) -> Iterator[dict[str, Any]]:
    """For each row of a block: base; the strongest contributions (feature, value, contribution); how
    many others move the score, and the rest that they add. All in expected deaths."""
    contributions = explained.values[block]
    values = explained.features.to_numpy(dtype=np.float64)[block]
    names = list(explained.features.columns)
    order = np.argsort(-np.abs(contributions), axis=1, kind="stable")
    for base, moved, known, ranked in zip(
        explained.base[block], contributions, values, order, strict=True
    ):
        moving = ranked[moved[ranked] != 0]
        top, others = moving[:STRONGEST], moving[STRONGEST:]
        yield {
            "base": round(float(base), 4),
            "contributions": [
                {
                    "feature": names[k],
                    "value": plain(known[k]),
                    "contribution": round(float(moved[k]), 4),
                }
                for k in top
            ],
            "others": len(others),
            "rest": round(float(moved[others].sum()), 4),
        }
