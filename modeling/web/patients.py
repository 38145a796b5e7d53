"""Why a patient has a score, as a figure."""

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ciri.figures import Figure, message_figure, waterfall_figure
from modeling.models import Score
from modeling.presentation.figures import tell
from modeling.presentation.provenance import of_score
from modeling.selectors.models import in_use, scores_visible_to
from modeling.web.rendering import figure_response
from studies.models import Study
from studies.permissions import Capability
from studies.web.access import study_page
from studies.web.requests import StudyRequest

UNEXPLAINED = gettext_lazy(
    "This score was made before Yogo kept its explanation; ask for the scores again."
)


@require_safe
# Who reads patients but no models finds no score here, and does not learn whether there is one.
@study_page(Capability.VIEW_MODELS, Capability.VIEW_CLINICAL)
def why(
    request: StudyRequest, study: Study, subject: str, name: str, extension: str
) -> HttpResponse:
    """The waterfall of the score by the version of a model that is in use."""
    visible = scores_visible_to(request.user)
    score = (
        in_use(visible)
        .filter(patient__study=study, patient__subject_id=subject, version__model__name=name)
        .first()
    )
    if score is None:
        raise Http404(_("There is no score of this patient by a model of that name in use."))
    mark = "-simulated" if study.is_simulated else ""
    return figure_response(
        request,
        lambda theme: tell(_draw(score, theme), of_score(score.version, score.basis), study, theme),
        name=f"{study.code}-{subject}-{name}-v{score.version.number}-why{mark}",
        extension=extension,
    )


def _draw(score: Score, theme: str) -> Figure:
    table = score.waterfall
    return (
        message_figure(str(UNEXPLAINED), theme) if table is None else waterfall_figure(table, theme)
    )
