"""Requests that cannot mean anything."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.views.defaults import bad_request


class NoNulMiddleware:
    """PostgreSQL's texts hold no NUL character, so an address with one finds nothing, and a form with one can
    not be kept: 400, not 500."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/api/"):  # the API says so itself, in JSON
            return self.get_response(request)
        asked = [request.path, *(value for _, values in request.GET.lists() for value in values)]
        if any("\0" in text for text in asked):
            return bad_request(request, ValueError("NUL in an address"))
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        """Forms are read here, where Django's own handling of bodies that are too large applies."""
        if request.path.startswith("/api/") or request.method != "POST":
            return None
        sent = (text for _, values in request.POST.lists() for text in values)
        if any("\0" in text for text in sent):
            return bad_request(request, ValueError("NUL in a form"))
        return None
