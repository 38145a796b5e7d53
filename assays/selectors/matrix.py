"""What of the measurements may be used: neither excluded nor set aside by the instrument."""

from django.db.models import Exists, OuterRef, QuerySet

from assays.models import Exclusion, Flag, Measurement

NEVER = [Flag.EXCLUDED.value, Flag.OUTLIER.value]


def usable(measurements: QuerySet[Measurement]) -> QuerySet[Measurement]:
    """Those that no standing exclusion covers: on their plate, well, analyte of the plate, or themselves."""
    exclusions = Exclusion.objects.filter(lifted_at__isnull=True)
    return _exclude_covered(measurements.exclude(flag__in=NEVER), exclusions)


def not_excluded_by_people(measurements: QuerySet[Measurement]) -> QuerySet[Measurement]:
    """Those that no person's decision keeps out, whatever the rules say of them."""
    exclusions = Exclusion.objects.filter(lifted_at__isnull=True, rule__in=Exclusion.DECISIONS)
    return _exclude_covered(measurements, exclusions)


def _exclude_covered(
    measurements: QuerySet[Measurement], exclusions: QuerySet[Exclusion]
) -> QuerySet[Measurement]:
    """Four anti-joins with equalities only, so that PostgreSQL can hash each of them."""
    here, of_analyte = {"plate_run": OuterRef("plate_run")}, {"analyte": OuterRef("analyte")}
    in_well = {"well": OuterRef("well")}
    return measurements.filter(
        ~Exists(exclusions.filter(well__isnull=True, analyte__isnull=True, **here)),
        ~Exists(exclusions.filter(well__isnull=True, **here, **of_analyte)),
        ~Exists(exclusions.filter(analyte__isnull=True, **in_well)),
        ~Exists(exclusions.filter(**in_well, **of_analyte)),
    )
