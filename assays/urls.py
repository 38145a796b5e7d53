"""Addresses of specimens and measurements."""

from django.urls import path

from assays.web import plate_imports, specimens

app_name = "assays"

urlpatterns = [
    path(
        "studies/<str:code>/data/<int:pk>/names/",
        plate_imports.name_plate_analytes,
        name="name_plate_analytes",
    ),
    path("studies/<str:code>/specimens/", specimens.specimens, name="specimens"),
    path("studies/<str:code>/specimens/<int:pk>/", specimens.specimen, name="specimen"),
]
