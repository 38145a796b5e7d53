"""Forms as they were filled. The database holds each to its dictionary (docs/decisions/0024)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.choices import constrain
from audit.tracking import track
from clinical.models.definitions import EventForm
from clinical.models.filled_rules import FILLED_AS_DEFINED, VOIDED_STAYS
from clinical.models.patients import Patient

LONGEST_REASON = 500
IMPORTED = "import:"
"""Before the number of an import: the reason of a check that was confirmed by accepting a warning of it."""


class FormStatus(models.TextChoices):
    """A form that was never opened has no row."""

    DRAFT = "draft", _("draft")
    COMPLETE = "complete", _("complete")


@track(study="patient", part="event_form")
class FilledForm(models.Model):
    """A form of a patient at an event (ODM: FormData), under the definition version of `event_form`.

    Each item by its name in that version:

    - `values`: what is known, typed: a number, a text (codes and days are texts), true or false, a list of codes.
    - `given`: the text as it was written, where it is not simply that of the value.
    - `missing`: the missing code that was given instead of a value.
    - `states`: "soft" (outside the usual range, taken all the same) or "nonconforming" (a text that an earlier system let through:
      kept in `given`, without a value). An item that is not there is valid, or was not answered.

    `confirmed` is by the name of a soft check that fires: why it is right all the same.

    A form that was entered in error is voided, not deleted: it counts nowhere, and does not change until it is restored.
    """

    Status = FormStatus

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="filled_forms")
    event_form = models.ForeignKey(EventForm, on_delete=models.PROTECT, related_name="filled")
    event_oid = models.UUIDField(editable=False)
    form_oid = models.UUIDField(editable=False)
    event_instance = models.PositiveIntegerField(_("instance of the event"), default=1)
    form_instance = models.PositiveIntegerField(_("instance of the form"), default=1)
    status = models.CharField(_("status"), max_length=8, choices=FormStatus.choices)
    values = models.JSONField(default=dict, blank=True)
    given = models.JSONField(default=dict, blank=True)
    missing = models.JSONField(default=dict, blank=True)
    states = models.JSONField(default=dict, blank=True)
    confirmed = models.JSONField(_("confirmed"), default=dict, blank=True)
    voided_at = models.DateTimeField(_("voided at"), null=True, blank=True)
    void_reason = models.CharField(_("reason"), max_length=LONGEST_REASON, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("filled form")
        verbose_name_plural = _("filled forms")
        ordering = ["patient", "event_form__event__order", "event_instance", "form_instance", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "event_oid", "form_oid", "event_instance", "form_instance"],
                condition=Q(voided_at__isnull=True),
                name="clinical_filled_form_once",
                violation_error_message=_(
                    "Somebody else has just filled this form. Reload the page and check it."
                ),
            ),
            constrain("status", FormStatus, "clinical_filled_form_status_known"),
            models.CheckConstraint(
                condition=Q(event_instance__gte=1, form_instance__gte=1),
                name="clinical_filled_form_instances_from_1",
            ),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True) | ~Q(void_reason=""),
                name="clinical_filled_form_voided_with_reason",
            ),
        ]
        triggers = [*FILLED_AS_DEFINED, VOIDED_STAYS]

    def __str__(self) -> str:
        return f"{self.patient}: {self.event_form}"
