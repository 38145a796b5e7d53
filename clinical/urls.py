"""Addresses of patients and what is recorded of them."""

from django.urls import path

from clinical.web import overview, patient, patients

app_name = "clinical"

urlpatterns = [
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
]
