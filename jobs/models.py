"""Work that must happen. The row is the truth; the broker only hints that a row is waiting.

queued --claim--> running --finish--> succeeded
  ^                  |  \\--error, attempts used up--> failed --retry--> queued
  |                  |
  +--error, lease lost, given back, asked again while running--+
queued --cancelled by a person, withdrawn because nobody wants it any longer--> cancelled
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.choices import constrain
from sentences import JSONWithSentences, SentenceField


class State(models.TextChoices):
    QUEUED = "queued", _("queued")
    RUNNING = "running", _("running")
    SUCCEEDED = "succeeded", _("succeeded")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


class Job(models.Model):
    """One piece of work, its state, and who holds it."""

    State = State

    ACTIVE = (State.QUEUED, State.RUNNING)
    # Every step there is; jobs.services.transitions takes no other.
    TRANSITIONS = {
        State.QUEUED: {State.RUNNING, State.CANCELLED},
        State.RUNNING: {State.SUCCEEDED, State.FAILED, State.QUEUED},
        State.FAILED: {State.QUEUED},
        State.SUCCEEDED: set(),
        State.CANCELLED: set(),
    }

    kind = models.CharField(_("kind"), max_length=60)
    key = models.CharField(
        _("key"),
        max_length=200,
        help_text=_("Two waiting or running jobs never share one: asking twice is asking once."),
    )
    payload = models.JSONField(_("what to do"), default=dict)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.QUEUED)
    asked_again = models.BooleanField(
        default=False, help_text=_("Asked for while it ran; it runs once more when it ends.")
    )
    due_at = models.DateTimeField(_("due"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    max_attempts = models.PositiveSmallIntegerField(_("attempts at most"), default=3)
    lease_until = models.DateTimeField(_("lease until"), null=True, blank=True)
    fence = models.PositiveIntegerField(
        _("fencing token"),
        default=0,
        help_text=_("Rises with each claim; an old holder's writes fail."),
    )
    handed_out_at = models.DateTimeField(_("last handed to the broker"), null=True, blank=True)
    progress = models.PositiveSmallIntegerField(_("progress (%)"), default=0)
    message = SentenceField(_("what it is doing"))
    result = JSONWithSentences(_("result"), null=True, blank=True)
    error = SentenceField(_("error"))
    traceback = models.TextField(_("traceback"), blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("asked for"), auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["key"],
                condition=models.Q(state__in=[State.QUEUED, State.RUNNING]),
                name="jobs_job_one_active_per_key",
            ),
            constrain("state", State, "jobs_job_state_known"),
            models.CheckConstraint(
                condition=models.Q(progress__lte=100), name="jobs_job_progress_at_most_100"
            ),
            models.CheckConstraint(
                condition=~models.Q(state=State.RUNNING) | models.Q(lease_until__isnull=False),
                name="jobs_job_running_has_a_lease",
            ),
        ]
        indexes = [
            models.Index(
                fields=["state", "due_at"],
                condition=models.Q(state__in=[State.QUEUED, State.RUNNING]),
                name="jobs_job_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk} ({self.get_state_display()})"

    @property
    def is_active(self) -> bool:
        return self.state in self.ACTIVE


class ScheduledWork(models.Model):
    """Until when a periodic task's due times are dealt with. Moving it on is doing the work."""

    name = models.CharField(_("periodic task"), max_length=200, unique=True)
    schedule = models.CharField(
        _("schedule"), max_length=200, help_text=_("As it was last seen; another counts from then.")
    )
    done_until = models.DateTimeField(_("done until"))

    class Meta:
        verbose_name = _("scheduled work")
        verbose_name_plural = _("scheduled work")

    def __str__(self) -> str:
        return f"{self.name} ({self.schedule})"
