"""The door of every page of a study: who may not see the study does not learn that it exists."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from studies.permissions import Capability
from studies.selectors.access import capabilities_in, studies_visible_to
from studies.web.requests import StudyRequest

View = Callable[..., HttpResponse]


def study_page(*capabilities: Capability) -> Callable[[View], View]:
    """Give the view its study: 404 where the person has no role in it, 403 where no role of the person
    has any of the capabilities.

    The wrapped view keeps `capabilities`, so that a test can walk every address and role.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def page(request: StudyRequest, code: str, **kwargs: Any) -> HttpResponse:
            study = studies_visible_to(request.user).filter(code=code).first()
            if study is None:
                raise Http404(_("There is no such study, or you have no role in it."))
            held = capabilities_in(request.user, study)
            if held.isdisjoint(capabilities):
                raise PermissionDenied(
                    _(
                        "Your role in this study does not open this page. Ask a manager of the study."
                    )
                )
            request.study, request.capabilities = study, held
            return view(request, study=study, **kwargs)

        page.capabilities = frozenset(capabilities)  # type: ignore[attr-defined]
        return page

    return decorate
