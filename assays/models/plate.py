"""A run of a plate: how it was read, what stood in its wells, what was known of its analytes."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.choices import constrain
from assays.models.catalogue import Analyte, Panel
from audit.tracking import ALL, track
from imports.models import ImportBatch
from sentences import JSONWithSentences
from studies.models import Study


class SampleType(models.TextChoices):
    """What stood in a well."""

    SAMPLE = "sample", _("sample")
    STANDARD = "standard", _("standard")
    CONTROL = "control", _("control")
    BLANK = "blank", _("blank")


class Format(models.TextChoices):
    TABLE = "", _("delivered table")
    XPONENT = "xponent", "Luminex xPONENT"
    BIOPLEX = "bioplex", "Bio-Plex Manager"
    OLINK = "olink", "Olink NPX"
    GENERIC = "generic", _("mapped table")


@track(study="study", name="name")
class PlateRun(models.Model):
    """One run of one plate, or one delivered table of a panel (then it has no wells)."""

    Format = Format

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="plate_runs")
    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="plate_runs")
    name = models.CharField(_("plate"), max_length=100)
    format = models.CharField(
        _("format"), max_length=10, choices=Format.choices, default=Format.TABLE, blank=True
    )
    instrument = models.CharField(_("instrument"), max_length=100, blank=True)
    serial = models.CharField(_("serial number"), max_length=100, blank=True)
    software = models.CharField(_("software"), max_length=100, blank=True)
    protocol = models.CharField(_("protocol"), max_length=200, blank=True)
    kit = models.CharField(_("kit"), max_length=200, blank=True)
    lot = models.CharField(_("lot"), max_length=100, blank=True)
    acquired_at = models.DateTimeField(_("acquired"), null=True, blank=True)
    acquired_text = models.CharField(_("acquired, as written"), max_length=100, blank=True)
    size = models.PositiveSmallIntegerField(
        _("wells"), null=True, blank=True, help_text=_("96 or 384.")
    )
    header = models.JSONField(
        _("head of the file"), default=dict, blank=True, help_text=_("As the instrument wrote it.")
    )
    notes = JSONWithSentences(_("how it was read"), default=list, blank=True)
    run_on = models.DateField(_("run on"), null=True, blank=True)
    source = models.ForeignKey(
        ImportBatch, on_delete=models.PROTECT, related_name="plate_runs", null=True, blank=True
    )
    judged_at = models.DateTimeField(
        _("judged"),
        null=True,
        blank=True,
        help_text=_("When its quality was last judged by the rules; empty: not yet."),
    )
    judged_as = models.CharField(
        max_length=20,
        blank=True,
        default="",
        db_default="",
        help_text=_("Concentrations and repeats of the policy by which it was judged."),
    )
    in_guide_set = models.BooleanField(
        _("in the guide set"),
        default=False,
        db_default=False,
        help_text=_(
            "Whether its controls set the mean and spread of its panel's and lot's charts."
        ),
    )
    supersedes = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        related_name="superseded_by",
        null=True,
        blank=True,
        help_text=_("The earlier export of the same run, which was taken out of use by this one."),
    )

    class Meta:
        verbose_name = _("plate run")
        verbose_name_plural = _("plate runs")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["study", "name"], name="assays_plate_once_per_study"),
            constrain("format", Format, "assays_plate_format_known"),
        ]

    def __str__(self) -> str:
        return self.name


@track(study="plate_run", name="position", bulk=ALL)
class Well(models.Model):
    """A well, or a pair of wells that the instrument reports as one reading.

    Its specimen is what a barcode or a layout says; a sample without one stays on the plate and enters
    no dataset.
    """

    plate_run = models.ForeignKey(PlateRun, on_delete=models.PROTECT, related_name="wells")
    position = models.CharField(
        _("position"),
        max_length=60,
        help_text=_("A1; A3,A4 for a pair; row 17 where it is not told."),
    )
    sample_type = models.CharField(_("type"), max_length=8, choices=SampleType.choices)
    sample = models.CharField(_("sample, as written"), max_length=200, blank=True)
    specimen = models.ForeignKey(
        "assays.Specimen", on_delete=models.PROTECT, related_name="wells", null=True, blank=True
    )
    dilution = models.FloatField(_("dilution factor"), null=True, blank=True)
    remark = models.CharField(_("remark of the instrument"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("well")
        verbose_name_plural = _("wells")
        ordering = ["plate_run", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["plate_run", "position"], name="assays_well_once_per_plate"
            ),
            constrain("sample_type", SampleType, "assays_well_sample_type_known"),
            models.CheckConstraint(condition=~Q(position=""), name="assays_well_has_a_position"),
            models.CheckConstraint(
                condition=Q(specimen__isnull=True)
                | ~Q(sample_type__in=[SampleType.STANDARD, SampleType.BLANK]),
                name="assays_well_of_a_standard_has_no_specimen",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plate_run} {self.position}"


@track(study="study", name="name")
class WellName(models.Model):
    """What a study calls its reference pool, its bridge and the like: a name that wells of every later plate
    may bear, and what stands in them."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="well_names")
    name = models.CharField(
        _("name of wells"), max_length=100, help_text=_("As files write it, without a dilution.")
    )
    sample_type = models.CharField(_("type"), max_length=8, choices=SampleType.choices)

    class Meta:
        verbose_name = _("name of wells")
        verbose_name_plural = _("names of wells")
        ordering = ["study", "name"]
        constraints = [
            models.UniqueConstraint(Lower("name"), "study", name="assays_well_name_once_per_study"),
            models.CheckConstraint(condition=~Q(name=""), name="assays_well_name_not_empty"),
            constrain("sample_type", SampleType, "assays_well_name_type_known"),
        ]

    def __str__(self) -> str:
        return self.name


@track(study="plate_run", bulk=ALL)
class PlateAnalyte(models.Model):
    """What is known of one analyte on one plate: its name there, limits, and the vendor's curve."""

    plate_run = models.ForeignKey(PlateRun, on_delete=models.PROTECT, related_name="plate_analytes")
    analyte = models.ForeignKey(Analyte, on_delete=models.PROTECT, related_name="plate_analytes")
    name = models.CharField(_("name in the file"), max_length=200)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    lloq = models.FloatField(_("LLOQ"), null=True, blank=True)
    uloq = models.FloatField(_("ULOQ"), null=True, blank=True)
    curve = models.TextField(_("curve of the vendor"), blank=True)
    curve_kind = models.CharField(_("kind of curve"), max_length=60, blank=True)
    refit = models.JSONField(
        _("our own curve"),
        null=True,
        blank=True,
        help_text=_(
            "Where the panel's policy takes concentrations from it (assays.quality.refit)."
        ),
    )

    class Meta:
        verbose_name = _("analyte on a plate")
        verbose_name_plural = _("analytes on plates")
        ordering = ["plate_run", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["plate_run", "analyte"], name="assays_plate_analyte_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.plate_run} {self.analyte}"
