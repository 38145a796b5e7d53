"""What clinical values can be, and what a person would look twice at. Knows no Django and no app.

Imports, forms, the database and the method read the same table and the same checks from here.
"""

from plausibility.checks import (
    CODES,
    ENOUGH_OUTCOMES,
    Cell,
    Doubt,
    look_at_durations,
    look_at_numbers,
    look_at_outcomes,
)
from plausibility.ranges import QUANTITIES, Quantity

__all__ = [
    "CODES",
    "ENOUGH_OUTCOMES",
    "QUANTITIES",
    "Cell",
    "Doubt",
    "Quantity",
    "look_at_durations",
    "look_at_numbers",
    "look_at_outcomes",
]
