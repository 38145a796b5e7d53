"""The API of specimens and measurements."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from assays.models import Exclusion, Measurement, PlateRun, Specimen
from assays.models.measurement import Flag
from assays.selectors.exclusions import exclusions_in, standing_on
from assays.selectors.plates import plates_visible_to, with_exclusions
from clinical.api import AtTimepoint, OfVisits
from clinical.selectors.access import patients_visible_to
from studies.api import Choice, PageQuery, StudyList, text_filter
from studies.permissions import Capability


class SpecimenSerializer(serializers.ModelSerializer[Specimen]):
    subject = serializers.CharField(source="patient.subject_id")

    class Meta:
        model = Specimen
        fields = ["label", "subject", "timepoint", "material", "collected_on"]
        extra_kwargs = {"timepoint": {"help_text": "Name of a visit of the study."}}


class SpecimenQuery(AtTimepoint, PageQuery):
    pass


class Specimens(StudyList, OfVisits):
    """Specimens, by label."""

    capability = Capability.VIEW_ASSAYS
    serializer_class = SpecimenSerializer
    queryset = Specimen.objects.none()
    query = SpecimenQuery
    ordering = "label"

    def get_queryset(self) -> QuerySet[Specimen]:
        patients = patients_visible_to(self.user, self.capability).filter(study=self.study)
        rows = Specimen.objects.filter(patient__in=patients).select_related("patient")
        return self.filter_rows(
            rows,
            subject="patient__subject_id",
            site="patient__site__code",
            cohort="patient__cohort__code",
            timepoint="timepoint",
        )


class MeasurementSerializer(serializers.ModelSerializer[Measurement]):
    subject = serializers.CharField(source="specimen.patient.subject_id")
    specimen = serializers.CharField(source="specimen.label")
    timepoint = serializers.CharField(
        source="specimen.timepoint", help_text="Name of a visit of the study."
    )
    analyte = serializers.CharField(source="analyte.symbol")
    plate = serializers.CharField(source="plate_run.name")
    well = serializers.CharField(source="well.position", default=None, allow_null=True)
    excluded_from_models = serializers.BooleanField(
        help_text="Whether a standing exclusion keeps it from models."
    )

    class Meta:
        model = Measurement
        fields = [
            "id",
            "subject",
            "specimen",
            "timepoint",
            "analyte",
            "plate",
            "well",
            "replicate",
            "value_text",
            "value",
            "unit",
            "flag",
            "limit",
            "mfi",
            "net_mfi",
            "bead_count",
            "dilution",
            "excluded_from_models",
        ]


class MeasurementQuery(AtTimepoint, PageQuery):
    analyte = text_filter("Gene symbol of an analyte.")
    plate = text_filter("Name of a plate run.")
    flag = Choice(choices=Flag.choices, required=False)


class Measurements(StudyList, OfVisits):
    """Measurements as the instrument wrote them, in the order in which they were loaded."""

    capability = Capability.VIEW_ASSAYS
    serializer_class = MeasurementSerializer
    queryset = Measurement.objects.none()
    query = MeasurementQuery

    def get_queryset(self) -> QuerySet[Measurement]:
        patients = patients_visible_to(self.user, self.capability).filter(study=self.study)
        rows = Measurement.objects.filter(specimen__patient__in=patients).select_related(
            "specimen__patient", "analyte", "plate_run", "well"
        )
        return self.filter_rows(
            rows,
            subject="specimen__patient__subject_id",
            site="specimen__patient__site__code",
            cohort="specimen__patient__cohort__code",
            timepoint="specimen__timepoint",
            analyte="analyte__symbol",
            plate="plate_run__name",
            flag="flag",
        )

    def paginate_queryset(self, queryset: Any) -> Any:
        """A page of measurements, each with whether it is excluded."""
        page = super().paginate_queryset(queryset)
        exclusions = standing_on(page or ())
        for measurement in page or ():
            measurement.excluded_from_models = bool(exclusions[measurement.pk])
        return page


class PlateSerializer(serializers.ModelSerializer[PlateRun]):
    panel = serializers.CharField(source="panel.name")
    supersedes = serializers.CharField(
        source="supersedes.name",
        default=None,
        allow_null=True,
        help_text="The earlier export of the same run that this one took out of use.",
    )
    exclusions = serializers.IntegerField(
        source="standing", help_text="How many exclusions hold on it."
    )

    class Meta:
        model = PlateRun
        fields = [
            *(
                "name",
                "panel",
                "format",
                "instrument",
                "serial",
                "software",
                "protocol",
                "kit",
                "lot",
            ),
            *("acquired_at", "size", "judged_at", "in_guide_set", "supersedes", "exclusions"),
        ]


class PlateQuery(PageQuery):
    panel = text_filter("Name of a panel.")
    lot = text_filter("Lot of the kit.")


class Plates(StudyList):
    """Plates and delivered tables, by name; for people whose role covers the whole study."""

    capability = Capability.VIEW_PLATES
    serializer_class = PlateSerializer
    queryset = PlateRun.objects.none()
    query = PlateQuery
    ordering = "name"

    def get_queryset(self) -> QuerySet[PlateRun]:
        rows = with_exclusions(plates_visible_to(self.user, self.study))
        return self.filter_rows(rows, panel="panel__name", lot="lot")


class BarSerializer(serializers.ModelSerializer[Exclusion]):
    plate = serializers.CharField(source="plate_run.name")
    well = serializers.CharField(
        source="well.position", default=None, allow_null=True, help_text="null: every well."
    )
    analyte = serializers.CharField(
        source="analyte.symbol", default=None, allow_null=True, help_text="null: every analyte."
    )
    raised_by = serializers.CharField(
        source="raised_by.username", default=None, allow_null=True, help_text="null: the rule."
    )
    lifted_by = serializers.CharField(source="lifted_by.username", default=None, allow_null=True)
    reason = serializers.CharField()
    lift_reason = serializers.CharField()

    class Meta:
        model = Exclusion
        fields = [
            *("id", "plate", "well", "analyte", "rule", "value", "limit", "reason", "raised_by"),
            *("raised_at", "lifted_by", "lifted_at", "lift_reason"),
        ]


class BarQuery(PageQuery):
    plate = text_filter("Name of a plate.")
    analyte = text_filter("Gene symbol of an analyte.")
    rule = Choice(choices=Exclusion.Rule.choices, required=False)


class Exclusions(StudyList):
    """What of the plates is or was excluded from models, oldest first; `lifted_at` null: it holds."""

    capability = Capability.VIEW_PLATES
    serializer_class = BarSerializer
    queryset = Exclusion.objects.none()
    query = BarQuery

    def get_queryset(self) -> QuerySet[Exclusion]:
        rows = exclusions_in(self.study).filter(
            plate_run__in=plates_visible_to(self.user, self.study)
        )
        return self.filter_rows(
            rows, plate="plate_run__name", analyte="analyte__symbol", rule="rule"
        )
