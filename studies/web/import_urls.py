"""Addresses of the Data page, part of the namespace `studies`."""

from django.urls import path

from studies.web import imports

urlpatterns = [
    path("studies/<str:code>/data/", imports.import_list, name="imports"),
    path("studies/<str:code>/data/new/", imports.new_import, name="new_import"),
    path("studies/<str:code>/data/<int:pk>/", imports.import_page, name="import"),
    path(
        "studies/<str:code>/data/<int:pk>/progress/",
        imports.import_progress,
        name="import_progress",
    ),
    path("studies/<str:code>/data/<int:pk>/commit/", imports.commit, name="commit_import"),
    path(
        "studies/<str:code>/data/<int:pk>/warnings/",
        imports.confirm_warnings,
        name="confirm_warnings",
    ),
    path("studies/<str:code>/data/<int:pk>/sheet/", imports.choose_sheet, name="choose_sheet"),
    path("studies/<str:code>/data/<int:pk>/drop/", imports.drop, name="drop_import"),
    path(
        "studies/<str:code>/data/<int:pk>/original/",
        imports.original,
        {"part": "source"},
        name="import_original",
    ),
    path(
        "studies/<str:code>/data/<int:pk>/samples/",
        imports.original,
        {"part": "samples"},
        name="import_samples",
    ),
]
