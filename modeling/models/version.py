"""What was trained, on what, and what came out."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.choices import constrain
from audit.tracking import track
from jobs.models import Job
from modeling.models.kept import ANY, keep
from modeling.models.specification import ModelSpecification, PrognosticModel
from sentences import JSONWithSentences
from studies.models import Study

NEVER_CHANGED = (
    "content", "content_hash", "features", "metrics", "report", "software", "specification_id", "dataset_id", "number",
)  # fmt: skip
"""Of a version, once it is stored."""


@track(study="study", exclude=["content"])
class FrozenDataset(models.Model):
    """What a training reads: canonical bytes under their SHA-256. Triggers refuse any change."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="datasets")
    content_hash = models.CharField(_("SHA-256"), max_length=64)
    content = models.BinaryField()
    as_of = models.DateField(_("follow-up as of"))
    timepoint = models.CharField(_("timepoint"), max_length=200)
    endpoint = models.CharField(_("endpoint"), max_length=3)
    patients = models.PositiveIntegerField(_("patients"))
    training_patients = models.PositiveIntegerField(_("training patients"))
    events = models.PositiveIntegerField(_("events"))
    training_events = models.PositiveIntegerField(_("training events"))
    left_out = models.JSONField(_("left out, and why"), default=list)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("frozen dataset")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["study", "content_hash"], name="modeling_dataset_once_per_content"
            )
        ]
        triggers = [keep("dataset_is_immutable", ANY)]

    def __str__(self) -> str:
        return f"{self.content_hash[:12]} ({self.patients} patients, {self.events} events)"


class Reason(models.TextChoices):
    REQUESTED = "requested", _("asked for by a person")
    SCHEDULED = "scheduled", _("due by the specification's thresholds")


@track(study="model")
class TrainingRun(models.Model):
    """A training that was asked for; its job row tells how far it is."""

    Reason = Reason

    model = models.ForeignKey(PrognosticModel, on_delete=models.PROTECT, related_name="runs")
    specification = models.ForeignKey(
        ModelSpecification, on_delete=models.PROTECT, related_name="runs"
    )
    dataset = models.ForeignKey(FrozenDataset, on_delete=models.PROTECT, related_name="runs")
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, related_name="+")
    version = models.ForeignKey(
        "ModelVersion",
        on_delete=models.PROTECT,
        null=True,
        related_name="runs",
        help_text=_("What came out; a run that reproduces a version to the bit names that one."),
    )
    reason = models.CharField(_("reason"), max_length=10, choices=Reason.choices)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("training run")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.model.name} run {self.pk}"


class Status(models.TextChoices):
    CHALLENGER = "challenger", _("challenger")
    CHAMPION = "champion", _("champion")
    RETIRED = "retired", _("retired")
    REJECTED = "rejected", _("rejected")


@track(study="model", name="number", exclude=["content", "report", "cross_validation"])
class ModelVersion(models.Model):
    """A trained model: what it was made from, how good it is, and what it is used for.

    challenger -> champion -> retired;  challenger -> rejected;  retired -> champion (roll back)
    """

    Status = Status

    TRANSITIONS = {
        Status.CHALLENGER: {Status.CHAMPION, Status.REJECTED},
        Status.CHAMPION: {Status.RETIRED},
        Status.RETIRED: {Status.CHAMPION},
        Status.REJECTED: set(),
    }

    model = models.ForeignKey(PrognosticModel, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    specification = models.ForeignKey(
        ModelSpecification, on_delete=models.PROTECT, related_name="versions"
    )
    dataset = models.ForeignKey(FrozenDataset, on_delete=models.PROTECT, related_name="versions")
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.CHALLENGER
    )
    content = models.BinaryField()
    content_hash = models.CharField(_("SHA-256"), max_length=64)
    features = models.JSONField(_("features"))
    metrics = models.JSONField(_("performance"))
    report = models.JSONField(_("tables behind the figures"))
    gate = JSONWithSentences(_("challenger against champion"), default=dict)
    cross_validation = models.JSONField(
        _("nested cross-validation"),
        null=True,
        blank=True,
        help_text=_("All repeats merged; empty until the last one is there, then never changed."),
    )
    software = models.JSONField(_("code and library versions"))
    created_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("model version")
        ordering = ["model", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["model", "number"], name="modeling_version_number_once"
            ),
            models.UniqueConstraint(
                fields=["model"], condition=Q(status=Status.CHAMPION), name="modeling_one_champion"
            ),
            constrain("status", Status, "modeling_version_status_known"),
        ]
        triggers = [
            keep("version_content_is_immutable", pgtrigger.UpdateOf(*NEVER_CHANGED)),
            # What came out of all repeats is written once.
            keep(
                "cross_validation_is_kept",
                pgtrigger.UpdateOf("cross_validation"),
                pgtrigger.Q(old__cross_validation__isnull=False),
            ),
            keep("version_is_kept", pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.model.name} v{self.number}"


class CrossValidationRepeat(models.Model):
    """One repeat of a version's nested cross-validation: asked for as a job, then what came out.

    Its history is not tracked: no person writes it, and version, specification and frozen dataset,
    whose histories are, give the same content again to the bit.
    """

    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="repeats")
    repeat = models.PositiveSmallIntegerField(_("repeat"))
    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="+")
    content = models.JSONField(_("predictions of the folds"), null=True, blank=True)

    class Meta:
        verbose_name = _("repeat of a cross-validation")
        verbose_name_plural = _("repeats of cross-validations")
        ordering = ["version", "repeat"]
        constraints = [
            models.UniqueConstraint(fields=["version", "repeat"], name="modeling_repeat_once")
        ]

    def __str__(self) -> str:
        return f"{self.version}, repeat {self.repeat + 1}"
