"""Addresses of the Data page."""

from django.urls import path

from imports.web import batches

app_name = "imports"

urlpatterns = [
    path("studies/<str:code>/data/", batches.import_list, name="imports"),
    path("studies/<str:code>/data/new/", batches.new_import, name="new_import"),
    path("studies/<str:code>/data/<int:pk>/", batches.import_page, name="import"),
    path(
        "studies/<str:code>/data/<int:pk>/progress/",
        batches.import_progress,
        name="import_progress",
    ),
    path("studies/<str:code>/data/<int:pk>/commit/", batches.commit, name="commit_import"),
    path(
        "studies/<str:code>/data/<int:pk>/warnings/",
        batches.confirm_warnings,
        name="confirm_warnings",
    ),
    path("studies/<str:code>/data/<int:pk>/sheet/", batches.choose_sheet, name="choose_sheet"),
    path("studies/<str:code>/data/<int:pk>/drop/", batches.drop, name="drop_import"),
    path(
        "studies/<str:code>/data/<int:pk>/original/",
        batches.original,
        {"part": "source"},
        name="import_original",
    ),
    path(
        "studies/<str:code>/data/<int:pk>/samples/",
        batches.original,
        {"part": "samples"},
        name="import_samples",
    ),
]
