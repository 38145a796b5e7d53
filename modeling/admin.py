"""The admin portal's pages of models: when they are retrained, what was trained. And which jobs are
whose: jobs know no study, but models do."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from ciri import parse_specification
from jobs.admin import jobs_belong
from modeling import schedule_admin  # noqa: F401 (registers the pages of schedules)
from modeling.models import ModelVersion, PrognosticModel, TrainingRun
from modeling.selectors.models import HEAVY, current_specification
from modeling.services.schedule import how_due
from studies.portal import ScopedAdmin, Who, managed_studies, manages_something

STATUS_COLOURS = {
    "challenger": "info",
    "champion": "success",
    "retired": "warning",
    "rejected": "danger",
}


@admin.register(PrognosticModel)
class PrognosticModelAdmin(ScopedAdmin):
    """Whether a model is retrained by itself, and what it waits for. Its specification is changed on
    the model's own page, as a new number."""

    changed_by = Who.MANAGER
    list_display = ("name", "study", "retrains", "thresholds")
    list_editable = ("retrains",)
    list_filter = (("study", RelatedDropdownFilter), "retrains")
    list_select_related = ("study",)
    fields = ("name", "study", "retrains", "thresholds", "since_champion")
    readonly_fields = ("name", "study", "thresholds", "since_champion")

    @display(description=gettext_lazy("retrains when"))
    def thresholds(self, model: PrognosticModel) -> str:
        retrain = parse_specification(current_specification(model).body).retrain
        how = _("by the gate") if retrain.promote == "gate" else _("by signature")
        return _("%(deaths)d new deaths or %(patients)d new patients; then promoted %(how)s") % {
            "deaths": retrain.new_deaths,
            "patients": retrain.new_patients,
            "how": how,
        }

    @display(description=gettext_lazy("since the newest version"))
    def since_champion(self, model: PrognosticModel) -> str:
        due = how_due(model)
        if due is None:
            return _("There is no version in use yet.")
        return _("%(deaths)d new deaths, %(patients)d new patients") % {
            "deaths": due.new_deaths,
            "patients": due.new_patients,
        }


@admin.register(ModelVersion)
class ModelVersionAdmin(ScopedAdmin):
    study_path = "model__study"
    list_display = ("__str__", "study", "status_shown", "out_of_bag", "validation", "created_at")
    list_filter = (("model", RelatedDropdownFilter), ("status", ChoicesDropdownFilter))
    list_select_related = ("model__study",)
    fields = (
        *("model", "number", "status", "specification", "features", "metrics"),
        *("gate", "software", "content_hash", "created_at", "decided_by", "decided_at"),
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[ModelVersion]:
        return super().get_queryset(request).defer(*HEAVY)

    @display(description=gettext_lazy("study"))
    def study(self, version: ModelVersion) -> str:
        return version.model.study.code

    @display(description=gettext_lazy("status"), ordering="status", label=STATUS_COLOURS)
    def status_shown(self, version: ModelVersion) -> tuple[str, str]:
        return version.status, version.get_status_display()

    @display(description=gettext_lazy("C-index, out-of-bag"))
    def out_of_bag(self, version: ModelVersion) -> str:
        return _c_index(version.metrics.get("out_of_bag"))

    @display(description=gettext_lazy("C-index, validation"))
    def validation(self, version: ModelVersion) -> str:
        return _c_index(version.metrics.get("validation"))


def _c_index(performance: dict[str, Any] | None) -> str:
    """`0.71 (0.64–0.78)`, or a dash where nothing could be estimated."""
    if not performance or performance.get("c") is None:
        return "–"
    return f"{performance['c']:.2f} ({performance['low']:.2f}–{performance['high']:.2f})"


@admin.register(TrainingRun)
class TrainingRunAdmin(ScopedAdmin):
    study_path = "model__study"
    list_display = ("__str__", "study", "reason", "job_state", "version", "created_at")
    list_filter = (("model", RelatedDropdownFilter), ("reason", ChoicesDropdownFilter))
    list_select_related = ("model__study", "job", "version__model")
    fields = (
        *("model", "specification", "dataset", "reason", "requested_by"),
        *("created_at", "job", "version"),
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[TrainingRun]:
        rows = super().get_queryset(request)
        return rows.defer(*(f"version__{field}" for field in HEAVY))

    @display(description=gettext_lazy("study"))
    def study(self, run: TrainingRun) -> str:
        return run.model.study.code

    @display(description=gettext_lazy("job"))
    def job_state(self, run: TrainingRun) -> str:
        return run.job.get_state_display() if run.job else "–"


@jobs_belong
def jobs_of_managed_models(request: HttpRequest) -> Q | None:
    """Trainings, rescorings and schedule checks of the studies that a person manages."""
    if not manages_something(request):
        return None
    studies = list(managed_studies(request).values_list("pk", flat=True))
    runs = TrainingRun.objects.filter(model__study__in=studies)
    versions = ModelVersion.objects.filter(model__study__in=studies)
    return Q(kind__startswith="modeling.") & (
        Q(payload__study__in=studies)
        | Q(payload__run__in=list(runs.values_list("pk", flat=True)))
        | Q(payload__version__in=list(versions.values_list("pk", flat=True)))
    )
