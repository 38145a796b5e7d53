"""Addresses of models, versions and their figures."""

from django.urls import path

from modeling.web import comparison, figures, models, patients, versions

app_name = "modeling"

urlpatterns = [
    path("studies/<str:code>/models/", models.model_list, name="models"),
    path("studies/<str:code>/models/new/", models.new_model, name="new_model"),
    path("studies/<str:code>/models/compare/", comparison.compare, name="compare"),
    path(
        "studies/<str:code>/models/compare/figure.<str:extension>",
        comparison.figure,
        name="compare_figure",
    ),
    path("studies/<str:code>/models/<str:name>/", models.model_page, name="model"),
    path("studies/<str:code>/models/<str:name>/specify/", models.new_model, name="specify"),
    path("studies/<str:code>/models/<str:name>/train/", models.train, name="train"),
    path("studies/<str:code>/models/<str:name>/progress/", models.progress, name="progress"),
    path("studies/<str:code>/models/<str:name>/v<int:number>/", versions.version, name="version"),
    path(
        "studies/<str:code>/models/<str:name>/v<int:number>/decide/",
        versions.decide,
        name="decide",
    ),
    path(
        "studies/<str:code>/models/<str:name>/v<int:number>/cross-validation/",
        versions.cross_validation,
        name="cross_validation",
    ),
    path(
        "studies/<str:code>/models/<str:name>/v<int:number>/figures/<slug:figure>.<str:extension>",
        figures.figure,
        name="figure",
    ),
    path(
        "studies/<str:code>/models/<str:name>/v<int:number>/dependence.<str:extension>",
        figures.dependence,
        name="dependence",
    ),
    path(
        "studies/<str:code>/patients/<str:subject>/why/<str:name>.<str:extension>",
        patients.why,
        name="why",
    ),
]
