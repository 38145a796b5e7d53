"""What of the measurements may be used: neither barred nor set aside by the instrument."""

from django.db.models import Exists, OuterRef, QuerySet

from assays.models import Flag, Measurement, QualityBar

NEVER = [Flag.EXCLUDED.value, Flag.OUTLIER.value]


def usable(measurements: QuerySet[Measurement]) -> QuerySet[Measurement]:
    """Those that no standing bar covers: on their plate, well, analyte of the plate, or themselves."""
    bars = QualityBar.objects.filter(lifted_at__isnull=True)
    return _uncovered(measurements.exclude(flag__in=NEVER), bars)


def without_excluded(measurements: QuerySet[Measurement]) -> QuerySet[Measurement]:
    """Those that no person's decision keeps out, whatever the rules say of them."""
    bars = QualityBar.objects.filter(lifted_at__isnull=True, rule__in=QualityBar.DECISIONS)
    return _uncovered(measurements, bars)


def _uncovered(
    measurements: QuerySet[Measurement], bars: QuerySet[QualityBar]
) -> QuerySet[Measurement]:
    """Four anti-joins with equalities only, so that PostgreSQL can hash each of them."""
    here, of_analyte = {"plate_run": OuterRef("plate_run")}, {"analyte": OuterRef("analyte")}
    in_well = {"well": OuterRef("well")}
    return measurements.filter(
        ~Exists(bars.filter(well__isnull=True, analyte__isnull=True, **here)),
        ~Exists(bars.filter(well__isnull=True, **here, **of_analyte)),
        ~Exists(bars.filter(analyte__isnull=True, **in_well)),
        ~Exists(bars.filter(**in_well, **of_analyte)),
    )
