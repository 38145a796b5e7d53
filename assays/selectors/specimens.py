"""Reads of specimens and measurements."""

from django.db.models import Count, Q, QuerySet

from accounts.models import User
from assays.models import Measurement, Specimen
from studies.permissions import Capability
from studies.selectors.access import patients_visible_to


def specimens_visible_to(user: User) -> QuerySet[Specimen]:
    """The specimens of the patients for whom the person may see assays."""
    return Specimen.objects.filter(patient__in=patients_visible_to(user, Capability.VIEW_ASSAYS))


def with_counts(specimens: QuerySet[Specimen]) -> QuerySet[Specimen]:
    """Annotated with measured (all rows) and out_of_range (below, above or missing)."""
    return specimens.select_related("patient__site").annotate(
        measured=Count("measurements"),
        out_of_range=Count(
            "measurements", filter=~Q(measurements__flag__in=["in_range", "extrapolated"])
        ),
    )


def measurements_of(specimen: Specimen) -> QuerySet[Measurement]:
    """All of a specimen's measurements, by analyte, plate and replicate."""
    return (
        Measurement.objects.filter(specimen=specimen)
        .select_related("analyte", "plate_run__panel")
        .order_by("analyte__symbol", "plate_run__name", "replicate")
    )
