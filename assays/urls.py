"""Addresses of specimens and measurements."""

from django.urls import path

from assays.web import plate_actions, plate_charts, plate_imports, plates, policies, specimens

app_name = "assays"

urlpatterns = [
    path(
        "studies/<str:code>/data/<int:pk>/names/",
        plate_imports.name_plate_analytes,
        name="name_plate_analytes",
    ),
    path(
        "studies/<str:code>/data/<int:pk>/supersede/",
        plate_imports.supersede_plate,
        name="supersede_plate",
    ),
    path(
        "studies/<str:code>/data/<int:pk>/wells/",
        plate_imports.name_plate_wells,
        name="name_plate_wells",
    ),
    path("studies/<str:code>/plates/", plates.plates, name="plates"),
    path("studies/<str:code>/plates/<int:pk>/", plates.plate, name="plate"),
    path(
        "studies/<str:code>/plates/<int:pk>/exclude/",
        plate_actions.exclude_wells,
        name="exclude_wells",
    ),
    path(
        "studies/<str:code>/plates/<int:pk>/lift/",
        plate_actions.lift_exclusion,
        name="lift_exclusion",
    ),
    path("studies/<str:code>/plates/<int:pk>/lift-all/", plate_actions.lift_rule, name="lift_rule"),
    path(
        "studies/<str:code>/plates/<int:pk>/<int:analyte>/<str:name>.json",
        plate_charts.chart,
        name="plate_chart",
    ),
    path(
        "studies/<str:code>/plates/<int:pk>/layout/",
        plate_actions.correct_wells,
        name="correct_well",
    ),
    path("studies/<str:code>/plates/<int:pk>/wells/", plate_actions.retype, name="retype_wells"),
    path(
        "studies/<str:code>/plates/<int:pk>/judge/", plate_actions.judge_again, name="judge_plate"
    ),
    path("studies/<str:code>/plates/<int:pk>/guide/", plate_actions.guide, name="guide_plate"),
    path("studies/<str:code>/plates/rules/", policies.policies, name="policies"),
    path("studies/<str:code>/plates/rules/<int:pk>/", policies.policy, name="policy"),
    path("studies/<str:code>/specimens/", specimens.specimens, name="specimens"),
    path("studies/<str:code>/specimens/<int:pk>/", specimens.specimen, name="specimen"),
]
