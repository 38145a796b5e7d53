"""Whether a model is due: new deaths or new patients since the champion's dataset."""

from dataclasses import dataclass

from django.db import transaction

from accounts.models import User
from ciri import parse_specification
from jobs.models import Job
from jobs.services.asking import enqueue
from jobs.work import Asked, Progress
from modeling.models import FrozenDataset, PrognosticModel, TrainingRun
from modeling.selectors.inputs import training_counts
from modeling.selectors.models import champion_of, current_specification, latest_champions
from modeling.services.scoring import request_rescoring
from modeling.services.training import request_training
from studies.models import Study
from studies.refusals import Refused

ASK_WHETHER_DUE = "modeling.ask_whether_due"


@dataclass(frozen=True)
class Due:
    """What has grown since the champion's dataset, and what the specification waits for."""

    new_deaths: int
    new_patients: int
    deaths_needed: int
    patients_needed: int

    @property
    def is_due(self) -> bool:
        return self.new_deaths >= self.deaths_needed or self.new_patients >= self.patients_needed


def how_due(model: PrognosticModel) -> Due | None:
    """How far a model is from its next retraining; None while it has no champion to compare with.

    Deaths are events of the specification's endpoint. Counted among training patients, for only
    they can change the forest.
    """
    champion = champion_of(model)
    if champion is None:
        return None
    specification = parse_specification(current_specification(model).body)
    counts = training_counts(model.study, specification, as_of=model.study.today())
    dataset = _last_tried(model) or champion.dataset
    return Due(
        new_deaths=max(0, counts["train_events"] - dataset.training_events),
        new_patients=max(0, counts["train"] - dataset.training_patients),
        deaths_needed=specification.retrain.new_deaths,
        patients_needed=specification.retrain.new_patients,
    )


def _last_tried(model: PrognosticModel) -> FrozenDataset | None:
    """The dataset of the newest version: a challenger that failed is not grown again every night."""
    newest = model.versions.select_related("dataset").defer("content", "dataset__content").first()
    return newest.dataset if newest else None


def request_due_trainings(*, study: Study) -> list[TrainingRun]:
    """Ask for the training of every model of a study that is due."""
    runs = []
    for model in PrognosticModel.objects.filter(study=study, retrains=True):
        due = how_due(model)
        if due is not None and due.is_due:
            try:
                runs.append(
                    request_training(model=model, by=None, reason=TrainingRun.Reason.SCHEDULED)
                )
            except Refused:
                continue
    return runs


def ask_whether_due(*, study: Study, by: User | None = None) -> Job:
    """Ask for the check itself, in the caller's transaction; many changes at once are one check."""
    return enqueue(
        ASK_WHETHER_DUE,
        key=f"{ASK_WHETHER_DUE}:study:{study.pk}",
        payload={"study": study.pk},
        by=by,
    )


def ask_for_all_studies() -> int:
    """The nightly question, for every study that has a model."""
    with transaction.atomic():
        studies = Study.objects.filter(models__retrains=True).distinct()
        return len([ask_whether_due(study=study) for study in studies])


def compute_due(asked: Asked, progress: Progress) -> int:
    """Nothing to compute ahead: the question is answered in the transaction that asks for work."""
    return int(asked.payload["study"])


def store_due(asked: Asked, study_pk: int) -> dict[str, list[int]]:
    """Ask for the trainings that are due, and for the scores of patients who came or changed."""
    study = Study.objects.get(pk=study_pk)
    runs = request_due_trainings(study=study)
    for version in latest_champions(study):
        request_rescoring(version=version, by=asked.by)
    return {"runs": [run.pk for run in runs]}
