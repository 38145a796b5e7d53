"""Addresses that cannot mean anything."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.views.defaults import bad_request


class NoNulMiddleware:
    """PostgreSQL's texts hold no NUL character, so an address with one finds nothing: 400, not 500."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/api/"):  # the API says so itself, in JSON
            return self.get_response(request)
        asked = [request.path, *(value for _, values in request.GET.lists() for value in values)]
        if any("\0" in text for text in asked):
            return bad_request(request, ValueError("NUL in an address"))
        return self.get_response(request)
