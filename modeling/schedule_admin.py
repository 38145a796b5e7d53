"""django-celery-beat's pages in the portal's look, and cut to what a manager needs.

A manager sets when a task runs and whether; which task it is, and with what arguments, stays with
superusers, for an arbitrary task with arbitrary arguments would be a way past every permission.
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_celery_beat.admin import CrontabScheduleAdmin as BeatCrontabAdmin
from django_celery_beat.admin import IntervalScheduleAdmin as BeatIntervalAdmin
from django_celery_beat.admin import PeriodicTaskAdmin as BeatTaskAdmin
from django_celery_beat.admin import PeriodicTaskForm, TaskSelectWidget
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from studies.portal import ScopedAdmin, Who


class UnfoldTaskSelectWidget(UnfoldAdminSelectWidget, TaskSelectWidget):
    pass


class UnfoldPeriodicTaskForm(PeriodicTaskForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "task" in self.fields:
            self.fields["task"].widget = UnfoldAdminTextInputWidget()
            self.fields["regtask"].widget = UnfoldTaskSelectWidget()


class ManagerTaskForm(forms.ModelForm):
    class Meta:
        model = PeriodicTask
        fields = ("enabled", "interval", "crontab")


class PeriodicTaskAdmin(ScopedAdmin, BeatTaskAdmin):
    study_path = None
    added_by, changed_by, deleted_by = Who.SUPERUSER, Who.MANAGER, Who.SUPERUSER
    form = UnfoldPeriodicTaskForm
    list_display = ("name", "enabled", "when", "last_run_at")
    list_filter = ("enabled",)
    date_hierarchy = None
    change_form_template = None  # beat's own holds an inline script, which the policy refuses
    ordering = ("name",)
    manager_fieldsets = (
        (None, {"fields": ("name", "description", "enabled")}),
        (_("When"), {"fields": ("interval", "crontab", "last_run_at")}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return self.fieldsets if request.user.is_superuser else self.manager_fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        own = () if request.user.is_superuser else ("name", "description")
        return (*super().get_readonly_fields(request, obj), *own)

    def get_form(self, request: HttpRequest, obj: Model | None = None, **kwargs: Any) -> Any:
        if not request.user.is_superuser:
            kwargs["form"] = ManagerTaskForm
        return super().get_form(request, obj, **kwargs)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        return actions if request.user.is_superuser else {}

    @admin.display(description=_("when"))
    def when(self, task: PeriodicTask) -> str:
        return task.crontab.human_readable if task.crontab else str(task.scheduler)


class CrontabScheduleAdmin(ScopedAdmin, BeatCrontabAdmin):
    study_path = None
    added_by, changed_by, deleted_by = Who.MANAGER, Who.SUPERUSER, Who.SUPERUSER
    inlines = ()


class IntervalScheduleAdmin(ScopedAdmin, BeatIntervalAdmin):
    study_path = None
    added_by, changed_by, deleted_by = Who.MANAGER, Who.SUPERUSER, Who.SUPERUSER
    inlines = ()


for unused in (ClockedSchedule, SolarSchedule):
    admin.site.unregister(unused)
for model, page in (
    (PeriodicTask, PeriodicTaskAdmin),
    (CrontabSchedule, CrontabScheduleAdmin),
    (IntervalSchedule, IntervalScheduleAdmin),
):
    admin.site.unregister(model)
    admin.site.register(model, page)
