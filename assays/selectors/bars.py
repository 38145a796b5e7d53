"""Which of some measurements are barred, and by what."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from assays.models import Measurement, PlateRun, QualityBar, Well
from studies.models import Study


def standing_on(measurements: Iterable[Measurement]) -> dict[int, list[QualityBar]]:
    """The bars that hold on each of the measurements, by key; one query."""
    rows = list(measurements)
    bars = defaultdict(list)
    plates = {m.plate_run_id for m in rows}
    for bar in QualityBar.objects.filter(plate_run__in=plates, lifted_at__isnull=True):
        bars[bar.plate_run_id, bar.well_id, bar.analyte_id].append(bar)
    return {
        m.pk: [
            bar
            for well in {None, m.well_id}
            for analyte in (None, m.analyte_id)
            for bar in bars.get((m.plate_run_id, well, analyte), ())
        ]
        for m in rows
    }


def judgement_counts(study: Study) -> dict[str, int]:
    """How many plates with wells a study has, how many plates and tables have a bar that holds, and how
    many plates are not judged yet. One query, without joining wells and bars: their product is large."""
    standing = QualityBar.objects.filter(plate_run=OuterRef("pk"), lifted_at__isnull=True)
    wells = Well.objects.filter(plate_run=OuterRef("pk"))
    plates = PlateRun.objects.filter(study=study).annotate(
        has_wells=Exists(wells), has_bars=Exists(standing)
    )
    found: dict[str, int] = plates.aggregate(
        plates=Count("pk", filter=Q(has_wells=True)),
        barred=Count("pk", filter=Q(has_bars=True)),
        waiting=Count("pk", filter=Q(has_wells=True, judged_at__isnull=True)),
    )
    return found


def bars_in(study: Study) -> QuerySet[QualityBar]:
    """All bars of a study's plates, oldest first."""
    return (
        QualityBar.objects.filter(plate_run__study=study)
        .select_related("plate_run", "well", "analyte", "raised_by", "lifted_by")
        .order_by("pk")
    )
