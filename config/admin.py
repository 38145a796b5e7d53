"""The admin portal's door: who comes in, by which sign-in, and under which Content-Security-Policy."""

from typing import Any
from urllib.parse import urlencode

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_update
from django.conf import settings
from django.contrib.admin import apps
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.sites import UnfoldAdminSite

# Unfold's pages run on Alpine.js, which evaluates attributes and sets styles (docs/decisions/0009).
PORTAL_POLICY = {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}

APPS = (
    "accounts",
    "studies",
    "imports",
    "clinical",
    "assays",
    "modeling",
    "jobs",
    "django_celery_beat",
)


class AdminConfig(apps.AdminConfig):
    default_site = "config.admin.PortalSite"


class PortalSite(UnfoldAdminSite):
    """Open to superusers and to managers of a study; what each sees there is decided by the pages."""

    index_title = gettext_lazy("Administration")

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """People and studies first, as a manager comes for them."""
        found = super().get_app_list(request, app_label)
        return sorted(found, key=lambda app: APPS.index(app["app_label"]))

    def has_permission(self, request: HttpRequest) -> bool:
        from studies.portal import manages_something

        user = request.user
        return bool(user.is_active and (user.is_superuser or manages_something(request)))

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        return csp_update(PORTAL_POLICY)(super().admin_view(view, cacheable))

    @method_decorator(login_not_required)
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Sign-in is allauth's, so that its limits and the second factor hold here, too."""
        if request.user.is_authenticated:
            if self.has_permission(request):
                return redirect("admin:index")
            raise PermissionDenied(
                _("The admin portal is for managers. Ask one for what you need there.")
            )
        wanted = request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index")
        return redirect(f"{reverse(settings.LOGIN_URL)}?{urlencode({REDIRECT_FIELD_NAME: wanted})}")

    def logout(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("account_logout")

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("account_change_password")
