"""The figures of a version."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from modeling.selectors.figures import DRAWINGS, figure_specification
from modeling.web.rendering import figure_response
from modeling.web.versions import version_or_404
from studies.models import Study
from studies.permissions import Capability
from studies.web.access import study_page


@require_GET
@study_page(Capability.VIEW_MODELS)
def figure(
    request: HttpRequest, study: Study, name: str, number: int, figure: str, extension: str
) -> HttpResponse:
    if figure not in DRAWINGS:
        raise Http404
    version = version_or_404(study, name, number)
    mark = "-simulated" if study.is_simulated else ""
    return figure_response(
        request,
        lambda theme: figure_specification(version, figure, theme=theme),
        name=f"{study.code}-{name}-v{number}-{figure}{mark}",
        extension=extension,
    )
