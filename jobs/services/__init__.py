"""Asking for work, handing it out, doing it, and finding what was lost."""

from jobs.services.asking import cancel, enqueue, retry
from jobs.services.doing import LeaseLost, claim, report, run
from jobs.services.handing_out import hand_out
from jobs.services.sweeping import sweep

__all__ = [
    "LeaseLost",
    "cancel",
    "claim",
    "enqueue",
    "hand_out",
    "report",
    "retry",
    "run",
    "sweep",
]
