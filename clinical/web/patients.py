"""The list of patients."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from clinical.selectors.definitions import collected_by
from clinical.selectors.patients import PatientFilter, critical_items, patient_list
from studies.models import Study
from studies.permissions import Capability
from studies.selectors.access import sites_open_to
from studies.web.access import study_page
from studies.web.filters import Options, filter_chips
from studies.web.requests import StudyRequest

PAGE_SIZE = 50
COLUMNS = [
    ("subject", _("Subject")),
    ("site", _("Site")),
    ("cohort", _("Cohort")),
    ("index", _("Index date")),
    ("", _("Status")),
    ("contact", _("Last contact")),
    ("missing", _("Known factors")),
]
STATUSES = [
    ("alive", _("alive")),
    ("dead", _("dead")),
    ("lost", _("lost to follow-up")),
    ("none", _("no contact yet")),
    ("overdue", _("overdue")),
    ("untreated", _("not yet treated")),
]


@require_safe
@study_page(Capability.VIEW_CLINICAL)
def patients(request: StudyRequest, study: Study) -> HttpResponse:
    wanted = PatientFilter(
        **{name: request.GET.get(name, "")[:60] for name in ("q", "site", "cohort", "status")},
        sort=request.GET.get("sort", "subject"),
    )
    found = patient_list(request.user, study, wanted)
    exact = wanted.q and found.filter(subject_id__iexact=wanted.q)[:2]
    if exact and len(exact) == 1:
        return redirect("clinical:patient", code=study.code, subject=exact[0].subject_id)
    asked = {k: v for k, v in vars(wanted).items() if v and (k, v) != ("sort", "subject")}
    return render(
        request,
        "clinical/patients.html",
        {
            "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
            "asked": asked,
            "query": urlencode(asked),
            "columns": [_column(name, str(title), wanted, asked) for name, title in COLUMNS],
            "filters": filter_chips(asked, _filters(request, study)),
            "factors": len(critical_items(collected_by(study).definition)),
            "today": study.today(),
        },
    )


def _column(name: str, title: str, wanted: PatientFilter, asked: dict[str, str]) -> dict[str, str]:
    """A heading, with the address that sorts by it (the other way round when it already does)."""
    turned = f"-{name}" if wanted.sort == name else name
    arrow = {name: "↑", f"-{name}": "↓"}.get(wanted.sort, "") if name else ""
    href = "?" + urlencode({**asked, "sort": turned}) if name else ""
    return {"title": title, "href": href, "arrow": arrow}


def _filters(request: StudyRequest, study: Study) -> list[tuple[str, Options]]:
    """By what the list can be cut down: of one site or cohort there is nothing to choose."""
    sites = sites_open_to(request.user, study, Capability.VIEW_CLINICAL)
    choices: list[tuple[str, Options]] = [
        ("site", [(site.code, site.name) for site in sites]),
        ("cohort", [(cohort.code, cohort.code) for cohort in study.cohorts.all()]),
        ("status", STATUSES),
    ]
    return [(name, options) for name, options in choices if len(options) > 1]
