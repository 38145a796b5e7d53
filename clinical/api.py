"""The API of the clinical record: patients with their outcome, and follow-up."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from clinical.models import Baseline, FollowUp, LabResult, Patient, Timepoint
from clinical.selectors.access import patients_visible_to
from clinical.selectors.outcomes import ENDPOINTS, outcome_of, with_outcome_dates
from studies.api import (
    Choice,
    PageQuery,
    Query,
    StudyList,
    StudyOne,
    StudyView,
    bad_request,
    text_filter,
)
from studies.permissions import Capability

AS_OF_IS_GONE = (
    "There is no “as_of” any more, for it said one thing and did another: write events_until=DAY for events up to "
    "a day, or known_at=MOMENT (of the analysis dataset) for the database as it was known at a moment."
)


class OfPatients(Query):
    """Filters of everything that belongs to a patient."""

    subject = text_filter("Subject id.")
    site = text_filter("Code of a site.")
    cohort = text_filter("Code of a cohort.")


class AtTimepoint(OfPatients):
    timepoint = Choice(choices=Timepoint.choices, required=False)


class BaselineSerializer(serializers.ModelSerializer[Baseline]):
    bmi = serializers.FloatField(allow_null=True)
    pdl1_class = serializers.ChoiceField(choices=Baseline.PDL1.choices, allow_null=True)

    class Meta:
        model = Baseline
        fields = [
            "age",
            "sex",
            "stage",
            "height_cm",
            "weight_kg",
            "bmi",
            "pdl1_tps",
            "pdl1_class",
            "pretreated",
            "combination",
        ]


class LabSerializer(serializers.ModelSerializer[LabResult]):
    nlr = serializers.FloatField(allow_null=True)

    class Meta:
        model = LabResult
        fields = [
            "timepoint",
            "collected_on",
            "albumin_g_dl",
            "neutrophils",
            "lymphocytes",
            "nlr",
        ]


class OutcomeSerializer(serializers.Serializer[Any]):
    """Days from the index date, and whether the event happened (else censored)."""

    days = serializers.IntegerField()
    event = serializers.BooleanField()


class OutcomesSerializer(serializers.Serializer[Any]):
    """Null before any contact."""

    events_until = serializers.DateField()
    OS = OutcomeSerializer(allow_null=True)
    PFS = OutcomeSerializer(allow_null=True)


class PatientSerializer(serializers.ModelSerializer[Patient]):
    subject = serializers.CharField(source="subject_id")
    site = serializers.CharField(source="site.code")
    cohort = serializers.CharField(source="cohort.code")
    baseline = serializers.SerializerMethodField()
    labs = LabSerializer(source="lab_results", many=True)
    outcome = serializers.SerializerMethodField()

    class Meta:
        model = Patient
        fields = [
            "subject",
            "site",
            "cohort",
            "index_date",
            "created_at",
            "baseline",
            "labs",
            "outcome",
        ]

    @extend_schema_field(BaselineSerializer(allow_null=True))
    def get_baseline(self, patient: Patient) -> Any:
        known = getattr(patient, "baseline", None)
        return BaselineSerializer(known).data if known else None

    @extend_schema_field(OutcomesSerializer)
    def get_outcome(self, patient: Patient) -> Any:
        found = {endpoint: outcome_of(patient, endpoint) for endpoint in ENDPOINTS}
        return OutcomesSerializer({"events_until": self.context["events_until"], **found}).data


class EventsUntil(Query):
    events_until = serializers.DateField(
        required=False,
        input_formats=["iso-8601"],
        help_text="Events and contacts up to this day, YYYY-MM-DD; today where the study is.",
    )
    gone = {"as_of": gettext_lazy(AS_OF_IS_GONE)}


class PatientQuery(OfPatients, EventsUntil, PageQuery):
    pass


class _PatientView(StudyView):
    capability = Capability.VIEW_CLINICAL
    serializer_class = PatientSerializer
    queryset = Patient.objects.none()

    def events_until(self) -> date:
        today = self.study.today()
        day: date = self.asked.get("events_until") or today
        if day > today:
            raise bad_request(
                _("events_until: %(day)s lies in the future; give a day up to %(today)s.")
                % {"day": day.isoformat(), "today": today.isoformat()}
            )
        return day

    def get_serializer_context(self) -> dict[str, Any]:
        context = dict(super().get_serializer_context())
        if hasattr(self, "asked"):  # not while the documentation is made
            context["events_until"] = self.events_until()
        return context

    def get_queryset(self) -> QuerySet[Patient]:
        patients = patients_visible_to(self.user, self.capability).filter(study=self.study)
        with_dates = with_outcome_dates(patients, as_of=self.events_until())
        return with_dates.select_related("site", "cohort", "baseline").prefetch_related(
            "lab_results"
        )


class Patients(StudyList, _PatientView):
    """Patients with baseline factors, routine blood results, and the outcome by the events up to a day.

    By subject id.
    """

    query = PatientQuery
    ordering = "subject_id"

    def get_queryset(self) -> QuerySet[Patient]:
        rows = super().get_queryset()
        return self.filter_rows(
            rows, subject="subject_id", site="site__code", cohort="cohort__code"
        )


class PatientDetail(StudyOne, _PatientView):
    """One patient, as in the list."""

    query = EventsUntil
    found_by = {"subject": "subject_id"}


class FollowUpSerializer(serializers.ModelSerializer[FollowUp]):
    subject = serializers.CharField(source="patient.subject_id")

    class Meta:
        model = FollowUp
        fields = [
            "id",
            "subject",
            "contact_date",
            "status",
            "cause",
            "response",
            "progression_date",
            "disease_assessed",
            "created_at",
        ]


class FollowUpQuery(OfPatients, PageQuery):
    status = Choice(choices=FollowUp.Status.choices, required=False)


class FollowUps(StudyList):
    """Contacts, in the order of entry."""

    capability = Capability.VIEW_CLINICAL
    serializer_class = FollowUpSerializer
    queryset = FollowUp.objects.none()
    query = FollowUpQuery

    def get_queryset(self) -> QuerySet[FollowUp]:
        patients = patients_visible_to(self.user, self.capability).filter(study=self.study)
        rows = FollowUp.objects.filter(patient__in=patients).select_related("patient")
        return self.filter_rows(
            rows,
            subject="patient__subject_id",
            site="patient__site__code",
            cohort="patient__cohort__code",
            status="status",
        )
