"""The admin portal's page of jobs: what waits, runs, failed and why; run again, cancel."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import AllValuesCheckboxFilter, ChoicesDropdownFilter
from unfold.decorators import display

from accounts.requests import PersonRequest
from jobs import services
from jobs.models import Job

# A job knows no study. The apps above say here which jobs belong to what a person manages: a
# condition, or None for somebody who manages nothing (docs/seams.md lists the rules).
WHOSE: list[Callable[[HttpRequest], Q | None]] = []


def jobs_belong(rule: Callable[[HttpRequest], Q | None]) -> Callable[[HttpRequest], Q | None]:
    """Add a rule to WHOSE; a decorator."""
    WHOSE.append(rule)
    return rule


def _find_managed(request: HttpRequest) -> Q | None:
    found = [condition for rule in WHOSE if (condition := rule(request)) is not None]
    every = Q(pk__in=[])
    for condition in found:
        every |= condition
    return every if found else None


@admin.register(Job)
class JobAdmin(ModelAdmin):
    """Read-only but for the two actions, which go through the job's own services."""

    list_display = ("number", "kind", "state_shown", "doing", "tries", "requested_by", "created_at")
    list_filter = (("state", ChoicesDropdownFilter), ("kind", AllValuesCheckboxFilter))
    list_select_related = ("requested_by",)
    list_per_page = 50
    search_fields = ("kind", "key", "error__says", "traceback")
    ordering = ("-id",)
    actions = ("run_again", "cancel")
    fields = (
        *("kind", "key", "payload", "state", "doing", "tries", "error_shown", "result"),
        *("requested_by", "created_at", "due_at", "started_at", "finished_at"),
        *("lease_until", "handed_out_at"),
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        rows: QuerySet[Job] = super().get_queryset(request)
        if request.user.is_superuser:
            return rows
        managed = _find_managed(request)
        return rows.none() if managed is None else rows.filter(managed)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """The rows themselves are cut by `get_queryset`."""
        user = request.user
        return bool(user.is_active and (user.is_superuser or _find_managed(request) is not None))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    @display(description=_("job"), ordering="id")
    def number(self, job: Job) -> str:
        return f"#{job.pk}"

    @display(
        description=_("state"),
        ordering="state",
        label={
            "queued": "info",
            "running": "primary",
            "succeeded": "success",
            "failed": "danger",
            "cancelled": "warning",
        },
    )
    def state_shown(self, job: Job) -> tuple[str, str]:
        return job.state, job.get_state_display()

    @display(description=_("progress"))
    def doing(self, job: Job) -> str:
        if job.state == Job.State.FAILED:
            return Truncator(job.error).chars(120)
        if job.state == Job.State.CANCELLED:
            return str(job.message)
        return f"{job.progress} % {job.message}".strip()

    @display(description=_("attempts"), ordering="attempts")
    def tries(self, job: Job) -> str:
        return f"{job.attempts} / {job.max_attempts}"

    @display(description=_("error"))
    def error_shown(self, job: Job) -> str:
        told = "\n\n".join(filter(None, (str(job.error), job.traceback)))
        return format_html('<pre class="whitespace-pre-wrap">{}</pre>', told or "–")

    @admin.action(description=_("Run again (failed jobs)"), permissions=["view"])
    def run_again(self, request: PersonRequest, jobs: QuerySet[Job]) -> None:
        done = sum(services.retry(job=job, by=request.user) for job in jobs)
        self._tell(
            request, done, len(jobs), ngettext("%d job waits again.", "%d jobs wait again.", done)
        )

    @admin.action(description=_("Cancel (jobs that wait)"), permissions=["view"])
    def cancel(self, request: PersonRequest, jobs: QuerySet[Job]) -> None:
        done = sum(services.cancel(job=job, by=request.user) for job in jobs)
        self._tell(
            request, done, len(jobs), ngettext("%d job cancelled.", "%d jobs cancelled.", done)
        )

    def _tell(self, request: HttpRequest, done: int, asked: int, sentence: Any) -> None:
        self.message_user(request, sentence % done)
        if left := asked - done:
            self.message_user(
                request,
                ngettext(
                    "%d job was not in a state that allows this.",
                    "%d jobs were not in a state that allows this.",
                    left,
                )
                % left,
                messages.WARNING,
            )
