"""Addresses of patients and what is recorded of them."""

from django.urls import path

from clinical.web import definition, enrolment, entry, overview, patient, patients, voiding

app_name = "clinical"

FORM = (
    "studies/<str:code>/patients/<str:subject>/forms/<str:event>/<str:form>/"
    "<int:event_instance>/<int:form_instance>/"
)

urlpatterns = [
    path("studies/<str:code>/enrolment.json", overview.enrolment, name="enrolment"),
    path("studies/<str:code>/forms/", definition.definition, name="definition"),
    path("studies/<str:code>/patients/", patients.patients, name="patients"),
    path("studies/<str:code>/enrol/", enrolment.enrol, name="enrol"),
    path("studies/<str:code>/patients/<str:subject>/", patient.patient, name="patient"),
    path(
        "studies/<str:code>/patients/<str:subject>/enrolment/",
        enrolment.correct,
        name="correct_enrolment",
    ),
    path(FORM, entry.fill, name="form"),
    path(f"{FORM}void/", voiding.void, name="void"),
    path(
        "studies/<str:code>/patients/<str:subject>/forms/voided/<int:voided>/restore/",
        voiding.restore,
        name="restore",
    ),
    path(f"{FORM}files/<str:item>/", entry.attachment, name="attachment"),
    path(
        "studies/<str:code>/patients/<str:subject>/follow-up/", patient.follow_up, name="follow_up"
    ),
    path(
        "studies/<str:code>/patients/<str:subject>/follow-up/<int:contact>/",
        patient.correct,
        name="correct",
    ),
]
