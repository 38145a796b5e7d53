"""A plate exported again after re-analysis takes the place of the earlier export, which is kept, out of use."""

from __future__ import annotations

from accounts.models import User
from assays.models import Exclusion, PlateRun
from sentences import Sentence
from sentences import storable as _
from studies.refusals import Refused


def supersede(*, old: PlateRun, name: str, reason: str, by: User | None) -> Exclusion:
    """Take a plate out of use for a newer export of the same run (of that name), in the transaction of its
    import: an exclusion on the whole plate says who, when and why. Its values stay as they are."""
    why = Sentence("assays.superseded_by", name=name, why=reason)
    return Exclusion.objects.create(
        plate_run=old, rule=Exclusion.Rule.SUPERSEDED, reason=why, raised_by=by
    )


def check_one_in_use(exclusion: Exclusion) -> None:
    """Raise Refused where lifting an exclusion would bring two exports of one run into use: each value twice."""
    plate = exclusion.plate_run
    newer = PlateRun.objects.filter(supersedes=plate).first()
    if exclusion.rule == Exclusion.Rule.SUPERSEDED and newer is not None and _in_use(newer):
        raise Refused(
            _("“%(name)s” superseded this plate and is in use: exclude that plate first.")
            % {"name": newer.name}
        )
    older = plate.supersedes
    whole = (
        exclusion.rule == Exclusion.Rule.EXCLUDED
        and exclusion.well_id is None
        and exclusion.analyte_id is None
    )
    if whole and older is not None and _in_use(older):
        raise Refused(
            _("“%(name)s”, which this plate superseded, is in use again: exclude that plate first.")
            % {"name": older.name}
        )


def _in_use(plate_run: PlateRun) -> bool:
    whole = Exclusion.objects.filter(
        plate_run=plate_run,
        well=None,
        analyte=None,
        rule__in=Exclusion.DECISIONS,
        lifted_at=None,
    )
    return not whole.exists()
