"""The API's schema, and the page that shows it. Both are for those who may use the API at all."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.api import TokenAuthentication


class BearerToken(OpenApiAuthenticationExtension):
    """How the schema names our tokens; drf-spectacular finds it by its being defined."""

    target_class = "accounts.api.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class SignedInOrToken(BasePermission):
    """A person who is signed in on the pages, or a script with a live token."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.user is not None and request.user.is_authenticated


class Schema(SpectacularAPIView):
    """The OpenAPI schema."""

    authentication_classes = [TokenAuthentication, SessionAuthentication]
    permission_classes = [SignedInOrToken]


@require_GET
def api_docs(request: HttpRequest) -> HttpResponse:
    """The documentation page; signing in is required as for every page."""
    return render(request, "exports/api_docs.html")
