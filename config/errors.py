"""What Django itself refuses or fails at: under /api/ a script is answered in JSON, elsewhere a person by a page."""

import sys
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader
from django.utils.translation import gettext_lazy
from django.views import defaults

from jobs.outages import is_outage

SECONDS_UNTIL_ASKED_AGAIN = 10

SENTENCES = {
    400: gettext_lazy("This request cannot be read; /api/docs/ says how to ask."),
    403: gettext_lazy("This is not allowed."),
    404: gettext_lazy("There is no such address; /api/docs/ lists those that there are."),
    503: gettext_lazy(
        "The database cannot be reached at this moment. Nothing was half-done. Ask again in a few seconds."
    ),
    500: gettext_lazy(
        "Something failed on our side; it was logged. Ask again, or tell the manager."
    ),
}


def _handler(status: int, page: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.path_info.startswith("/api/"):
            return JsonResponse({"detail": str(SENTENCES[status])}, status=status)
        return page(request, *args, **kwargs)

    return answer


bad_request = _handler(400, defaults.bad_request)
permission_denied = _handler(403, defaults.permission_denied)
page_not_found = _handler(404, defaults.page_not_found)
_failed = _handler(500, defaults.server_error)


def _away_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(loader.get_template("503.html").render(), status=503)


_away = _handler(503, _away_page)


def server_error(request: HttpRequest) -> HttpResponse:
    """Called while the error is handled: a database that is away is no failure of ours, and passes."""
    error = sys.exc_info()[1]
    if error is None or not is_outage(error):
        return _failed(request)
    answer = _away(request)
    answer["Retry-After"] = str(SECONDS_UNTIL_ASKED_AGAIN)
    return answer
