"""The page from which a person takes a study's analysis dataset, and sees what was taken before."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from clinical.selectors.visits import visits_of
from clinical.sentences import say_visits
from exports.downloads import file_response
from exports.models import Export
from exports.selectors.exports import exports_of
from exports.selectors.frozen import find_version
from exports.services.analysis_dataset import Recipe, export_analysis_dataset, find_patients
from exports.services.codebook import make_codebook
from exports.services.download import Download
from exports.services.forms import export_forms
from exports.services.frozen_dataset import export_frozen_dataset
from exports.services.moments import read_moment
from exports.services.writers import MEDIA_TYPES
from studies.models import Study
from studies.permissions import Capability
from studies.refusals import NotAllowed, Refused
from studies.web.access import study_page
from studies.web.requests import StudyRequest

PER_PAGE = 25


class DatasetForm(forms.Form):
    holds = forms.ChoiceField(
        label=_("Holds"),
        required=False,
        choices=[
            ("", _("a row for each patient")),
            ("forms", _("all forms, a row for each answer")),
        ],
        help_text=_("Of all forms, timepoint, outcome and events do not count."),
    )
    format = forms.ChoiceField(label=_("Format"), choices=Export.Format.choices)
    timepoint = forms.ChoiceField(label=_("Timepoint"))
    endpoint = forms.ChoiceField(
        label=_("Outcome"),
        required=False,
        choices=[
            ("", _("OS and PFS")),
            ("OS", _("overall survival")),
            ("PFS", _("progression-free survival")),
        ],
    )
    events_until = forms.DateField(
        label=_("Events up to"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("By their own dates; empty: today, or the day of that moment."),
    )
    known_at = forms.CharField(
        label=_("Database as known at"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"placeholder": "2026-11-26T17:00:00+09:00"}),
        help_text=_("Without what was entered or corrected later; empty: now."),
    )

    def __init__(self, study: Study, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        visits = visits_of(study)
        labels = say_visits(visits.now.definition)
        # An export of an earlier moment is made again under the name that its visit had then.
        former = [(name, _("%(name)s (former name)") % {"name": name}) for name in visits.former]
        cast(forms.ChoiceField, self.fields["timepoint"]).choices = [*labels.items(), *former]

    def recipe(self, study: Study) -> Recipe:
        """What the person asked for."""
        asked = self.cleaned_data
        return Recipe(
            format=asked["format"],
            timepoint=asked["timepoint"],
            endpoint=asked["endpoint"] or None,
            events_until=asked["events_until"],
            known_at=read_moment(asked["known_at"], study) if asked["known_at"] else None,
        )


@require_http_methods(["GET", "HEAD", "POST"])
@study_page(Capability.EXPORT)  # type: ignore[arg-type]  # a download streams
def dataset(request: StudyRequest, study: Study) -> HttpResponseBase:
    """GET shows the form and earlier exports; POST gives the file."""
    today = study.today()
    asked = {name: request.GET[name] for name in DatasetForm.base_fields if name in request.GET}
    form = DatasetForm(study, request.POST if request.method == "POST" else None, initial=asked)
    form.fields["events_until"].widget.attrs["max"] = today.isoformat()
    if request.method == "POST" and form.is_valid():
        try:
            return file_response(_export(request, study, form))
        except Refused as refusal:
            for name, sentences in refusal.errors.items():
                form.add_error(name if name in form.fields else None, [*map(str, sentences)])
    return _page(request, study, form)


@require_safe
@study_page(Capability.EXPORT)  # type: ignore[arg-type]  # a download streams
def frozen_dataset(request: StudyRequest, study: Study, name: str, number: int) -> HttpResponseBase:
    """The frozen dataset of a version as a file; `?format=` as for the analysis dataset."""
    version = find_version(study, f"{name}:{number}")
    if version is None:
        raise Http404(_("This model has no version of that number."))
    format = request.GET.get("format", Export.Format.CSV)
    try:
        if request.method == "HEAD" and format in MEDIA_TYPES:
            return HttpResponse(content_type=MEDIA_TYPES[format])
        return file_response(
            export_frozen_dataset(
                version=version,
                format=format,
                via=Export.Via.PAGE,
                by=request.user,
            )
        )
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("modeling:version", study.code, name, number)


def _export(request: StudyRequest, study: Study, form: DatasetForm) -> Download:
    recipe, via, by = form.recipe(study), Export.Via.PAGE, request.user
    if form.cleaned_data["holds"] != "forms":
        return export_analysis_dataset(study=study, recipe=recipe, via=via, by=by)
    return export_forms(study=study, format=recipe.format, known_at=recipe.known_at, via=via, by=by)


@require_safe
@study_page(Capability.EXPORT)  # type: ignore[arg-type]  # a download streams
def show_codebook(request: StudyRequest, study: Study) -> HttpResponseBase:
    """What each column and item is, as a file; `?format=` and `?timepoint=` as for the analysis dataset."""
    asked = {name: request.GET[name] for name in ("format", "timepoint") if name in request.GET}
    try:
        codebook = make_codebook(study=study, by=request.user, **asked)
        if request.method == "HEAD":
            return HttpResponse(content_type=codebook.media_type)
        return file_response(codebook)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("exports:dataset", study.code)


def _page(request: StudyRequest, study: Study, form: forms.Form) -> HttpResponse:
    earlier = Paginator(exports_of(study), PER_PAGE).get_page(request.GET.get("page"))
    untreated = find_patients(request.user, study).filter(index_date__isnull=True).count()
    context: dict[str, Any] = {"form": form, "earlier": earlier, "untreated": untreated}
    return render(request, "exports/dataset.html", context, status=400 if form.errors else 200)
