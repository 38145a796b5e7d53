"""A patient, the clinical factors of preCIRI21, and follow-up. Each factor may be unknown (null)."""

from datetime import date

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce, Lower
from django.utils.translation import gettext_lazy as _

from accounts.choices import constrain
from audit.tracking import track
from plausibility import QUANTITIES, Quantity
from studies.models import CODE, Cohort, Site, Study


def plausible(field: str, low: float, high: float) -> models.CheckConstraint:
    """A named constraint that holds a quantity in its plausible range; unknown passes."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__isnull": True})
        | Q(**{f"{field}__gte": low, f"{field}__lte": high}),
        name=f"clinical_{field}_plausible",
        violation_error_message=_("%(field)s must lie between %(low)s and %(high)s.")
        % {"field": field, "low": low, "high": high},
    )


# Checkpoint inhibitors are younger; an earlier year is a slip of the keyboard.
EARLIEST_INDEX_DATE = date(1990, 1, 1)

# Which quantity a field holds: its unit and ranges stand in `plausibility`.
PLAUSIBLE: dict[str, Quantity] = {
    "age": QUANTITIES["age"],
    "height_cm": QUANTITIES["height"],
    "weight_kg": QUANTITIES["weight"],
    "bmi_reported": QUANTITIES["bmi"],
    "pdl1_tps": QUANTITIES["pdl1"],
    "albumin_g_dl": QUANTITIES["albumin"],
    "neutrophils": QUANTITIES["neutrophils"],
    "lymphocytes": QUANTITIES["lymphocytes"],
    "nlr_reported": QUANTITIES["nlr"],
}


def _ranges(*fields: str) -> list[models.CheckConstraint]:
    return [plausible(f, PLAUSIBLE[f].low, PLAUSIBLE[f].high) for f in fields]


@track(study="study", name="subject_id")
class Patient(models.Model):
    """A subject of a study. Identity (name, hospital number) is not kept here."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="patients")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="patients")
    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="patients")
    subject_id = models.CharField(_("subject id"), max_length=60, validators=[CODE])
    index_date = models.DateField(
        _("index date"), help_text=_("First dose of the immune-checkpoint inhibitor.")
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("patient")
        verbose_name_plural = _("patients")
        ordering = ["subject_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["study", "subject_id"],
                name="clinical_patient_subject_once_per_study",
                violation_error_message=_("This subject id is already in the study."),
            ),
            models.CheckConstraint(
                condition=~Q(subject_id=""), name="clinical_patient_subject_not_empty"
            ),
            models.UniqueConstraint(
                "study",
                Lower("subject_id"),
                name="clinical_patient_subject_once_whatever_case",
                violation_error_message=_(
                    "A subject id that differs only in capitals is already in the study."
                ),
            ),
            models.CheckConstraint(
                condition=Q(index_date__gte=EARLIEST_INDEX_DATE),
                name="clinical_index_date_plausible",
                violation_error_message=_("The index date cannot lie before 1990: check the year."),
            ),
        ]
        indexes = [models.Index(fields=["study", "site"], name="clinical_patient_by_site")]

    def __str__(self) -> str:
        return self.subject_id


class Sex(models.TextChoices):
    FEMALE = "female", _("female")
    MALE = "male", _("male")


class Stage(models.TextChoices):
    I = "I", "I"  # noqa: E741
    II = "II", "II"
    III = "III", "III"
    I_III = "I-III", _("I–III, not told apart")
    IV = "IV", "IV"
    RECURRENCE = "recurrence", _("recurrence")


class PDL1(models.TextChoices):
    BELOW_1 = "<1", _("< 1 %")
    FROM_1_TO_49 = "1-49", _("1–49 %")
    FROM_50 = ">=50", _("≥ 50 %")


@track(study="patient")
class Baseline(models.Model):
    """Factors known once, before treatment."""

    Sex = Sex

    Stage = Stage

    PDL1 = PDL1

    patient = models.OneToOneField(Patient, on_delete=models.CASCADE, related_name="baseline")
    age = models.FloatField(_("age at index date (years)"), null=True, blank=True)
    sex = models.CharField(_("sex"), max_length=6, choices=Sex.choices, null=True, blank=True)
    stage = models.CharField(
        _("stage"), max_length=10, choices=Stage.choices, null=True, blank=True
    )
    height_cm = models.FloatField(_("height (cm)"), null=True, blank=True)
    weight_kg = models.FloatField(_("weight (kg)"), null=True, blank=True)
    bmi_reported = models.FloatField(
        _("BMI as reported (kg/m²)"),
        null=True,
        blank=True,
        help_text=_("Only where height and weight are not known."),
    )
    bmi = models.GeneratedField(
        expression=Coalesce(
            F("weight_kg") / (F("height_cm") * F("height_cm") / Value(10000.0)), F("bmi_reported")
        ),
        output_field=models.FloatField(_("BMI (kg/m²)"), null=True),
        db_persist=True,
    )
    pdl1_tps = models.FloatField(_("PD-L1 tumour proportion score (%)"), null=True, blank=True)
    pdl1_reported = models.CharField(
        _("PD-L1 class as reported"),
        max_length=5,
        choices=PDL1.choices,
        null=True,
        blank=True,
        help_text=_("Only where the percentage is not known."),
    )
    pdl1_class = models.GeneratedField(
        expression=Case(
            When(pdl1_tps__lt=1, then=Value("<1")),
            When(pdl1_tps__lt=50, then=Value("1-49")),
            When(pdl1_tps__gte=50, then=Value(">=50")),
            default=F("pdl1_reported"),
        ),
        output_field=models.CharField(_("PD-L1 class"), max_length=5, null=True),
        db_persist=True,
    )
    pretreated = models.BooleanField(_("systemic therapy before"), null=True, blank=True)
    combination = models.BooleanField(_("combination treatment"), null=True, blank=True)

    class Meta:
        verbose_name = _("baseline factors")
        constraints = [
            *_ranges("age", "height_cm", "weight_kg", "bmi_reported", "pdl1_tps"),
            constrain("sex", Sex, "clinical_baseline_sex_known"),
            constrain("stage", Stage, "clinical_baseline_stage_known"),
            constrain("pdl1_reported", PDL1, "clinical_baseline_pdl1_known"),
        ]

    def __str__(self) -> str:
        return f"{self.patient}: baseline"


