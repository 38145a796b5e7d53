"""The first page after sign-in."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.requests import PersonRequest
from studies.models import Membership
from studies.selectors.access import studies_visible_to


@require_safe
def home(request: PersonRequest) -> HttpResponse:
    """Straight into the only study; else the list of studies with the person's roles."""
    studies = list(studies_visible_to(request.user))
    if len(studies) == 1:
        return redirect("studies:overview", code=studies[0].code)
    memberships = Membership.objects.filter(user=request.user).select_related("site")
    roles: dict[int, list[Membership]] = {}
    for membership in memberships:
        roles.setdefault(membership.study_id, []).append(membership)
    return render(
        request, "studies/home.html", {"rows": [(study, roles[study.pk]) for study in studies]}
    )
