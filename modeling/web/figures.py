"""The figures of a version."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from modeling.presentation import provenance
from modeling.presentation.dependence import partial_dependence_specification
from modeling.presentation.figures import DRAWINGS, figure_specification, tell
from modeling.web.rendering import figure_response
from modeling.web.versions import version_or_404
from studies.models import Study
from studies.permissions import Capability
from studies.web.access import study_page
from studies.web.requests import StudyRequest


@require_safe
@study_page(Capability.VIEW_MODELS)
def figure(
    request: StudyRequest, study: Study, name: str, number: int, figure: str, extension: str
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


@require_safe
@study_page(Capability.VIEW_MODELS)
def dependence(
    request: StudyRequest, study: Study, name: str, number: int, extension: str
) -> HttpResponse:
    """Partial dependence of the score on `?feature=`."""
    version = version_or_404(study, name, number)
    feature = request.GET.get("feature", "")
    if feature not in version.features:
        raise Http404
    mark = "-simulated" if study.is_simulated else ""
    return figure_response(
        request,
        lambda theme: tell(
            partial_dependence_specification(version, feature, theme),
            provenance.dataset(version),
            study,
            theme,
        ),
        name=f"{study.code}-{name}-v{number}-dependence-{feature}{mark}",
        extension=extension,
    )
