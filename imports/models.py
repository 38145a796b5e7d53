"""Files as they came, and what was made of them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.choices import constrain
from audit.tracking import track
from imports.kinds import choices
from sentences import JSONWithSentences, SentenceField
from studies.models import Study


class SourceFile(models.Model):
    """An original file, byte for byte, kept once per study under its SHA-256."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="source_files")
    sha256 = models.CharField(max_length=64)
    name = models.CharField(_("file name"), max_length=255)
    size = models.PositiveBigIntegerField(_("bytes"))
    content = models.BinaryField()
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("source file")
        constraints = [
            models.UniqueConstraint(fields=["study", "sha256"], name="imports_source_file_once")
        ]

    def __str__(self) -> str:
        return self.name


class State(models.TextChoices):
    RECEIVED = "received", _("received")
    PREVIEWED = "previewed", _("ready to commit")
    REFUSED = "refused", _("cannot be loaded")
    COMMITTED = "committed", _("committed")
    DROPPED = "dropped", _("dropped")


@track(study="study", exclude=["preview"])
class ImportBatch(models.Model):
    """One import: file + mapping -> preview -> commit.

    received -> previewed -> committed        previewed, refused -> dropped
            \\-> refused
    """

    State = State

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="imports")
    kind = models.CharField(_("kind"), max_length=20, choices=choices)
    source = models.ForeignKey(SourceFile, on_delete=models.PROTECT, related_name="imports")
    samples = models.ForeignKey(
        SourceFile,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text=_("The table that says which sample is whose, where a second file holds it."),
    )
    mapping_text = models.TextField(_("mapping"))
    sheet = models.CharField(
        _("sheet"),
        max_length=255,
        blank=True,
        help_text=_("The sheet of the workbook that a person chose, where several have rows."),
    )
    samples_sheet = models.CharField(_("sheet of the table of samples"), max_length=255, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.RECEIVED
    )
    preview = JSONWithSentences(
        null=True,
        blank=True,
        help_text=_(
            "Counts and rows: new, changed (old, new), unchanged, rejected (column, value, why)."
        ),
    )
    accepted = models.JSONField(
        _("accepted warnings"),
        default=list,
        blank=True,
        help_text=_("Warnings that somebody confirmed: code, column, by, at."),
    )
    message = SentenceField(_("message"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    committed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("import")
        ordering = ["-id"]
        constraints = [
            constrain("state", State, "imports_import_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.source.name} ({self.get_state_display()})"
