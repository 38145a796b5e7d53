"""The API of models, their versions, training runs and scores."""

from dataclasses import asdict
from typing import Any, cast

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ciri.training.cautions import SENTENCES
from clinical.api import OfPatients
from jobs.models import Job
from modeling.models import (
    FrozenDataset,
    ModelSpecification,
    ModelVersion,
    PrognosticModel,
    Score,
    TrainingRun,
)
from modeling.presentation import provenance
from modeling.presentation.cautions import Said, cautions_of
from modeling.selectors.models import (
    HEAVY,
    models_visible_to,
    scores_visible_to,
    versions_visible_to,
    with_champions,
)
from modeling.selectors.stale import scores_since, versions_since
from studies.api import (
    LARGEST_NUMBER,
    Choice,
    PageQuery,
    StudyList,
    StudyOne,
    StudyView,
    text_filter,
)
from studies.permissions import Capability


class SpecificationSerializer(serializers.ModelSerializer[ModelSpecification]):
    class Meta:
        model = ModelSpecification
        fields = ["number", "body", "content_hash", "created_at"]


class ModelSerializer(serializers.ModelSerializer[PrognosticModel]):
    champion = serializers.SerializerMethodField(help_text="Number of the version in use.")
    version_count = serializers.IntegerField()
    specification = serializers.SerializerMethodField(help_text="The newest one.")

    class Meta:
        model = PrognosticModel
        fields = ["name", "retrains", "created_at", "champion", "version_count", "specification"]

    def get_champion(self, model: Any) -> int | None:
        return model.champions[0].number if model.champions else None

    @extend_schema_field(SpecificationSerializer)
    def get_specification(self, model: PrognosticModel) -> Any:
        newest = max(model.specifications.all(), key=lambda stated: stated.number)
        return SpecificationSerializer(newest).data


class _ModelView(StudyView):
    capability = Capability.VIEW_MODELS
    serializer_class = ModelSerializer
    queryset = PrognosticModel.objects.none()

    def get_queryset(self) -> QuerySet[PrognosticModel]:
        models = models_visible_to(self.user).filter(study=self.study)
        return with_champions(models).prefetch_related("specifications")


class Models(StudyList, _ModelView):
    """Models, each with its newest specification, by name."""

    ordering = "name"


class ModelDetail(StudyOne, _ModelView):
    """One model, as in the list."""

    found_by = {"name": "name"}


class DatasetSerializer(serializers.ModelSerializer[FrozenDataset]):
    sha256 = serializers.CharField(source="content_hash")

    class Meta:
        model = FrozenDataset
        fields = [
            "sha256",
            "as_of",
            "timepoint",
            "endpoint",
            "patients",
            "training_patients",
            "events",
            "training_events",
            "created_at",
        ]


class NestedSerializer(serializers.Serializer[dict[str, Any]]):
    """Harrell's C of the nested cross-validation; null until every repeat is there."""

    c = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True, help_text="95 % interval.")
    high = serializers.FloatField(allow_null=True)
    n = serializers.IntegerField(allow_null=True, help_text="Patients.")
    events = serializers.IntegerField(allow_null=True)
    repeats = serializers.IntegerField(allow_null=True)
    folds = serializers.IntegerField(allow_null=True)


class CautionSerializer(serializers.Serializer[Said]):
    """What must be said beside a version's probabilities."""

    code = serializers.ChoiceField(choices=sorted(SENTENCES))
    sentence = serializers.CharField()


class _Told(serializers.Serializer[Any]):
    """Answers about versions, each with its cautions; those of a whole page are read together."""

    def cautions_of(self, version: int) -> list[dict[str, str]]:
        kept = cast("dict[str, Any]", self.context)
        if "cautions" not in kept:
            page = self.root.instance
            rows: Any = page if isinstance(page, list) else [page]
            kept["cautions"] = cautions_of(getattr(row, "version_id", row.pk) for row in rows)
        return [asdict(one) for one in kept["cautions"][version]]


class FiguresSerializer(serializers.Serializer[dict[str, str]]):
    """On whom each figure of performance rests, in words."""

    out_of_bag = serializers.CharField()
    validation = serializers.CharField()
    cross_validation = serializers.CharField()


class VersionSerializer(_Told, serializers.ModelSerializer[ModelVersion]):
    model = serializers.CharField(source="model.name")
    version = serializers.IntegerField(source="number")
    specification = serializers.IntegerField(source="specification.number")
    dataset = DatasetSerializer()
    sha256 = serializers.CharField(source="content_hash")
    cross_validation = NestedSerializer(source="nested")
    decided_by = serializers.CharField(source="decided_by.username", default=None, allow_null=True)
    stale_since = serializers.DateTimeField(
        allow_null=True, help_text="When a value that it was trained on changed; null: never."
    )
    patients = serializers.SerializerMethodField(help_text="On whom `metrics` rest, in words.")
    cautions = serializers.SerializerMethodField(
        help_text="What must be said beside its probabilities; empty: nothing."
    )

    class Meta:
        model = ModelVersion
        fields = [
            "model",
            "version",
            "status",
            "specification",
            "dataset",
            "sha256",
            "features",
            "metrics",
            "cross_validation",
            "patients",
            "cautions",
            "gate",
            "software",
            "created_at",
            "decided_by",
            "decided_at",
            "stale_since",
        ]

    @extend_schema_field(FiguresSerializer)
    def get_patients(self, version: ModelVersion) -> dict[str, str]:
        return {
            "out_of_bag": provenance.out_of_bag(version),
            "validation": provenance.validation(version),
            "cross_validation": provenance.nested(version),
        }

    @extend_schema_field(CautionSerializer(many=True))
    def get_cautions(self, version: ModelVersion) -> Any:
        return self.cautions_of(version.pk)


