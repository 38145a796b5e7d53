"""Two versions side by side on the same patients."""

from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ciri.figures import Figure, comparison_figure
from ciri.said import keep
from ciri.training.tables import comparison_tables
from modeling.models import ModelVersion
from modeling.presentation import provenance
from modeling.presentation.figures import tell
from modeling.presentation.tables import Table, table_of
from modeling.selectors.comparisons import (
    NotComparable,
    compare_versions,
    versions_to_compare,
)
from modeling.sentences import in_words
from modeling.web.rendering import figure_response
from studies.models import Study
from studies.permissions import Capability
from studies.web.access import study_page
from studies.web.requests import StudyRequest

METRICS = {
    "nri": gettext_lazy("NRI, continuous"),
    "nri_events": gettext_lazy("NRI among those with the event"),
    "nri_nonevents": gettext_lazy("NRI among those without"),
    "idi": gettext_lazy("IDI"),
}


@dataclass(frozen=True)
class Cell:
    """Patients (and events) whom one version puts in a row's group and the other in a column's."""

    n: int
    events: int
    same: bool


@require_safe
@study_page(Capability.VIEW_MODELS)
def compare(request: StudyRequest, study: Study) -> HttpResponse:
    """What `?a=NAME:NUMBER&b=NAME:NUMBER` says; without them, what can be chosen."""
    versions = list(versions_to_compare(study))
    a, b = (_choose(versions, request.GET.get(end)) for end in "ab")
    context: dict[str, Any] = {"versions": versions, "a": a, "b": b or _another(versions, a)}
    if a is not None and b is not None:
        context |= _compare(a, b)
    return render(request, "modeling/compare.html", context)


@require_safe
@study_page(Capability.VIEW_MODELS)
def figure(request: StudyRequest, study: Study, extension: str) -> HttpResponse:
    """C-index of both and every patient's two percentiles, as figure 3 draws them."""
    versions = versions_to_compare(study)
    a, b = (_choose(list(versions), request.GET.get(end)) for end in "ab")
    if a is None or b is None:
        raise Http404(_("Name two versions of this study."))
    names = (str(a), str(b))

    def draw(theme: str) -> Figure:
        drawn = comparison_figure(comparison_tables(a.report, b.report, names), names, theme)
        return tell(drawn, _patients(a, b), study, theme)

    mark = "-simulated" if study.is_simulated else ""
    name = f"{study.code}-{a.model.name}-v{a.number}-{b.model.name}-v{b.number}{mark}"
    return figure_response(request, draw, name=name, extension=extension)


def _patients(a: ModelVersion, b: ModelVersion) -> str:
    """On whom both rest: of two versions, the one that has more to say."""
    return max((provenance.everybody(version) for version in (b, a)), key=len)


def _choose(versions: list[ModelVersion], named: str | None) -> ModelVersion | None:
    """The version that NAME:NUMBER names; 404 where there is none."""
    if not named:
        return None
    for version in versions:
        if named == f"{version.model.name}:{version.number}":
            return version
    raise Http404(_("This study has no version %(named)s.") % {"named": named[:80]})


def _another(versions: list[ModelVersion], a: ModelVersion | None) -> ModelVersion | None:
    """What stands as second until somebody chooses: the first version that is not the first."""
    first = a or next(iter(versions), None)
    return next((version for version in versions if version != first), None)


def _compare(a: ModelVersion, b: ModelVersion) -> dict[str, Any]:
    if a.pk == b.pk:
        return {"refusal": _("Choose two different versions.")}
    try:
        compared = compare_versions(a, b)
    except NotComparable as error:
        return {"refusal": str(error)}
    found = in_words(keep(compared.found.to_dict()))
    return {
        "compared": compared,
        "found": found,
        "verdict": found["verdict"],
        "c": {row["of"]: row for row in found["c"]},
        "improvement": replace(_improvement(found), patients=_basis(a, b, compared.basis)),
        "patients": _basis(a, b, compared.basis),
        "all_patients": _patients(a, b),
        "groups": _moves(found["groups"]),
        "added": found["added"],
    }


def _basis(a: ModelVersion, b: ModelVersion, basis: str) -> str:
    """On whom the comparison rests."""
    told = provenance.choose(basis)
    return max((told(version) for version in (b, a)), key=len)


def _improvement(found: dict[str, Any]) -> Table:
    """NRI and IDI by horizon, in rows."""
    rows = [{**row, "metric": str(METRICS[row["metric"]])} for row in found["improvement"]]
    return table_of(rows, ("metric", "time", "value", "low", "high", "p"))


def _moves(rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Groups of a in rows, groups of b in columns."""
    if not rows:
        return None
    names = list(dict.fromkeys(row["group_a"] for row in rows))
    cell = {
        (row["group_a"], row["group_b"]): Cell(
            row["n"], row["events"], row["group_a"] == row["group_b"]
        )
        for row in rows
    }
    return {"names": names, "rows": [(x, [cell[x, y] for y in names]) for x in names]}
