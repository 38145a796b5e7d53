"""How a page answers a write that was not taken."""

from studies.refusals import Busy, Refused


def status_of(refusal: Refused) -> int:
    """409 where trying again helps, 422 where what was sent must be another."""
    return 409 if isinstance(refusal, Busy) else 422
