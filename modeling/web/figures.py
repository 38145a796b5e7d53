"""A figure as the page draws it (JSON) and as people take it away (SVG, PNG)."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from modeling.ciri.figures import render_png, render_svg
from modeling.selectors.figures import FIGURES, figure_specification
from modeling.web.versions import version_or_404
from studies.models import Study
from studies.permissions import Capability
from studies.web.access import study_page

THEMES = ("light", "dark", "print")


@require_GET
@study_page(Capability.VIEW_MODELS)
def figure(
    request: HttpRequest, study: Study, name: str, number: int, figure: str, extension: str
) -> HttpResponse:
    theme = request.GET.get("theme", "light" if extension == "json" else "print")
    if figure not in FIGURES or extension not in ("json", "svg", "png") or theme not in THEMES:
        raise Http404
    version = version_or_404(study, name, number)
    drawn = figure_specification(version, figure, theme=theme)
    if extension == "json":
        return JsonResponse(drawn)
    content, kind = (
        (render_svg(drawn).encode(), "image/svg+xml")
        if extension == "svg"
        else (render_png(drawn), "image/png")
    )
    mark = "-simulated" if study.is_simulated else ""
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = (
        f'attachment; filename="{study.code}-{name}-v{number}-{figure}{mark}.{extension}"'
    )
    return response
