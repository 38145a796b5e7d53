"""The API of the clinical record: patients with their outcome, and follow-up."""

from datetime import date
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from clinical.models import FilledForm, FollowUp, Patient
from clinical.selectors.access import patients_visible_to
from clinical.selectors.definitions import identifiers_of
from clinical.selectors.outcomes import ENDPOINTS, outcome_of, with_outcome_dates
from clinical.selectors.visits import visits_of
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
from studies.refusals import say_not_known

AS_OF_IS_GONE = (
    "There is no “as_of” any more, for it said one thing and did another: write events_until=DAY for events up to "
    "a day, or known_at=MOMENT (of the analysis dataset) for the database as it was known at a moment."
)


class OfPatients(Query):
    """Filters of everything that belongs to a patient."""

    subject = text_filter("Subject id.")
    site = text_filter("Code of a site.")
    cohort = text_filter("Code of a cohort.")


def visit_filter(otherwise: str = "") -> serializers.CharField:
    """The name of a visit; which there are, each study's definition says."""
    return serializers.CharField(
        required=False, max_length=200, help_text=f"Name of a visit of the study{otherwise}."
    )


class AtTimepoint(OfPatients):
    timepoint = visit_filter()


class OfVisits(StudyView):
    """A view of what belongs to visits. A name that no visit of the study has is refused, or has had, where `earlier`
    moments are read."""

    earlier = False

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        visit = self.asked.get("timepoint")
        if not visit or str(request.method).lower() not in self.http_method_names:
            return
        visits = visits_of(self.study)
        if visit not in (*visits.names, *(visits.former if self.earlier else ())):
            raise bad_request(f"timepoint: {say_not_known(visit, visits.names)}")


class FilledFormSerializer(serializers.ModelSerializer[FilledForm]):
    """A form as it was filled, under the names of the version of the definition by which it was."""

    event = serializers.CharField(source="event_form.event.name")
    form = serializers.CharField(source="event_form.form.name")
    values = serializers.SerializerMethodField()
    missing = serializers.SerializerMethodField()

    class Meta:
        model = FilledForm
        fields = [
            "event",
            "event_instance",
            "form",
            "form_instance",
            "status",
            "values",
            "missing",
        ]

    @extend_schema_field(
        {
            "type": "object",
            "additionalProperties": {},
            "description": "Item: what is known of it, typed. An item that is not there is not known.",
        }
    )
    def get_values(self, row: FilledForm) -> dict[str, Any]:
        return self._without_identifiers(row.values)

    @extend_schema_field(
        {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "Item: the code that says why there is no value.",
        }
    )
    def get_missing(self, row: FilledForm) -> dict[str, Any]:
        return self._without_identifiers(row.missing)

    def _without_identifiers(self, answers: dict[str, Any]) -> dict[str, Any]:
        hidden = self.context["identifiers"]
        return {name: answer for name, answer in answers.items() if name not in hidden}


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
    forms = FilledFormSerializer(source="filled_forms", many=True)
    outcome = serializers.SerializerMethodField()

    class Meta:
        model = Patient
        fields = [
            "subject",
            "site",
            "cohort",
            "index_date",
            "created_at",
            "forms",
            "outcome",
        ]

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
            context["identifiers"] = identifiers_of(self.study)
        return context

    def get_queryset(self) -> QuerySet[Patient]:
        patients = patients_visible_to(self.user, self.capability).filter(study=self.study)
        with_dates = with_outcome_dates(patients, as_of=self.events_until())
        filled = FilledForm.objects.filter(voided_at__isnull=True).select_related(
            "event_form__event", "event_form__form"
        )
        return with_dates.select_related("site", "cohort").prefetch_related(
            Prefetch("filled_forms", filled)
        )


class Patients(StudyList, _PatientView):
    """Patients with their forms, and the outcome by the events up to a day.

    By subject id. What the forms ask stands at `definition/`; items that tell who somebody is are left out.
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
            "from_forms",
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
