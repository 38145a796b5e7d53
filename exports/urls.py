"""Addresses of exports."""

from django.urls import path

from exports.web.dataset import dataset, frozen_dataset, show_codebook

app_name = "exports"

urlpatterns = [
    path("studies/<str:code>/export/", dataset, name="dataset"),
    path("studies/<str:code>/codebook/", show_codebook, name="codebook"),
    path(
        "studies/<str:code>/models/<str:name>/v<int:number>/dataset/",
        frozen_dataset,
        name="frozen_dataset",
    ),
]
