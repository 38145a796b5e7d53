"""Specimen -> measurement. A raw value is never overwritten."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.choices import constrain
from assays.models.catalogue import Analyte
from assays.models.plate import PlateRun, Well
from assays.models.rules import SPECIMEN_OF_A_VISIT
from audit.tracking import ALL, track
from clinical.models import Patient
from imports.models import ImportBatch
from studies.models import Study


class Material(models.TextChoices):
    PLASMA = "plasma", _("plasma")
    SERUM = "serum", _("serum")


@track(study="study", name="label", bulk=ALL)
class Specimen(models.Model):
    """Blood of one patient at one timepoint: the name of a visit of the study's definition. A trigger refuses any other
    name, and a visit that is renamed takes its specimens along."""

    Material = Material

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="specimens")
    timepoint = models.CharField(_("timepoint"), max_length=200)
    material = models.CharField(_("material"), max_length=6, choices=Material.choices)
    collected_on = models.DateField(_("collected on"), null=True, blank=True)
    label = models.CharField(
        _("label"), max_length=100, help_text=_("Barcode or sample id, as files name it.")
    )
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="specimens")

    class Meta:
        verbose_name = _("specimen")
        verbose_name_plural = _("specimens")
        ordering = ["patient", "label"]
        constraints = [
            models.UniqueConstraint(
                fields=["study", "label"], name="assays_specimen_label_once_per_study"
            ),
            constrain("material", Material, "assays_specimen_material_known"),
            models.CheckConstraint(condition=~Q(label=""), name="assays_specimen_has_a_label"),
        ]
        triggers = SPECIMEN_OF_A_VISIT

    def __str__(self) -> str:
        return self.label


class Flag(models.TextChoices):
    """How far a written value can be used as a number."""

    IN_RANGE = "in_range", _("in range")
    BELOW_LLOQ = "below_lloq", _("below LLOQ")
    ABOVE_ULOQ = "above_uloq", _("above ULOQ")
    EXTRAPOLATED = "extrapolated", _("extrapolated")
    MISSING = "missing", _("missing")
    OUTLIER = "outlier", _("outlier by the instrument")
    EXCLUDED = "excluded", _("excluded")


HAS_NUMBER = [Flag.IN_RANGE.value, Flag.EXTRAPOLATED.value]
MAY_HAVE_NUMBER = [
    Flag.BELOW_LLOQ.value,  # an NPX below the limit of detection keeps its number
    Flag.ABOVE_ULOQ.value,
    Flag.OUTLIER.value,
    Flag.EXCLUDED.value,
]
FINITE = 1e300


@track(study="specimen", bulk=ALL)
class Measurement(models.Model):
    """One analyte in one well of a plate, or in one specimen of a delivered table, as written.

    `value` is the number, in `unit`; it is empty where the flag says that there is none, and then
    `limit` holds the limit that the text names ("< 3.2" -> below LLOQ, limit 3.2), if any. What
    stands in for it in a model is the model specification's policy. Standards, controls and blanks
    have a well and no specimen; `expected` is their known concentration, `range_low` and `range_high` what
    the kit allows of a control. The flag is the
    instrument's own; what people or rules exclude afterwards is in Exclusion.
    """

    specimen = models.ForeignKey(
        Specimen,
        on_delete=models.PROTECT,
        related_name="measurements",
        null=True,
        blank=True,
        db_index=False,  # the first column of a unique index
    )
    analyte = models.ForeignKey(Analyte, on_delete=models.PROTECT, related_name="measurements")
    plate_run = models.ForeignKey(PlateRun, on_delete=models.PROTECT, related_name="measurements")
    well = models.ForeignKey(
        Well,
        on_delete=models.PROTECT,
        related_name="measurements",
        null=True,
        blank=True,
        db_index=False,  # the first column of a unique index
    )
    replicate = models.PositiveSmallIntegerField(_("replicate"), default=1)
    value_text = models.CharField(_("as written"), max_length=100)
    value = models.FloatField(_("value"), null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=20)
    flag = models.CharField(_("flag"), max_length=12, choices=Flag.choices)
    limit = models.FloatField(_("limit"), null=True, blank=True)
    mfi = models.FloatField(_("median fluorescence"), null=True, blank=True)
    net_mfi = models.FloatField(_("net fluorescence"), null=True, blank=True)
    bead_count = models.FloatField(_("bead count"), null=True, blank=True)
    dilution = models.FloatField(_("dilution factor"), null=True, blank=True)
    expected = models.FloatField(_("expected concentration"), null=True, blank=True)
    range_low = models.FloatField(_("lowest that the kit allows"), null=True, blank=True)
    range_high = models.FloatField(_("highest that the kit allows"), null=True, blank=True)
    remark = models.CharField(
        _("remark of the instrument"), max_length=200, blank=True, default="", db_default=""
    )
    source = models.ForeignKey(
        ImportBatch,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
    )

    class Meta:
        verbose_name = _("measurement")
        verbose_name_plural = _("measurements")
        constraints = [
            models.UniqueConstraint(
                fields=["specimen", "analyte", "plate_run", "replicate"],
                name="assays_measurement_once_per_replicate",
            ),
            models.UniqueConstraint(
                fields=["well", "analyte"], name="assays_measurement_once_per_well"
            ),
            models.CheckConstraint(
                condition=Q(specimen__isnull=False) | Q(well__isnull=False),
                name="assays_measurement_has_a_specimen_or_a_well",
            ),
            constrain("flag", Flag, "assays_measurement_flag_known"),
            models.CheckConstraint(
                condition=Q(flag__in=MAY_HAVE_NUMBER)
                | Q(flag__in=HAS_NUMBER, value__isnull=False)
                | Q(flag=Flag.MISSING.value, value__isnull=True),
                name="assays_measurement_value_agrees_with_flag",
            ),
            models.CheckConstraint(
                # NaN and infinities are numbers to PostgreSQL, larger than every other.
                condition=Q(value__isnull=True) | Q(value__gt=-FINITE, value__lt=FINITE),
                name="assays_measurement_value_finite",
            ),
            models.CheckConstraint(
                condition=Q(limit__isnull=True) | Q(limit__gt=-FINITE, limit__lt=FINITE),
                name="assays_measurement_limit_finite",
            ),
            models.CheckConstraint(
                condition=(Q(mfi__isnull=True) | Q(mfi__gt=-FINITE, mfi__lt=FINITE))
                & (Q(net_mfi__isnull=True) | Q(net_mfi__gt=-FINITE, net_mfi__lt=FINITE)),
                name="assays_measurement_fluorescence_finite",
            ),
            models.CheckConstraint(
                condition=Q(bead_count__isnull=True) | Q(bead_count__gte=0, bead_count__lt=FINITE),
                name="assays_measurement_bead_count_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(replicate__gte=1), name="assays_measurement_replicate_from_1"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.specimen or self.well} {self.analyte}: {self.value_text}"
