"""Addresses of specimens and measurements."""

from django.urls import path

from assays.web import plate_charts, plate_imports, plates, specimens

app_name = "assays"

urlpatterns = [
    path(
        "studies/<str:code>/data/<int:pk>/names/",
        plate_imports.name_plate_analytes,
        name="name_plate_analytes",
    ),
    path("studies/<str:code>/plates/", plates.plates, name="plates"),
    path("studies/<str:code>/plates/<int:pk>/", plates.plate, name="plate"),
    path("studies/<str:code>/plates/<int:pk>/exclude/", plates.exclude_wells, name="exclude_wells"),
    path("studies/<str:code>/plates/<int:pk>/lift/", plates.lift_bar, name="lift_bar"),
    path(
        "studies/<str:code>/plates/<int:pk>/<int:analyte>/<str:name>.json",
        plate_charts.chart,
        name="plate_chart",
    ),
    path("studies/<str:code>/plates/<int:pk>/layout/", plates.correct_well, name="correct_well"),
    path("studies/<str:code>/plates/<int:pk>/judge/", plates.judge_again, name="judge_plate"),
    path("studies/<str:code>/specimens/", specimens.specimens, name="specimens"),
    path("studies/<str:code>/specimens/<int:pk>/", specimens.specimen, name="specimen"),
]
