"""Which of some measurements are barred, and by what."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Count, Q, QuerySet

from assays.models import Measurement, PlateRun, QualityBar
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
    """Plates with wells of a study: all, with a bar that holds, and not judged yet. One query."""
    plates = PlateRun.objects.filter(study=study, wells__isnull=False)
    barred = Q(bars__isnull=False, bars__lifted_at__isnull=True)
    found: dict[str, int] = plates.aggregate(
        plates=Count("pk", distinct=True),
        barred=Count("pk", filter=barred, distinct=True),
        waiting=Count("pk", filter=Q(judged_at__isnull=True), distinct=True),
    )
    return found


def bars_in(study: Study) -> QuerySet[QualityBar]:
    """All bars of a study's plates, oldest first."""
    return (
        QualityBar.objects.filter(plate_run__study=study)
        .select_related("plate_run", "well", "analyte", "raised_by", "lifted_by")
        .order_by("pk")
    )
