"""What left the house: every export with the recipe by which it can be made again."""

from urllib.parse import urlencode

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.choices import constrain
from accounts.models import ApiToken
from audit.tracking import track
from modeling.models import ModelVersion
from studies.models import Study


class Format(models.TextChoices):
    CSV = "csv", _("CSV")
    EXCEL = "excel", _("CSV for Excel (with byte-order mark)")
    PARQUET = "parquet", _("Parquet")
    NDJSON = "ndjson", _("NDJSON (one JSON object per line)")


class Via(models.TextChoices):
    PAGE = "page", _("page")
    API = "api", _("API")
    COMMAND = "command", _("command on the server")


class Holds(models.TextChoices):
    """What an export is of. All forms have neither outcome nor timepoint."""

    DATASET = "dataset", _("analysis dataset")
    FORMS = "forms", _("all forms")


@track(study="study")
class Export(models.Model):
    """One analysis dataset, all forms, or one version's frozen dataset, that was asked for. Unfinished means that its reader went away, or that
    it broke off: nobody holds a whole file of it."""

    Format = Format

    Via = Via

    Holds = Holds

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="exports")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("by"),
        help_text=_("Empty for a command on the server."),
    )
    via = models.CharField(_("by way of"), max_length=7, choices=Via.choices)
    token = models.ForeignKey(
        ApiToken, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    format = models.CharField(_("format"), max_length=7, choices=Format.choices)
    holds = models.CharField(_("holds"), max_length=7, choices=Holds.choices, default=Holds.DATASET)
    timepoint = models.CharField(_("timepoint"), max_length=200, blank=True)
    endpoints = models.CharField(_("endpoints"), max_length=7, blank=True)
    version = models.ForeignKey(
        ModelVersion,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Whose frozen dataset it is; empty for the analysis dataset."),
    )
    events_until = models.DateField(_("events up to"))
    known_at = models.DateTimeField(
        _("database as known at"),
        null=True,
        blank=True,
        help_text=_(
            "The same choices with this moment give the same bytes at any later time. Empty: something was "
            "being written at that moment."
        ),
    )
    champions = models.JSONField(
        _("versions in use"), default=dict, help_text=_("Model name to version number.")
    )
    row_count = models.PositiveIntegerField(_("rows"), null=True, blank=True)
    size = models.PositiveBigIntegerField(_("bytes"), null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(_("asked for"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ["-id"]
        constraints = [
            constrain("format", Format, "exports_export_format_known"),
            constrain("via", Via, "exports_export_via_known"),
            constrain("holds", Holds, "exports_export_holds_known"),
            models.CheckConstraint(
                condition=Q(holds=Holds.FORMS, timepoint="", endpoints="")
                | Q(holds=Holds.DATASET) & ~Q(timepoint=""),
                name="exports_export_dataset_of_a_visit",
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True, sha256="")
                | (
                    Q(finished_at__isnull=False, row_count__isnull=False, size__isnull=False)
                    & ~Q(sha256="")
                ),
                name="exports_export_finished_has_a_hash",
            ),
        ]

    def __str__(self) -> str:
        what = "forms" if self.holds_forms else self.timepoint
        return f"{self.study.code} {what} {self.events_until} ({self.format})"

    @property
    def holds_forms(self) -> bool:
        """Whether it is one of all forms, and no analysis dataset."""
        return self.holds == Holds.FORMS

    @property
    def recipe_query(self) -> str:
        """The choices as the query of an address, with the moment: they make the same bytes again."""
        moment = self.known_at.isoformat() if self.known_at else ""
        if self.holds_forms:
            return urlencode({"holds": "forms", "format": self.format, "known_at": moment})
        chosen = {
            "format": self.format,
            "timepoint": self.timepoint,
            "endpoint": "" if "+" in self.endpoints else self.endpoints,
            "events_until": self.events_until.isoformat(),
            "known_at": moment,
        }
        return urlencode(chosen)
