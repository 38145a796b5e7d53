"""Forms of a patient that were entered in error."""

from collections.abc import Collection
from dataclasses import dataclass

from audit.selectors.trail import authors_of
from audit.tracking import event_of
from clinical.models import FilledForm
from clinical.selectors.record import spot_of


@dataclass(frozen=True)
class Voided:
    """A voided form.

    by : str
        Who voided it, as the trail says; "" the system.
    is_replaced : bool
        Another form stands in its place, so that it cannot be restored.
    """

    row: FilledForm
    by: str
    is_replaced: bool


def list_voided(voided: Collection[FilledForm], standing: Collection[FilledForm]) -> list[Voided]:
    """Voided forms of a patient beside those that stand, the last voided first; two queries, none where nothing was voided."""
    if not voided:
        return []
    events = event_of(FilledForm)._default_manager.filter(
        pgh_obj_id__in=[row.pk for row in voided], voided_at__isnull=False
    )
    by, taken = authors_of(events), {spot_of(row) for row in standing}
    newest_first = sorted(voided, key=lambda row: row.voided_at or row.created_at, reverse=True)
    return [Voided(row, by.get(row.pk, ""), spot_of(row) in taken) for row in newest_first]
