"""What the pages of the admin portal share: whose rows a manager sees and may change there.

Nothing is allowed by Django's own permission rows. A superuser, made on the server, sees all; a manager
sees the rows of the studies in which they have the role manager; everything else is denied.
"""

from enum import IntEnum
from typing import Any

from django.db.models import ForeignKey, Model, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from accounts.models import User
from studies.models import Cohort, Membership, Site, Study
from studies.permissions import Capability
from studies.selectors.access import studies_visible_to


class Who(IntEnum):
    """Who may do something with a kind of row."""

    NOBODY = 0
    SUPERUSER = 1
    MANAGER = 2


def managed_studies(request: HttpRequest) -> QuerySet[Study]:
    """The studies that the signed-in person manages; for a superuser, all."""
    user = request.user
    if not isinstance(user, User) or not user.is_active:
        return Study.objects.none()
    if user.is_superuser:
        return Study.objects.all()
    return studies_visible_to(user, Capability.MANAGE)


def manages_something(request: HttpRequest) -> bool:
    """Whether the person is a manager anywhere; asked once per request."""
    if not hasattr(request, "_manages_something"):
        request._manages_something = managed_studies(request).exists()  # type: ignore[attr-defined]
    return bool(request._manages_something)  # type: ignore[attr-defined]


class Scoped:
    """Rules by code for one kind of row. `study_path` leads from the row to its study; a row without
    one (None) belongs to the installation and is shown to every manager."""

    model: type[Model]
    study_path: str | None = "study"
    viewed_by = Who.MANAGER
    added_by = Who.NOBODY
    changed_by = Who.NOBODY
    deleted_by = Who.NOBODY

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]
        return rows if _is_superuser(request) else self.of_manager(rows, request)

    def of_manager(self, rows: QuerySet[Any], request: HttpRequest) -> QuerySet[Any]:
        """The rows that belong to the manager's studies."""
        if self.study_path is None:
            return rows
        return rows.filter(**{f"{self.study_path}__in": managed_studies(request)}).distinct()

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request, self.viewed_by)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, self.viewed_by, obj)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, self.added_by)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, self.changed_by, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, self.deleted_by, obj)

    def _may(self, request: HttpRequest, who: Who, obj: Model | None = None) -> bool:
        if not request.user.is_active or who == Who.NOBODY:
            return False
        if _is_superuser(request):
            return True
        if who != Who.MANAGER or not manages_something(request):
            return False
        return not isinstance(obj, self.model) or self._is_in_scope(request, obj)

    def _is_in_scope(self, request: HttpRequest, obj: Model) -> bool:
        return (
            self.of_manager(self.model._default_manager.all(), request).filter(pk=obj.pk).exists()
        )

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField | None:
        """Only what lies in the manager's studies can be chosen, whatever a request sends."""
        choices = _choices(db_field.related_model, request)
        if choices is not None:
            kwargs["queryset"] = choices
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]


class ScopedAdmin(Scoped, ModelAdmin):
    """A page of the portal."""

    list_per_page = 50
    list_filter_submit = False
    compressed_fields = True
    show_full_result_count = False


class ScopedInline(Scoped, TabularInline):
    """Rows inside another row's page."""

    extra = 0
    show_change_link = False


def _is_superuser(request: HttpRequest) -> bool:
    return bool(request.user.is_active and request.user.is_superuser)


def _choices(model: Any, request: HttpRequest) -> QuerySet[Any] | None:
    studies = managed_studies(request)
    if model is Study:
        return studies
    if model in (Site, Cohort):
        rows: QuerySet[Any] = model.objects.filter(study__in=studies)
        return rows.select_related("study")
    if model is User and not _is_superuser(request):
        return people_of(studies)
    return None


def people_of(studies: QuerySet[Study]) -> QuerySet[User]:
    """The people with a role in one of the studies."""
    members = Membership.objects.filter(study__in=studies)
    return User.objects.filter(pk__in=members.values("user_id"))


def belongs_wholly_to(user: User, studies: QuerySet[Study]) -> bool:
    """Whether all that a person is lies in these studies: then their managers may edit the account."""
    if user.is_superuser:
        return False
    return not Membership.objects.filter(user=user).exclude(study__in=studies).exists()
