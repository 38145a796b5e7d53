"""Every address, composed from the apps."""

from django.contrib import admin
from django.urls import include, path

from accounts.web import forgotten_password, mail_address
from config.health import health
from studies.api import NoSuchAddress
from studies.web.home import home

handler400 = "config.errors.bad_request"
handler403 = "config.errors.permission_denied"
handler404 = "config.errors.page_not_found"
handler500 = "config.errors.server_error"

urlpatterns = [
    path("", home, name="home"),
    path("health/", health, name="health"),
    # In front of allauth's own, which would send mail.
    path("account/password/reset/", forgotten_password),
    path("account/email/", mail_address),
    path("account/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("api/", include("config.api_urls")),
    path("api", NoSuchAddress.as_view()),
    path("", include("studies.urls")),
    path("", include("imports.urls")),
    path("", include("clinical.urls")),
    path("", include("assays.urls")),
    path("", include("modeling.urls")),
    path("", include("exports.urls")),
]
