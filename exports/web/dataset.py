"""The page from which a person takes a study's analysis dataset, and sees what was taken before."""

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from exports.downloads import file_response
from exports.models import Export
from exports.selectors.exports import exports_of
from exports.services.analysis_dataset import Recipe, export_analysis_dataset
from studies.models import Study
from studies.models.patient import Timepoint
from studies.permissions import Capability
from studies.refusals import Refused
from studies.web.access import study_page

PER_PAGE = 25


class DatasetForm(forms.Form):
    format = forms.ChoiceField(label=_("Format"), choices=Export.Format.choices)
    timepoint = forms.ChoiceField(label=_("Timepoint"), choices=Timepoint.choices)
    endpoint = forms.ChoiceField(
        label=_("Outcome"),
        required=False,
        choices=[
            ("", _("OS and PFS")),
            ("OS", _("overall survival")),
            ("PFS", _("progression-free survival")),
        ],
    )
    as_of = forms.DateField(
        label=_("Follow-up as of"), widget=forms.DateInput(attrs={"type": "date"})
    )

    def recipe(self) -> Recipe:
        """What the person asked for."""
        asked = self.cleaned_data
        return Recipe(
            format=asked["format"],
            timepoint=asked["timepoint"],
            endpoint=asked["endpoint"] or None,
            as_of=asked["as_of"],
        )


@require_http_methods(["GET", "HEAD", "POST"])
@study_page(Capability.EXPORT)  # type: ignore[arg-type]  # a download streams
def dataset(request: HttpRequest, study: Study) -> HttpResponseBase:
    """GET shows the form and earlier exports; POST gives the file."""
    today = study.today()
    form = DatasetForm(
        request.POST if request.method == "POST" else None, initial={"as_of": today.isoformat()}
    )
    form.fields["as_of"].widget.attrs["max"] = today.isoformat()
    if request.method == "POST" and form.is_valid():
        try:
            return file_response(
                export_analysis_dataset(
                    study=study,
                    recipe=form.recipe(),
                    via=Export.Via.PAGE,
                    by=request.user,  # type: ignore[arg-type]
                )
            )
        except Refused as refusal:
            for name, sentences in refusal.errors.items():
                form.add_error(name if name in form.fields else None, sentences)
    return _page(request, study, form)


def _page(request: HttpRequest, study: Study, form: forms.Form) -> HttpResponse:
    earlier = Paginator(exports_of(study), PER_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {"form": form, "earlier": earlier}
    return render(request, "exports/dataset.html", context, status=400 if form.errors else 200)
