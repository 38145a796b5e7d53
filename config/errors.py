"""What Django itself refuses or fails at: under /api/ a script is answered in JSON, elsewhere a person by a page."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy
from django.views import defaults

SENTENCES = {
    400: gettext_lazy("This request cannot be read; /api/docs/ says how to ask."),
    403: gettext_lazy("This is not allowed."),
    404: gettext_lazy("There is no such address; /api/docs/ lists those that there are."),
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
server_error = _handler(500, defaults.server_error)
