"""Units in which a clinical file may give a duration, and how a factor is named."""

from collections.abc import Mapping

# Unit in the file -> factor to days. Units of items stand in the dictionary.
DURATIONS: dict[str, float] = {"days": 1.0, "weeks": 7.0, "months": 30.4375, "years": 365.25}


def name_of(units: Mapping[str, float], factor: float) -> str:
    """The unit of a factor, as a sentence names it."""
    return next((name for name, value in units.items() if value == factor), "")
