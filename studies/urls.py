"""Addresses of a study, its patients, its data and its trail."""

from django.urls import path

from studies.web import import_urls, overview, patient, patients, trail

app_name = "studies"

urlpatterns = [
    path("studies/<str:code>/", overview.overview, name="overview"),
    path("studies/<str:code>/enrolment.json", overview.enrolment, name="enrolment"),
    path("studies/<str:code>/patients/", patients.patients, name="patients"),
    path("studies/<str:code>/enrol/", patients.enrol, name="enrol"),
    path("studies/<str:code>/patients/<str:subject>/", patient.patient, name="patient"),
    path("studies/<str:code>/patients/<str:subject>/baseline/", patient.baseline, name="baseline"),
    path(
        "studies/<str:code>/patients/<str:subject>/labs/<str:timepoint>/", patient.labs, name="labs"
    ),
    path(
        "studies/<str:code>/patients/<str:subject>/follow-up/", patient.follow_up, name="follow_up"
    ),
    path(
        "studies/<str:code>/patients/<str:subject>/follow-up/<int:contact>/",
        patient.correct,
        name="correct",
    ),
    path("studies/<str:code>/trail/", trail.trail, name="trail"),
    *import_urls.urlpatterns,
]
