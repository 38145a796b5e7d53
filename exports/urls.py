"""Addresses of exports."""

from django.urls import path

from exports.web.dataset import dataset

app_name = "exports"

urlpatterns = [path("studies/<str:code>/export/", dataset, name="dataset")]
