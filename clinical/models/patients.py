"""A patient and the follow-up, from which the outcome is made. Whatever else is collected stands in filled forms."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.choices import constrain
from audit.tracking import track
from clinical.models.rules import FOLLOW_UP_DATES, PATIENT_INDEX_DATE, PATIENT_OF_ONE_STUDY
from clinical.models.subjects import LONGEST_SUBJECT_ID, SUBJECT_ID_AS_WRITTEN, SubjectIdField
from studies.models import Cohort, Site, Study

# Checkpoint inhibitors are younger; an earlier year is a slip of the keyboard.
EARLIEST_INDEX_DATE = date(1990, 1, 1)


@track(study="study", name="subject_id")
class Patient(models.Model):
    """A subject of a study. Identity (name, hospital number) is not kept here."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="patients")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="patients")
    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="patients")
    subject_id = SubjectIdField(_("subject id"), max_length=LONGEST_SUBJECT_ID)
    index_date = models.DateField(
        _("index date"),
        null=True,
        blank=True,
        help_text=_(
            "First dose of the immune-checkpoint inhibitor. Leave it empty while it is not known: "
            "the patient is in no model until then."
        ),
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
            SUBJECT_ID_AS_WRITTEN,
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
        triggers = [PATIENT_INDEX_DATE, PATIENT_OF_ONE_STUDY]

    def __str__(self) -> str:
        return self.subject_id


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

    Triggers refuse a contact before the index date, after a death, or in the future.
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
    from_forms = models.BooleanField(
        _("made from forms"),
        default=False,
        db_default=False,
        editable=False,
        help_text=_("It says what forms of the patient say, and changes with them."),
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
        triggers = [FOLLOW_UP_DATES]

    def __str__(self) -> str:
        return f"{self.patient}: {self.contact_date} {self.get_status_display()}"
