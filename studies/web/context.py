"""What the shell around every page shows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from studies.selectors.access import studies_visible_to


def shell(request: HttpRequest) -> dict[str, Any]:
    """The study of the page, what the person may do in it, and the other studies to switch to."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    study = getattr(request, "study", None)
    return {
        "study": study,
        "can": {str(capability): True for capability in getattr(request, "capabilities", ())},
        "my_studies": studies_visible_to(user) if study else (),
        "has_frontend": settings.FRONTEND_BUILD.is_dir(),
    }
