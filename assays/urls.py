"""Addresses of specimens and measurements."""

from django.urls import path

from assays.web import specimens

app_name = "assays"

urlpatterns = [
    path("studies/<str:code>/specimens/", specimens.specimens, name="specimens"),
    path("studies/<str:code>/specimens/<int:pk>/", specimens.specimen, name="specimen"),
]
