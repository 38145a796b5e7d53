"""The sweep: withdraws what nobody wants any longer, and finds what was lost."""

from jobs.selectors import waiting_of_kinds, waiting_to_be_handed_out, with_lost_lease
from jobs.services.endings import release_lost
from jobs.services.handing_out import hand_out
from jobs.services.transitions import withdraw_if_unwanted
from jobs.work import KINDS

AT_ONCE = 500


def sweep() -> int:
    """Withdraw overtaken work, and hand out again whatever was lost: hints that never arrived, jobs whose
    worker died. How many were handed out."""
    withdrawable = [kind for kind, work in KINDS.items() if work.unwanted is not None]
    for job in waiting_of_kinds(withdrawable)[:AT_ONCE]:
        withdraw_if_unwanted(job)
    for job in with_lost_lease():
        release_lost(job)
    return sum(hand_out(job) for job in waiting_to_be_handed_out()[:AT_ONCE])
