"""What of the measurements may be used: neither barred nor set aside by the instrument."""

from django.db.models import Exists, OuterRef, QuerySet

from assays.models import Flag, Measurement, QualityBar

NEVER = [Flag.EXCLUDED.value, Flag.OUTLIER.value]


def usable(measurements: QuerySet[Measurement]) -> QuerySet[Measurement]:
    """Those that no standing bar covers: on their plate, well, analyte of the plate, or themselves.

    Four anti-joins with equalities only, so that PostgreSQL can hash each of them.
    """
    bars = QualityBar.objects.filter(lifted_at__isnull=True)
    here, of_analyte = {"plate_run": OuterRef("plate_run")}, {"analyte": OuterRef("analyte")}
    in_well = {"well": OuterRef("well")}
    return measurements.exclude(flag__in=NEVER).filter(
        ~Exists(bars.filter(well__isnull=True, analyte__isnull=True, **here)),
        ~Exists(bars.filter(well__isnull=True, **here, **of_analyte)),
        ~Exists(bars.filter(analyte__isnull=True, **in_well)),
        ~Exists(bars.filter(**in_well, **of_analyte)),
    )
