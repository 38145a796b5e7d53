"""Which of some measurements are excluded, and by what."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from assays.models import Exclusion, Measurement, PlateRun, Well
from studies.models import Study


def standing_on(measurements: Iterable[Measurement]) -> dict[int, list[Exclusion]]:
    """The exclusions that hold on each of the measurements, by key; one query."""
    rows = list(measurements)
    exclusions = defaultdict(list)
    plates = {m.plate_run_id for m in rows}
    for exclusion in Exclusion.objects.filter(plate_run__in=plates, lifted_at__isnull=True):
        exclusions[exclusion.plate_run_id, exclusion.well_id, exclusion.analyte_id].append(
            exclusion
        )
    return {
        m.pk: [
            exclusion
            for well in {None, m.well_id}
            for analyte in (None, m.analyte_id)
            for exclusion in exclusions.get((m.plate_run_id, well, analyte), ())
        ]
        for m in rows
    }


def judgement_counts(study: Study) -> dict[str, int]:
    """How many plates with wells a study has, how many plates and tables have an exclusion that holds, and how
    many plates are not judged yet. One query, without joining wells and exclusions: their product is large."""
    standing = Exclusion.objects.filter(plate_run=OuterRef("pk"), lifted_at__isnull=True)
    wells = Well.objects.filter(plate_run=OuterRef("pk"))
    plates = PlateRun.objects.filter(study=study).annotate(
        has_wells=Exists(wells), has_exclusions=Exists(standing)
    )
    found: dict[str, int] = plates.aggregate(
        plates=Count("pk", filter=Q(has_wells=True)),
        excluded=Count("pk", filter=Q(has_exclusions=True)),
        waiting=Count("pk", filter=Q(has_wells=True, judged_at__isnull=True)),
    )
    return found


def exclusions_in(study: Study) -> QuerySet[Exclusion]:
    """All exclusions of a study's plates, oldest first."""
    return (
        Exclusion.objects.filter(plate_run__study=study)
        .select_related("plate_run", "well", "analyte", "raised_by", "lifted_by")
        .order_by("pk")
    )
