"""Guide sets: the plates of a panel and lot whose controls set the mean and spread of the control charts."""

from accounts.models import User
from assays.models import PlateRun
from assays.services.consequences import checked_reason
from audit.recording import recorded
from studies.permissions import Capability
from studies.selectors.access import require


def choose_guide(*, plate_run: PlateRun, chosen: bool, reason: str, by: User | None) -> None:
    """Take a plate into the guide set of its panel and lot, or out of it. While none is chosen, the first
    five plates are the guide set."""
    require(by, plate_run.study, Capability.JUDGE_PLATES)
    why = checked_reason(reason)
    with recorded(by=by, reason=f"plate {plate_run.name}: guide set: {why}"):
        held = PlateRun.objects.select_for_update(no_key=True).get(pk=plate_run.pk)
        held.in_guide_set = chosen
        held.save(update_fields=["in_guide_set"])
