"""The panels of a study with the rules by which their plates are judged."""

from dataclasses import dataclass

from django.db.models import Count, Q

from assays.models import Panel, PanelPolicy
from studies.models import Study


@dataclass(frozen=True)
class PanelRules:
    """A panel, how many plates of it the study has, how many of them carry exclusions, and its policy (unsaved
    defaults where the study has none)."""

    panel: Panel
    plates: int
    excluded: int
    policy: PanelPolicy

    @property
    def is_default(self) -> bool:
        return self.policy.pk is None


def rules_of(study: Study) -> list[PanelRules]:
    """One for each panel that the study has plates or tables of, by name; two queries."""
    mine = Q(plate_runs__study=study)
    panels = (
        Panel.objects.filter(mine)
        .annotate(
            plates=Count("plate_runs", filter=mine, distinct=True),
            excluded=Count(
                "plate_runs",
                filter=mine
                & Q(
                    plate_runs__exclusions__isnull=False,
                    plate_runs__exclusions__lifted_at__isnull=True,
                ),
                distinct=True,
            ),
        )
        .order_by("name")
    )
    known = {policy.panel_id: policy for policy in PanelPolicy.objects.filter(study=study)}
    return [
        PanelRules(
            panel,
            panel.plates,
            panel.excluded,
            known.get(panel.pk) or PanelPolicy(study=study, panel=panel),
        )
        for panel in panels
    ]
