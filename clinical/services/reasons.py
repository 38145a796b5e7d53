"""Reasons that people give, and how long they may be."""

from clinical.models.filled import LONGEST_REASON
from sentences import Sentence
from sentences import storable as _


def say_too_long(reason: str) -> Sentence | None:
    """Why a reason cannot be kept; None where it can."""
    if len(reason.strip()) <= LONGEST_REASON:
        return None
    return _("Say it in at most %(n)d characters.") % {"n": LONGEST_REASON}