class Timepoint(models.TextChoices):
    """When blood was taken, as in the source study."""

    PRE = "pre", _("before treatment")
    EDT = "edt", _("early during treatment (6 weeks)")


@track(study="patient")
class LabResult(models.Model):
    """Routine blood results at a timepoint: albumin, neutrophils, lymphocytes."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="lab_results")
    timepoint = models.CharField(_("timepoint"), max_length=3, choices=Timepoint.choices)
    collected_on = models.DateField(_("collected on"), null=True, blank=True)
    albumin_g_dl = models.FloatField(_("albumin (g/dL)"), null=True, blank=True)
    neutrophils = models.FloatField(_("neutrophils (10⁹/L)"), null=True, blank=True)
    lymphocytes = models.FloatField(_("lymphocytes (10⁹/L)"), null=True, blank=True)
    nlr_reported = models.FloatField(
        _("NLR as reported"),
        null=True,
        blank=True,
        help_text=_("Only where neutrophils and lymphocytes are not known."),
    )
    nlr = models.GeneratedField(
        expression=Coalesce(
            Case(When(lymphocytes__gt=0, then=F("neutrophils") / F("lymphocytes"))),
            F("nlr_reported"),
        ),
        output_field=models.FloatField(_("neutrophil-to-lymphocyte ratio"), null=True),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("laboratory result")
        verbose_name_plural = _("laboratory results")
        ordering = ["patient", "-timepoint"]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "timepoint"], name="clinical_lab_once_per_timepoint"
            ),
            constrain("timepoint", Timepoint, "clinical_lab_timepoint_known"),
            *_ranges("albumin_g_dl", "neutrophils", "lymphocytes", "nlr_reported"),
        ]

    def __str__(self) -> str:
        return f"{self.patient}: {self.get_timepoint_display()}"


class Status(models.TextChoices):
    ALIVE = "alive", _("alive")
    DEAD = "dead", _("dead")
    LOST = "lost", _("lost to follow-up")


class Cause(models.TextChoices):
    CANCER = "cancer", _("this cancer")
    TREATMENT = "treatment", _("its treatment")
    OTHER = "other", _("another cause")
    UNKNOWN = "unknown", _("unknown")


class Response(models.TextChoices):
    CR = "CR", _("complete response")
    PR = "PR", _("partial response")
    SD = "SD", _("stable disease")
    PD = "PD", _("progressive disease")
    NE = "NE", _("not evaluable")


@track(study="patient")
class FollowUp(models.Model):
    """One contact: what was known of the patient on a day.

    Triggers (migration 0002) refuse a contact before the index date, after a death, or in the future.
    """

    Status = Status

    Cause = Cause

    Response = Response

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="follow_ups")
    contact_date = models.DateField(_("date of contact"))
    status = models.CharField(_("status"), max_length=5, choices=Status.choices)
    cause = models.CharField(
        _("cause of death"), max_length=9, choices=Cause.choices, null=True, blank=True
    )
    response = models.CharField(
        _("RECIST response"), max_length=2, choices=Response.choices, null=True, blank=True
    )
    progression_date = models.DateField(_("date of progression"), null=True, blank=True)
    disease_assessed = models.BooleanField(
        _("disease status assessed"),
        null=True,
        blank=True,
        help_text=_(
            "Progression-free survival is known only up to a contact where it was. "
            "A RECIST response other than not evaluable says so, too."
        ),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-up")
        ordering = ["patient", "contact_date", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "contact_date"],
                name="clinical_follow_up_once_a_day",
                violation_error_message=_(
                    "There is already a contact on this day: correct that one."
                ),
            ),
            models.UniqueConstraint(
                fields=["patient"],
                condition=Q(status=Status.DEAD),
                name="clinical_follow_up_one_death",
                violation_error_message=_("This patient's death is already recorded."),
            ),
            constrain("status", Status, "clinical_follow_up_status_known"),
            models.CheckConstraint(
                condition=Q(cause__isnull=True) | Q(cause__in=Cause.values, status=Status.DEAD),
                name="clinical_follow_up_cause_of_a_death",
                violation_error_message=_("A cause of death needs the status “dead”."),
            ),
            constrain("response", Response, "clinical_follow_up_response_known"),
            models.CheckConstraint(
                condition=Q(progression_date__isnull=True)
                | Q(progression_date__lte=F("contact_date")),
                name="clinical_follow_up_progression_seen_by_then",
                violation_error_message=_("The progression must lie on or before the contact."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.patient}: {self.contact_date} {self.get_status_display()}"
