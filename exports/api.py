"""The API's bulk export."""

from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request

from accounts.models import ApiToken
from clinical.api import EventsUntil, OfVisits, visit_filter
from clinical.selectors.outcomes import ENDPOINTS
from exports.downloads import file_response
from exports.models import Export
from exports.selectors.frozen import find_version
from exports.services.analysis_dataset import Recipe, export_analysis_dataset
from exports.services.codebook import make_codebook
from exports.services.forms import export_forms
from exports.services.frozen_dataset import export_frozen_dataset
from exports.services.moments import read_moment
from exports.services.writers import MEDIA_TYPES
from studies.api import PROBLEMS, Choice, Query, bad_request
from studies.permissions import Capability
from studies.refusals import NotAllowed, Refused

FILES: dict[Any, Any] = {
    (200, "text/csv"): OpenApiResponse(OpenApiTypes.STR, "The dataset."),
    (200, "application/x-ndjson"): OpenApiTypes.STR,
    (200, "application/vnd.apache.parquet"): OpenApiTypes.BINARY,
    **PROBLEMS,
}


class FormatQuery(Query):
    format = Choice(choices=Export.Format.choices, required=False, help_text="csv, unless given.")


class KnownAtQuery(FormatQuery):
    known_at = serializers.CharField(
        required=False,
        max_length=40,
        help_text="The database as it was known at this moment, e.g. 2026-11-26T17:00:00+09:00; now, unless given.",
    )


class CodebookQuery(FormatQuery):
    timepoint = visit_filter("; the first of its definition, unless given")


class DatasetQuery(KnownAtQuery, CodebookQuery, EventsUntil):
    endpoint = Choice(choices=ENDPOINTS, required=False, help_text="Both, unless one is given.")


class FormatInAddress(BaseContentNegotiation):
    """The address names the format, whatever the client accepts; errors are JSON."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[Any, str]:
        return renderers[0], renderers[0].media_type


class _DownloadView(OfVisits):
    """A view that gives a file. HEAD checks what is asked and makes no file."""

    capability = Capability.EXPORT
    scope = ApiToken.Scope.EXPORT
    content_negotiation_class = FormatInAddress
    earlier = True

    def head(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponse(content_type=MEDIA_TYPES[self.asked.get("format", Export.Format.CSV)])


class AnalysisDatasetView(_DownloadView):
    """The analysis dataset: one row per patient whose treatment had begun by `events_until`.

    Needs a token with the scope export. Columns: subject, site, cohort, index_date, events_until, simulated;
    os_days, os_event, pfs_days, pfs_event; a column for each item of the study's dictionary that is asked once, at
    the timepoint or else at the first visit where it is asked (and ITEM_missing where a missing code was given); per
    analyte its value, and `_flag`, `_low`, `_high` (the limits that it is below or above); mortality, percentile, group, version and basis for each model that has a version in use, under the
    model's name. Repeats of an analyte give the mean of their values in range, and their flags joined with “+”.
    """

    query = DatasetQuery

    @extend_schema(
        operation_id="analysis_dataset",
        responses=FILES,
    )
    def get(self, request: Request, code: str) -> StreamingHttpResponse:
        asked = dict(self.asked)
        try:
            if "known_at" in asked:
                asked["known_at"] = read_moment(asked["known_at"], self.study)
            recipe = Recipe(**asked)
            dataset = export_analysis_dataset(
                study=self.study,
                recipe=recipe,
                via=Export.Via.API,
                by=self.user,
                token=self.token,
            )
        except Refused as refusal:
            raise _as_problem(refusal) from refusal
        return file_response(dataset)


class FormsView(_DownloadView):
    """Every form as it was filled: one row for each item that was answered, whatever repeats.

    Needs a token with the scope export. Columns: subject, event, event_instance, form, form_instance, status, item,
    value (as text), unit (UCUM), missing (the missing code), state (soft: outside the usual range; nonconforming: a
    text that was kept without a value). Codes of several are joined with “|”. What tells who somebody is is not in it.
    """

    query = KnownAtQuery

    @extend_schema(operation_id="forms", responses=FILES)
    def get(self, request: Request, code: str) -> StreamingHttpResponse:
        known_at = self.asked.get("known_at")
        try:
            forms = export_forms(
                study=self.study,
                format=self.asked.get("format", Export.Format.CSV),
                known_at=read_moment(known_at, self.study) if known_at else None,
                via=Export.Via.API,
                by=self.user,
                token=self.token,
            )
        except Refused as refusal:
            raise _as_problem(refusal) from refusal
        return file_response(forms)


class CodebookView(_DownloadView):
    """What each column of the analysis dataset and each item of the forms is, by the study's dictionary.

    Needs a token with the scope export. Columns: column, item, label, type, unit (UCUM), codes (CODE=LABEL, joined
    with “|”), loinc, form, event, definition_version. An item without a column is in the forms alone.
    """

    query = CodebookQuery

    @extend_schema(operation_id="codebook", responses=FILES)
    def get(self, request: Request, code: str) -> StreamingHttpResponse:
        try:
            codebook = make_codebook(study=self.study, by=self.user, **self.asked)
        except Refused as refusal:
            raise _as_problem(refusal) from refusal
        return file_response(codebook)


class FrozenDatasetView(_DownloadView):
    """The frozen dataset of a version: all that the model was trained on, one row per subject.

    Needs a token with the scope export, of somebody who may export the whole study. subject, site, cohort, role,
    time, event and the clinical factors; per analyte value, `_flag`, `_low`, `_high` of each reading. Its numbers
    have the bits that were frozen.
    """

    query = FormatQuery

    @extend_schema(operation_id="frozen_dataset", responses=FILES)
    def get(self, request: Request, code: str, name: str, number: int) -> StreamingHttpResponse:
        version = find_version(self.study, f"{name}:{number}")
        if version is None:
            raise NotFound(_("This study has no such version of that model."))
        try:
            dataset = export_frozen_dataset(
                version=version,
                format=self.asked.get("format", Export.Format.CSV),
                via=Export.Via.API,
                by=self.user,
                token=self.token,
            )
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except Refused as refusal:
            raise _as_problem(refusal) from refusal
        return file_response(dataset)


def _as_problem(refusal: Refused) -> ValidationError:
    name, sentences = next(iter(refusal.errors.items()))
    return bad_request(f"{name}: {sentences[0]}")
