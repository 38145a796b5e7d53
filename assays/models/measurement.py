"""Specimen -> plate run -> measurement. A raw value is never overwritten."""

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assays.models.catalogue import Analyte, Panel
from studies.models import ImportBatch, Patient, Study
from studies.models.patient import Timepoint


@pghistory.track()
class Specimen(models.Model):
    """Blood of one patient at one timepoint."""

    class Material(models.TextChoices):
        PLASMA = "plasma", _("plasma")
        SERUM = "serum", _("serum")

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="specimens")
    timepoint = models.CharField(_("timepoint"), max_length=3, choices=Timepoint.choices)
    material = models.CharField(_("material"), max_length=6, choices=Material.choices)
    collected_on = models.DateField(_("collected on"), null=True, blank=True)
    label = models.CharField(
        _("label"), max_length=100, help_text=_("Barcode or sample id, as files name it.")
    )
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="specimens")

    class Meta:
        verbose_name = _("specimen")
        verbose_name_plural = _("specimens")
        ordering = ["patient", "-timepoint", "label"]
        constraints = [
            models.UniqueConstraint(
                fields=["study", "label"], name="assays_specimen_label_once_per_study"
            ),
            models.CheckConstraint(
                condition=Q(timepoint__in=["pre", "edt"]), name="assays_specimen_timepoint_known"
            ),
            models.CheckConstraint(
                condition=Q(material__in=["plasma", "serum"]),
                name="assays_specimen_material_known",
            ),
            models.CheckConstraint(condition=~Q(label=""), name="assays_specimen_has_a_label"),
        ]

    def __str__(self) -> str:
        return self.label


@pghistory.track()
class PlateRun(models.Model):
    """One run of one plate (or one delivered table) of a panel."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="plate_runs")
    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="plate_runs")
    name = models.CharField(_("plate"), max_length=100)
    instrument = models.CharField(_("instrument"), max_length=100, blank=True)
    run_on = models.DateField(_("run on"), null=True, blank=True)
    source = models.ForeignKey(
        ImportBatch, on_delete=models.PROTECT, related_name="plate_runs", null=True, blank=True
    )

    class Meta:
        verbose_name = _("plate run")
        verbose_name_plural = _("plate runs")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["study", "name"], name="assays_plate_once_per_study")
        ]

    def __str__(self) -> str:
        return self.name


class Flag(models.TextChoices):
    """How far a written value can be used as a number."""

    IN_RANGE = "in_range", _("in range")
    BELOW_LLOQ = "below_lloq", _("below LLOQ")
    ABOVE_ULOQ = "above_uloq", _("above ULOQ")
    EXTRAPOLATED = "extrapolated", _("extrapolated")
    MISSING = "missing", _("missing")
    EXCLUDED = "excluded", _("excluded")


HAS_NUMBER = [Flag.IN_RANGE.value, Flag.EXTRAPOLATED.value]
HAS_NONE = [Flag.BELOW_LLOQ.value, Flag.ABOVE_ULOQ.value, Flag.MISSING.value]


@pghistory.track()
class Measurement(models.Model):
    """One analyte in one specimen on one plate, as written.

    `value` is the number, in `unit`; it is empty where the flag says that there is none, and then
    `limit` holds the limit that the text names ("< 3.2" -> below LLOQ, limit 3.2), if any. What
    stands in for it in a model is the model specification's policy.
    """

    specimen = models.ForeignKey(Specimen, on_delete=models.PROTECT, related_name="measurements")
    analyte = models.ForeignKey(Analyte, on_delete=models.PROTECT, related_name="measurements")
    plate_run = models.ForeignKey(PlateRun, on_delete=models.PROTECT, related_name="measurements")
    replicate = models.PositiveSmallIntegerField(_("replicate"), default=1)
    value_text = models.CharField(_("as written"), max_length=100)
    value = models.FloatField(_("value"), null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=20)
    flag = models.CharField(_("flag"), max_length=12, choices=Flag.choices)
    limit = models.FloatField(_("limit"), null=True, blank=True)
    source = models.ForeignKey(
        ImportBatch, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        verbose_name = _("measurement")
        verbose_name_plural = _("measurements")
        constraints = [
            models.UniqueConstraint(
                fields=["specimen", "analyte", "plate_run", "replicate"],
                name="assays_measurement_once_per_replicate",
            ),
            models.CheckConstraint(
                condition=Q(flag__in=[f.value for f in Flag]), name="assays_measurement_flag_known"
            ),
            models.CheckConstraint(
                condition=Q(flag="excluded")
                | Q(flag__in=HAS_NUMBER, value__isnull=False)
                | Q(flag__in=HAS_NONE, value__isnull=True),
                name="assays_measurement_value_agrees_with_flag",
            ),
            models.CheckConstraint(
                # NaN and infinities are numbers to PostgreSQL, larger than every other.
                condition=Q(value__isnull=True) | Q(value__gt=-1e300, value__lt=1e300),
                name="assays_measurement_value_finite",
            ),
            models.CheckConstraint(
                condition=Q(limit__isnull=True) | Q(limit__gt=-1e300, limit__lt=1e300),
                name="assays_measurement_limit_finite",
            ),
            models.CheckConstraint(
                condition=Q(replicate__gte=1), name="assays_measurement_replicate_from_1"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.specimen} {self.analyte}: {self.value_text}"
