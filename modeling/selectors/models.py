"""Reads of models, versions and scores."""

from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from accounts.models import User
from clinical.models import Patient
from clinical.selectors.access import patients_visible_to
from jobs.models import Job
from modeling.models import (
    CrossValidationRepeat,
    ModelSpecification,
    ModelVersion,
    PrognosticModel,
    Score,
    TrainingRun,
)
from studies.models import Study
from studies.permissions import Capability
from studies.selectors.access import studies_visible_to

HEAVY = ("content", "report", "cross_validation")
NESTED = ("c", "low", "high", "n", "events", "repeats", "folds")


def models_visible_to(user: User) -> QuerySet[PrognosticModel]:
    """The models of every study in which the person may read models."""
    return PrognosticModel.objects.filter(
        study__in=studies_visible_to(user, Capability.VIEW_MODELS)
    )


def versions_visible_to(user: User) -> QuerySet[ModelVersion]:
    """Versions, without their stored content."""
    versions = ModelVersion.objects.filter(model__in=models_visible_to(user))
    return with_nested(versions).defer("content", "cross_validation")


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


def with_nested(versions: QuerySet[ModelVersion]) -> QuerySet[Any]:
    """Versions with `nested`, the figure of the nested cross-validation (its keys are NESTED, None
    until all repeats are there), and how many repeats are asked for and done."""
    repeats = CrossValidationRepeat.objects.filter(version=OuterRef("pk")).order_by()
    done = repeats.filter(content__isnull=False)
    return versions.annotate(
        nested=JSONObject(**{key: F(f"cross_validation__{key}") for key in NESTED}),
        repeats_asked=_count(repeats),
        repeats_done=_count(done),
    )


def _count(repeats: QuerySet[CrossValidationRepeat]) -> Subquery:
    counted = repeats.values("version").annotate(counted=Count("pk")).values("counted")
    return Subquery(counted, output_field=IntegerField())


def why_not_cross_validated(version: ModelVersion) -> str | None:
    """The sentence of the first repeat that failed, or that was withdrawn or cancelled, if one was."""
    ended = version.repeats.filter(
        job__state__in=(Job.State.FAILED, Job.State.CANCELLED), content__isnull=True
    )
    repeat = ended.order_by("-job__state", "repeat").select_related("job").first()
    if repeat is None:
        return None
    told = repeat.job.error or repeat.job.message or _("a repeat of it was cancelled.")
    return str(told).splitlines()[0]


def with_champions(models: QuerySet[PrognosticModel]) -> QuerySet[Any]:
    """Models with `champions` (a list of at most one light version) and counts of versions."""
    champions = ModelVersion.objects.filter(status=ModelVersion.Status.CHAMPION)
    champions = with_nested(champions).select_related("specification").defer(*HEAVY)
    return models.annotate(version_count=Count("versions")).prefetch_related(
        Prefetch("versions", queryset=champions, to_attr="champions")
    )


def champion_scores(patient: Patient) -> QuerySet[Score]:
    """A patient's scores by the versions in use."""
    return in_use(Score.objects.filter(patient=patient))


def in_use(scores: QuerySet[Score]) -> QuerySet[Score]:
    """Those of the versions in use, by model name, without the versions' content."""
    return (
        scores.filter(version__status=ModelVersion.Status.CHAMPION)
        .select_related("version__model", "version__specification")
        .defer(*(f"version__{field}" for field in HEAVY))
        .order_by("version__model__name")
    )


def latest_run(model: PrognosticModel) -> TrainingRun | None:
    """The newest training run with its job."""
    heavy = (f"version__{field}" for field in HEAVY)
    return model.runs.select_related("job", "version").defer(*heavy).first()


def latest_champions(study: Study) -> QuerySet[ModelVersion]:
    """The versions in use in a study, by model name."""
    newest = ModelVersion.objects.filter(
        model=OuterRef("model"), status=ModelVersion.Status.CHAMPION
    ).values("pk")[:1]
    return (
        ModelVersion.objects.filter(model__study=study, pk=Subquery(newest))
        .select_related("model")
        .defer(*HEAVY)
        .order_by("model__name")
    )
