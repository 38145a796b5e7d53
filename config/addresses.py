"""Requests that cannot mean anything."""

import codecs
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.defaults import bad_request

CHARSETS = frozenset({"utf-8", "ascii"})


class OneCharsetMiddleware:
    """A request may name the charset in which Django then reads its address and its form. Python's codecs
    take any name there: one that takes time by the square of the bytes, or one that gives half characters,
    which PostgreSQL cannot hold. Browsers send UTF-8: anything else is 415."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        named = (request.content_params or {}).get("charset")
        if named is None or _is_read(named):
            return self.get_response(request)
        sentence = "The charset of the request is not read here; send UTF-8."
        if request.path.startswith("/api/"):
            return JsonResponse({"detail": sentence}, status=415)
        return HttpResponse(sentence, status=415, content_type="text/plain; charset=utf-8")


def _is_read(charset: str) -> bool:
    try:
        return codecs.lookup(charset).name in CHARSETS
    except (LookupError, ValueError):  # unknown, or a name with a NUL in it
        return False


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
