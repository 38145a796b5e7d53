"""The API's schema, and the page that shows it. Both are for those who may use the API at all."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import ValidationError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import BasePermission
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
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


class FormatOfSchema(DefaultContentNegotiation):
    """`?format=json` or `?format=yaml` as the address says, else what the client accepts."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[Any, str]:
        asked = request.query_params.get("format")
        if asked is None:
            return super().select_renderer(request, renderers, format_suffix)
        wanted = f"application/{asked}"
        return next(
            ((one, one.media_type) for one in renderers if one.media_type == wanted),
            (JSONRenderer(), JSONRenderer.media_type),
        )


class Schema(SpectacularAPIView):
    """The OpenAPI schema."""

    content_negotiation_class = FormatOfSchema
    authentication_classes = [TokenAuthentication, SessionAuthentication]
    permission_classes = [SignedInOrToken]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.query_params.get("format", "json") not in ("json", "yaml"):
            raise ValidationError({"detail": _("format: use one of json, yaml.")})

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        """Errors are JSON, whatever was asked for."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        if answer.status_code >= 400:
            answer.accepted_renderer = JSONRenderer()
            answer.accepted_media_type = JSONRenderer.media_type
        return answer


@require_safe
def api_docs(request: HttpRequest) -> HttpResponse:
    """The documentation page; signing in is required as for every page."""
    return render(request, "exports/api_docs.html")
