"""The admin portal's pages of people and their roles, studies, sites, cohorts, tokens and imports."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db.models import Model, Prefetch, QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from accounts.models import ApiToken, User
from accounts.services import revoke_token
from studies.admin_forms import TokenForm
from studies.models import Cohort, Membership, Site, Study
from studies.portal import (
    ScopedAdmin,
    ScopedInline,
    Who,
    belongs_wholly_to,
    managed_studies,
    people_of,
)
from studies.refusals import Refused
from studies.services.setup import create_study_token


class MembershipInline(ScopedInline):
    """Roles. A manager gives and takes them in their own studies, and never their own."""

    model = Membership
    added_by = changed_by = deleted_by = Who.MANAGER
    verbose_name_plural = gettext_lazy("roles")

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return not _is_own_row(request, obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return not _is_own_row(request, obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return not _is_own_row(request, obj) and super().has_delete_permission(request, obj)

    def get_min_num(self, request: HttpRequest, obj: Model | None = None, **kwargs: Any) -> int:
        """A manager makes accounts for their studies: with a role there, or not at all."""
        return 1 if obj is None and not request.user.is_superuser else 0

    def get_formset(
        self, request: HttpRequest, obj: Model | None = None, **kwargs: Any
    ) -> type[BaseInlineFormSet]:
        return super().get_formset(request, obj, validate_min=True, **kwargs)


def _is_own_row(request: HttpRequest, obj: Model | None) -> bool:
    return isinstance(obj, User) and obj.pk == request.user.pk and not request.user.is_superuser


@admin.register(User)
class UserAdmin(ScopedAdmin, DjangoUserAdmin):
    """People. Accounts are switched off, not deleted: the trail names them."""

    study_path = "memberships__study"
    added_by = changed_by = Who.MANAGER
    form, add_form, change_password_form = UserChangeForm, UserCreationForm, AdminPasswordChangeForm
    inlines = (MembershipInline,)
    list_display = ("username", "full_name", "email", "roles", "active", "last_login")
    list_filter = (("memberships__role", ChoicesDropdownFilter), "is_active")
    search_fields = ("username", "first_name", "last_name", "email")
    ordering = ("username",)
    filter_horizontal = ()
    actions = ("remove_second_factor",)
    readonly_fields = ("last_login", "date_joined", "is_demonstration")
    fieldsets = (
        (None, {"fields": ("username", ("first_name", "last_name"), "email", "is_active")}),
        (None, {"fields": (("last_login", "date_joined"), "is_demonstration")}),
    )
    superuser_fieldsets = (
        (None, {"fields": ("username", "password", ("first_name", "last_name"), "email")}),
        (None, {"fields": (("is_active", "is_superuser"),)}),
        (None, {"fields": (("last_login", "date_joined"), "is_demonstration")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", ("first_name", "last_name"), "email")}),
        (
            gettext_lazy("First password: tell it in person; it can be changed after sign-in."),
            {"fields": ("password1", "password2")},
        ),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        if obj is None:
            return self.add_fieldsets
        return self.superuser_fieldsets if request.user.is_superuser else self.fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """A manager edits the account itself only of people who are theirs alone."""
        fields = super().get_readonly_fields(request, obj)
        if obj is None or request.user.is_superuser:
            return fields
        theirs = isinstance(obj, User) and belongs_wholly_to(obj, managed_studies(request))
        if theirs and obj.pk != request.user.pk:
            return fields
        return ("username", "first_name", "last_name", "email", "is_active", *fields)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        if isinstance(obj, User) and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        """Another person's password is a superuser's to set: a manager who could set it could sign
        models in that person's name."""
        if not request.user.is_superuser:
            self.message_user(
                request,
                _(
                    "A password of another person is set on the server: ./yogo manage changepassword."
                ),
                messages.ERROR,
            )
            return self._response_post_save(request, None)
        return super().user_change_password(request, id, form_url)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Each person with their roles in the managed studies; other studies' stay unseen."""
        roles = Membership.objects.filter(study__in=managed_studies(request))
        shown = Prefetch("memberships", roles.select_related("study"), to_attr="roles_shown")
        return super().get_queryset(request).prefetch_related(shown)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return super().get_actions(request) if request.user.is_superuser else {}

    @display(description=gettext_lazy("name"), ordering="last_name")
    def full_name(self, user: User) -> str:
        return user.get_full_name()

    @display(description=gettext_lazy("roles"))
    def roles(self, user: User) -> str:
        return ", ".join(
            f"{membership.get_role_display()} ({membership.study.code})"
            for membership in user.roles_shown  # type: ignore[attr-defined]
        )

    @display(description=gettext_lazy("active"), boolean=True, ordering="is_active")
    def active(self, user: User) -> bool:
        return user.is_active

    @admin.action(description=gettext_lazy("Remove the second factor (lost device)"))
    def remove_second_factor(self, request: HttpRequest, users: QuerySet[User]) -> None:
        removed, _by_kind = Authenticator.objects.filter(user__in=users).delete()
        self.message_user(
            request,
            ngettext("%(count)d factor removed.", "%(count)d factors removed.", removed)
            % {"count": removed},
        )


