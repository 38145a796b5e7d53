"""Every address under /api/."""

from django.urls import include, path, re_path

from assays import api as assays
from clinical import api as clinical
from clinical import definition_api
from exports import api as exports
from exports.web.api_docs import Schema, api_docs
from modeling import api as modeling
from studies import api as studies

of_a_study = [
    path("", studies.StudyDetail.as_view()),
    path("definition/", definition_api.DefinitionDetail.as_view()),
    path("patients/", clinical.Patients.as_view()),
    path("patients/<str:subject>/", clinical.PatientDetail.as_view()),
    path("follow-ups/", clinical.FollowUps.as_view()),
    path("specimens/", assays.Specimens.as_view()),
    path("measurements/", assays.Measurements.as_view()),
    path("plates/", assays.Plates.as_view()),
    path("exclusions/", assays.Exclusions.as_view()),
    path("models/", modeling.Models.as_view()),
    path("models/<str:name>/", modeling.ModelDetail.as_view()),
    path("models/<str:name>/versions/<int:number>/", modeling.VersionDetail.as_view()),
    path("models/<str:name>/versions/<int:number>/dataset", exports.FrozenDatasetView.as_view()),
    path("versions/", modeling.Versions.as_view()),
    path("scores/", modeling.Scores.as_view()),
    path("training-runs/", modeling.TrainingRuns.as_view()),
    path("analysis-dataset", exports.AnalysisDatasetView.as_view()),
    path("forms", exports.FormsView.as_view()),
    path("codebook", exports.CodebookView.as_view()),
]

urlpatterns = [
    path("schema/", Schema.as_view(), name="api_schema"),
    path("docs/", api_docs, name="api_docs"),
    path("v1/studies/", studies.Studies.as_view()),
    path("v1/studies/<str:code>/", include(of_a_study)),
    re_path(r"^.*$", studies.NoSuchAddress.as_view()),
]
