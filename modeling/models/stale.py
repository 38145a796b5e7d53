"""What was made from values that have changed since."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assays.models import PlateRun
from audit.tracking import track
from clinical.models import Patient
from modeling.models.version import FrozenDataset, ModelVersion
from sentences import SentenceField


@track(study=("dataset", "version", "patient"))
class StaleMark(models.Model):
    """A dataset, a version, or a patient's score by a version, made from values that may no longer be used,
    or that count otherwise now. A dataset frozen while a value was excluded is not stale when the value is
    restored: it never held it.

    A score's mark is cleared when the score is made anew; a dataset's and a version's stay, for they are
    never changed: another training makes another version.
    """

    dataset = models.ForeignKey(
        FrozenDataset, on_delete=models.CASCADE, related_name="stale_marks", null=True, blank=True
    )
    version = models.ForeignKey(
        ModelVersion, on_delete=models.CASCADE, related_name="stale_marks", null=True, blank=True
    )
    patient = models.ForeignKey(
        Patient, on_delete=models.CASCADE, related_name="stale_marks", null=True, blank=True
    )
    plate_run = models.ForeignKey(
        PlateRun, on_delete=models.PROTECT, related_name="stale_marks", null=True, blank=True
    )
    reason = SentenceField(_("why"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    since = models.DateTimeField(_("stale since"), auto_now_add=True)
    cleared_at = models.DateTimeField(_("made anew"), null=True, blank=True)

    class Meta:
        verbose_name = _("stale mark")
        verbose_name_plural = _("stale marks")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(dataset__isnull=False, version__isnull=True, patient__isnull=True)
                | Q(dataset__isnull=True, version__isnull=False),
                name="modeling_stale_mark_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(reason__isnull=False), name="modeling_stale_mark_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(cleared_at__isnull=True) | Q(patient__isnull=False),
                name="modeling_only_a_score_is_made_anew",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dataset or self.version}: {self.reason}"
