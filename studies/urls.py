"""Addresses of a study and its trail."""

from django.urls import path

from studies.web import overview, trail

app_name = "studies"

urlpatterns = [
    path("studies/<str:code>/", overview.overview, name="overview"),
    path("studies/<str:code>/trail/", trail.trail, name="trail"),
]
