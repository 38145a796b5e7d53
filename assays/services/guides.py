"""Guide sets: the plates of a panel and lot whose controls are the target for all plates of the lot."""

from accounts.models import User
from assays.models import PlateRun
from assays.services.consequences import check_reason
from assays.services.deciding import decide_on
from assays.signals import Consequence
from sentences import Sentence


def choose_guide(
    *, plate_run: PlateRun, chosen: bool, reason: str, by: User | None
) -> list[Consequence]:
    """Take a plate into the guide set of its panel and lot, or out of it; what follows from it. While none is
    chosen, all plates of the lot are the guide set."""
    why = check_reason(reason)

    def act(held: PlateRun) -> bool:
        if held.in_guide_set == chosen:
            return False
        held.in_guide_set = chosen
        held.save(update_fields=["in_guide_set"])
        return True

    code = "assays.into_guide_set" if chosen else "assays.out_of_guide_set"
    return decide_on(plate_run, act, Sentence(code, why=why), by)
