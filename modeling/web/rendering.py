"""A figure as a page draws it (JSON) and as people take it away (SVG, PNG, PDF)."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.utils.http import content_disposition_header

from ciri.figures import THEMES, Figure, render_pdf, render_png, render_svg
from modeling.sentences import in_readers_language
from studies.web.requests import StudyRequest

FILES: dict[str, tuple[Callable[[Figure], Any], str]] = {
    "svg": (render_svg, "image/svg+xml"),
    "png": (render_png, "image/png"),
    "pdf": (render_pdf, "application/pdf"),
}


def figure_response(
    request: StudyRequest, draw: Callable[[str], Figure], *, name: str, extension: str
) -> HttpResponse:
    """What `draw(theme)` gives, its sentences in the reader's language, as JSON or as a file of this name; 404 for
    other kinds of file."""
    theme = request.GET.get("theme", "light" if extension == "json" else "print")
    if extension not in ("json", *FILES) or theme not in THEMES:
        raise Http404
    with in_readers_language():
        drawn = draw(theme)
    if extension == "json":
        return JsonResponse(drawn)
    render, kind = FILES[extension]
    response = HttpResponse(render(drawn), content_type=kind)
    # A name may hold a subject id, and so quotes or Japanese.
    disposition = content_disposition_header(True, f"{name}.{extension}")
    response["Content-Disposition"] = disposition or "attachment"
    return response