class SiteInline(ScopedInline):
    model = Site
    added_by = changed_by = Who.MANAGER


class CohortInline(ScopedInline):
    model = Cohort
    added_by = changed_by = Who.MANAGER


@admin.register(Study)
class StudyAdmin(ScopedAdmin):
    """Studies with their sites and cohorts. What exports and links name stays as it was made."""

    study_path = "pk"
    added_by, changed_by = Who.SUPERUSER, Who.MANAGER
    inlines = (SiteInline, CohortInline)
    list_display = ("code", "title", "simulated", "time_zone")
    search_fields = ("code", "title")
    fields = ("code", "title", "time_zone", "is_simulated")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return ("code", "is_simulated") if obj is not None else ()

    @display(description=gettext_lazy("simulated"), boolean=True)
    def simulated(self, study: Study) -> bool:
        return study.is_simulated


@admin.register(Site)
class SiteAdmin(ScopedAdmin):
    added_by = changed_by = Who.MANAGER
    list_display = ("code", "name", "study")
    list_filter = (("study", RelatedDropdownFilter),)
    list_select_related = ("study",)
    search_fields = ("code", "name")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return ("study",) if obj is not None else ()


@admin.register(Cohort)
class CohortAdmin(ScopedAdmin):
    added_by = changed_by = Who.MANAGER
    list_display = ("code", "kind", "study")
    list_filter = (("study", RelatedDropdownFilter),)
    list_select_related = ("study",)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return ("study",) if obj is not None else ()


@admin.register(ApiToken)
class ApiTokenAdmin(ScopedAdmin):
    """Tokens of scripts. Made with a secret that is shown once; afterwards they can only be revoked."""

    study_path = "grant__study"
    added_by = Who.MANAGER
    list_display = ("prefix", "name", "user", "study", "scope", "state", "last_used_at")
    list_filter = (("scope", ChoicesDropdownFilter),)
    list_select_related = ("user", "grant__study")
    search_fields = ("prefix", "name", "user__username")
    ordering = ("-created_at",)
    actions = ("revoke",)
    fields = (
        *("prefix", "name", "user", "study", "scope"),
        *("created_at", "expires_at", "last_used_at", "revoked_at"),
    )
    readonly_fields = fields

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            return super().add_view(request, form_url, extra_context)
        studies = managed_studies(request)
        form = TokenForm(request.POST or None, studies=studies, people=people_of(studies))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Add API token"),
            "opts": self.opts,
            "form": form,
        }
        if form.is_valid():
            try:
                token, secret = create_study_token(**form.cleaned_data, by=_acting(request))
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                context |= {"token": token, "secret": secret, "title": _("The new token")}
                return TemplateResponse(request, "admin/token_made.html", context)
        return TemplateResponse(request, "admin/token_form.html", context)

    @display(description=gettext_lazy("study"))
    def study(self, token: ApiToken) -> str:
        return token.grant.study.code if hasattr(token, "grant") else ""

    @display(
        description=gettext_lazy("state"),
        label={"live": "success", "revoked": "danger", "expired": "warning"},
    )
    def state(self, token: ApiToken) -> tuple[str, str]:
        if token.revoked_at:
            return "revoked", _("revoked")
        if token.expires_at is not None and token.expires_at <= timezone.now():
            return "expired", _("expired")
        return "live", _("live")

    @admin.action(description=gettext_lazy("Revoke for good"), permissions=["view"])
    def revoke(self, request: HttpRequest, tokens: QuerySet[ApiToken]) -> None:
        for token in tokens:
            revoke_token(token=token)
        self.message_user(
            request,
            ngettext("%(count)d token revoked.", "%(count)d tokens revoked.", len(tokens))
            % {"count": len(tokens)},
        )


def _acting(request: HttpRequest) -> User | None:
    """A superuser acts as the installation itself, which needs no role in a study."""
    return None if request.user.is_superuser else request.user  # type: ignore[return-value]
