"""Reads of specimens and measurements."""

from dataclasses import dataclass

from django.db.models import Case, Count, F, Max, Q, QuerySet, Value, When, Window
from django.db.models.functions import PercentRank

from accounts.models import User
from assays.models import Measurement, Specimen
from assays.models.measurement import HAS_NUMBER
from assays.selectors.matrix import usable
from clinical.dictionary.definition import Definition, StudyEvent
from clinical.models import Patient
from clinical.selectors.access import patients_visible_to
from clinical.selectors.definitions import collected_by
from studies.models import Study
from studies.permissions import Capability


def specimens_visible_to(user: User) -> QuerySet[Specimen]:
    """The specimens of the patients for whom the person may see assays."""
    return Specimen.objects.filter(patient__in=patients_visible_to(user, Capability.VIEW_ASSAYS))


def with_counts(specimens: QuerySet[Specimen]) -> QuerySet[Specimen]:
    """Annotated with measured (all rows) and out_of_range (below, above or missing)."""
    return specimens.select_related("patient__site").annotate(
        measured=Count("measurements"),
        out_of_range=Count("measurements", filter=~Q(measurements__flag__in=HAS_NUMBER)),
    )


def place_of_visit(definition: Definition) -> Case:
    """To order specimens by: the place of their visit in the definition."""
    names = definition.event_by_name
    return Case(
        *(When(timepoint=name, then=Value(place)) for place, name in enumerate(names)),
        default=Value(len(names)),
    )


def first_visit_of(patient: Patient, definition: Definition) -> StudyEvent | None:
    """The first visit at which blood was taken from a patient."""
    drawn = set(Specimen.objects.filter(patient=patient).values_list("timepoint", flat=True))
    return next((event for event in definition.events if event.name in drawn), None)


def measurements_of(specimen: Specimen) -> QuerySet[Measurement]:
    """All of a specimen's measurements, by analyte, plate and replicate."""
    return (
        Measurement.objects.filter(specimen=specimen)
        .select_related("analyte", "plate_run__panel", "well")
        .order_by("analyte__symbol", "plate_run__name", "replicate")
    )


@dataclass(frozen=True)
class TimepointCounts:
    """What was measured at a visit, over the patients that a person may see."""

    visit: StudyEvent
    patients: int
    specimens: int
    measurements: int
    out_of_range: int

    @property
    def percent_out_of_range(self) -> float | None:
        if not self.measurements:
            return None
        return 100 * self.out_of_range / self.measurements


def counts_by_timepoint(user: User, study: Study) -> list[TimepointCounts]:
    """One row for each visit with specimens, in the order of the definition; three queries."""
    specimens = specimens_visible_to(user).filter(study=study).order_by()
    measured: dict[str, tuple[int, int]] = {
        row["specimen__timepoint"]: (row["all"], row["out"])
        for row in Measurement.objects.filter(specimen__in=specimens)
        .values("specimen__timepoint")
        .annotate(all=Count("pk"), out=Count("pk", filter=~Q(flag__in=HAS_NUMBER)))
    }
    found = {
        row["timepoint"]: row
        for row in specimens.values("timepoint").annotate(
            patients=Count("patient", distinct=True), specimens=Count("pk")
        )
    }
    return [
        TimepointCounts(
            visit=visit,
            patients=found[visit.name]["patients"],
            specimens=found[visit.name]["specimens"],
            measurements=measured.get(visit.name, (0, 0))[0],
            out_of_range=measured.get(visit.name, (0, 0))[1],
        )
        for visit in collected_by(study).definition.events
        if visit.name in found
    ]


@dataclass(frozen=True)
class Standing:
    """A patient's value among those of the cohort: percentile 0 (lowest) to 100 (highest)."""

    symbol: str
    name: str
    value: float
    unit: str
    percentile: float


def standings(patient: Patient, timepoint: str) -> list[Standing]:
    """Where a patient's values stand in the cohort, furthest from the middle first.

    Only values with a number in range that no exclusion covers are compared, each analyte on its own, in one
    query. A value that nobody else of the cohort has stands nowhere and is left out.
    """
    by_analyte = [F("analyte"), F("unit")]
    of_cohort = Measurement.objects.filter(
        specimen__timepoint=timepoint,
        specimen__patient__cohort=patient.cohort_id,
        flag__in=HAS_NUMBER,
    )
    compared = (
        usable(of_cohort)
        .annotate(
            rank=Window(PercentRank(), partition_by=by_analyte, order_by="value"),
            values=Window(Count("pk"), partition_by=by_analyte),
            # A plain filter by patient would apply before the ranking, and leave nobody to rank among.
            owner=Window(Max("specimen__patient"), partition_by="pk"),
        )
        .filter(owner=patient.pk, values__gt=1)
        .select_related("analyte")
    )
    found = [
        Standing(m.analyte.symbol, m.analyte.name, m.value or 0.0, m.unit, 100 * m.rank)
        for m in compared
    ]
    return sorted(found, key=lambda s: (-abs(s.percentile - 50), s.symbol))
