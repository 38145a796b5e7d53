"""The API's bulk export."""

from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request

from accounts.models import ApiToken
from exports.downloads import file_response
from exports.models import Export
from exports.services.analysis_dataset import Recipe, export_analysis_dataset
from studies.api import PROBLEMS, AsOf, Choice, StudyView, bad_request
from studies.models.patient import Timepoint
from studies.permissions import Capability
from studies.refusals import Refused
from studies.selectors.outcomes import ENDPOINTS


class DatasetQuery(AsOf):
    format = Choice(choices=Export.Format.choices, required=False, help_text="csv, unless given.")
    timepoint = Choice(choices=Timepoint.choices, required=False, help_text="pre, unless given.")
    endpoint = Choice(choices=ENDPOINTS, required=False, help_text="Both, unless one is given.")


class FormatInAddress(BaseContentNegotiation):
    """The address names the format, whatever the client accepts; errors are JSON."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[Any, str]:
        return renderers[0], renderers[0].media_type


class AnalysisDatasetView(StudyView):
    """The analysis dataset: one row per patient whose treatment had begun by `as_of`.

    Needs a token with the scope export. Columns: subject, site, cohort, index_date, as_of, simulated;
    os_days, os_event, pfs_days, pfs_event; age, sex, stage, bmi, albumin, nlr, pdl1_tps, pdl1_class,
    pretreated, combination; a value and a `_flag` column per analyte; mortality, percentile, group,
    version and basis for each model that has a version in use, under the model's name. Repeats of an
    analyte give the mean of their values in range, and their flags joined with “+”.
    """

    capability = Capability.EXPORT
    scope = ApiToken.Scope.EXPORT
    query = DatasetQuery
    http_method_names = ["get", "options"]
    content_negotiation_class = FormatInAddress

    @extend_schema(
        operation_id="analysis_dataset",
        responses={
            (200, "text/csv"): OpenApiResponse(OpenApiTypes.STR, "The dataset."),
            (200, "application/x-ndjson"): OpenApiTypes.STR,
            (200, "application/vnd.apache.parquet"): OpenApiTypes.BINARY,
            **PROBLEMS,
        },
    )
    def get(self, request: Request, code: str) -> StreamingHttpResponse:
        recipe = Recipe(**self.asked)
        try:
            dataset = export_analysis_dataset(
                study=self.study,
                recipe=recipe,
                via=Export.Via.API,
                by=self.user,
                token=self.token,
            )
        except Refused as refusal:
            name, sentences = next(iter(refusal.errors.items()))
            raise bad_request(f"{name}: {sentences[0]}") from refusal
        return file_response(dataset)
