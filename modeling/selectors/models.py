"""Reads of models, versions and scores."""

from typing import Any

from django.db.models import Count, OuterRef, Prefetch, QuerySet, Subquery

from accounts.models import User
from jobs.models import Job
from modeling.models import ModelSpecification, ModelVersion, PrognosticModel, Score, TrainingRun
from studies.models import Patient, Study
from studies.permissions import Capability
from studies.selectors.access import patients_visible_to, studies_visible_to

HEAVY = ("content", "report")


def models_visible_to(user: User) -> QuerySet[PrognosticModel]:
    """The models of every study in which the person may read models."""
    return PrognosticModel.objects.filter(
        study__in=studies_visible_to(user, Capability.VIEW_MODELS)
    )


def versions_visible_to(user: User) -> QuerySet[ModelVersion]:
    """Versions, without their stored content."""
    return ModelVersion.objects.filter(model__in=models_visible_to(user)).defer("content")


def scores_visible_to(user: User) -> QuerySet[Score]:
    """Scores of the patients whom the person may see, by models that the person may read."""
    return Score.objects.filter(
        patient__in=patients_visible_to(user, Capability.VIEW_MODELS),
        patient__study__in=studies_visible_to(user, Capability.VIEW_CLINICAL),
    )


def champion_of(model: PrognosticModel) -> ModelVersion | None:
    """The version in use, if there is one."""
    return model.versions.filter(status=ModelVersion.Status.CHAMPION).first()


def current_specification(model: PrognosticModel) -> ModelSpecification:
    """The newest specification of a model; every model has one from its making."""
    return model.specifications.order_by("-number")[0]


def with_champions(models: QuerySet[PrognosticModel]) -> QuerySet[Any]:
    """Models with `champions` (a list of at most one light version) and counts of versions."""
    champions = ModelVersion.objects.filter(status=ModelVersion.Status.CHAMPION).defer(*HEAVY)
    return models.annotate(version_count=Count("versions")).prefetch_related(
        Prefetch("versions", queryset=champions, to_attr="champions")
    )


def champion_scores(patient: Patient) -> QuerySet[Score]:
    """A patient's scores by the versions in use."""
    return (
        Score.objects.filter(patient=patient, version__status=ModelVersion.Status.CHAMPION)
        .select_related("version__model")
        .defer("version__content", "version__report")
        .order_by("version__model__name")
    )


def latest_run(model: PrognosticModel) -> TrainingRun | None:
    """The newest training run with its job."""
    return model.runs.select_related("job", "version").defer("version__content").first()


def active_jobs(study: Study) -> QuerySet[Job]:
    """Trainings of a study that wait or run."""
    return Job.objects.filter(
        state__in=Job.ACTIVE, pk__in=TrainingRun.objects.filter(model__study=study).values("job")
    )


def scores_counted(version: ModelVersion) -> int:
    """How many patients have a score by a version."""
    return version.scores.count()


def latest_champions(study: Study) -> QuerySet[ModelVersion]:
    """The versions in use in a study, by model name."""
    newest = ModelVersion.objects.filter(
        model=OuterRef("model"), status=ModelVersion.Status.CHAMPION
    ).values("pk")[:1]
    return (
        ModelVersion.objects.filter(model__study=study, pk=Subquery(newest))
        .select_related("model")
        .defer("content")
        .order_by("model__name")
    )
