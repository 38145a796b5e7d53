"""What the shell around every page shows."""

from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest

from studies.navigation import menu_of
from studies.sections import shell_sections
from studies.selectors.access import studies_visible_to
from studies.web.requests import StudyRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    """The study of the page, what the person may do in it, its menu, and the other studies to switch to."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    study = getattr(request, "study", None)
    held = frozenset(getattr(request, "capabilities", ()))
    return {
        "study": study,
        "yogo_version": settings.VERSION,
        "can": {str(capability): True for capability in held},
        "menu": menu_of(study, held, request.path) if study else (),
        "shell_parts": shell_sections.of(cast(StudyRequest, request), study) if study else (),
        "my_studies": studies_visible_to(user) if study else (),
        "has_frontend": settings.FRONTEND_BUILD.is_dir(),
    }