def version_filter() -> serializers.IntegerField:
    """The number of a version."""
    return serializers.IntegerField(
        required=False, min_value=1, max_value=LARGEST_NUMBER, help_text="Number of a version."
    )


class VersionQuery(PageQuery):
    model = text_filter("Name of a model.")
    version = version_filter()
    status = Choice(choices=ModelVersion.Status.choices, required=False)


class _VersionView(StudyView):
    capability = Capability.VIEW_MODELS
    serializer_class = VersionSerializer
    queryset = ModelVersion.objects.none()

    def get_queryset(self) -> QuerySet[ModelVersion]:
        return (
            versions_since(versions_visible_to(self.user))
            .filter(model__study=self.study)
            .select_related("model", "specification", "dataset", "decided_by")
            .defer(*HEAVY, "dataset__content")
        )


class Versions(StudyList, _VersionView):
    """Trained versions, oldest first; the figures' tables and the forest are not in here."""

    query = VersionQuery

    def get_queryset(self) -> QuerySet[ModelVersion]:
        return self.filter_rows(
            super().get_queryset(), model="model__name", version="number", status="status"
        )


class VersionDetail(StudyOne, _VersionView):
    """One version of a model, as in the list."""

    found_by = {"name": "model__name", "number": "number"}


class ScoreSerializer(_Told, serializers.ModelSerializer[Score]):
    subject = serializers.CharField(source="patient.subject_id")
    model = serializers.CharField(source="version.model.name")
    version = serializers.IntegerField(source="version.number")
    version_status = serializers.ChoiceField(
        source="version.status", choices=ModelVersion.Status.choices
    )
    stale_since = serializers.DateTimeField(
        allow_null=True, help_text="When a value that it was made from changed; null: none has."
    )
    patients = serializers.SerializerMethodField(
        help_text="How the score came about and whether the patient took part in the training, in words."
    )
    cautions = serializers.SerializerMethodField(
        help_text="What must be said beside the probabilities; empty: nothing."
    )

    class Meta:
        model = Score
        fields = [
            "subject",
            "model",
            "version",
            "version_status",
            "mortality",
            "percentile",
            "group",
            "basis",
            "patients",
            "cautions",
            "survival",
            "survival_interval",
            "restricted_mean",
            "scored_at",
            "stale_since",
        ]

    def get_patients(self, score: Score) -> str:
        return provenance.of_score(score.version, score.basis)

    @extend_schema_field(CautionSerializer(many=True))
    def get_cautions(self, score: Score) -> Any:
        return self.cautions_of(score.version_id)


class ScoreQuery(OfPatients, PageQuery):
    model = text_filter("Name of a model.")
    version = version_filter()
    version_status = Choice(choices=ModelVersion.Status.choices, required=False)
    group = Choice(choices=Score.Group.choices, required=False)


class Scores(StudyList):
    """Risk of patients by each version that scored them, in the order in which they were first scored.

    `version_status=champion` keeps the scores in use.
    """

    capability = Capability.VIEW_MODELS
    serializer_class = ScoreSerializer
    queryset = Score.objects.none()
    query = ScoreQuery

    def get_queryset(self) -> QuerySet[Score]:
        rows = (
            scores_since(scores_visible_to(self.user))
            .filter(version__model__study=self.study)
            .select_related("patient", "version__model", "version__specification")
            .defer(*(f"version__{field}" for field in HEAVY))
        )
        return self.filter_rows(
            rows,
            subject="patient__subject_id",
            site="patient__site__code",
            cohort="patient__cohort__code",
            model="version__model__name",
            version="version__number",
            version_status="version__status",
            group="group",
        )


class JobSerializer(serializers.ModelSerializer[Job]):
    message = serializers.CharField()
    error = serializers.CharField()

    class Meta:
        model = Job
        fields = ["state", "progress", "message", "error", "attempts", "finished_at"]


class RunSerializer(serializers.ModelSerializer[TrainingRun]):
    model = serializers.CharField(source="model.name")
    specification = serializers.IntegerField(source="specification.number")
    dataset = serializers.CharField(source="dataset.content_hash", help_text="SHA-256.")
    version = serializers.IntegerField(source="version.number", default=None, allow_null=True)
    requested_by = serializers.CharField(
        source="requested_by.username", default=None, allow_null=True
    )
    job = JobSerializer(allow_null=True)

    class Meta:
        model = TrainingRun
        fields = [
            "id",
            "model",
            "specification",
            "dataset",
            "version",
            "reason",
            "requested_by",
            "created_at",
            "job",
        ]


class RunQuery(PageQuery):
    model = text_filter("Name of a model.")
    version = version_filter()


class TrainingRuns(StudyList):
    """Trainings that were asked for, newest first, with how far each one is."""

    capability = Capability.VIEW_MODELS
    serializer_class = RunSerializer
    queryset = TrainingRun.objects.none()
    query = RunQuery
    ordering = "-id"

    def get_queryset(self) -> QuerySet[TrainingRun]:
        rows = (
            TrainingRun.objects.filter(
                model__in=models_visible_to(self.user).filter(study=self.study)
            )
            .select_related("model", "specification", "dataset", "version", "job", "requested_by")
            .defer(*("dataset__content", "job__payload"), *(f"version__{field}" for field in HEAVY))
        )
        return self.filter_rows(rows, model="model__name", version="version__number")
