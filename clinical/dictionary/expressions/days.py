"""Time between two days, in units that people count in."""

from __future__ import annotations

import numpy as np

from clinical.dictionary.expressions.columns import Values

MONTHS = 12


def days_between(first: Values, second: Values) -> Values:
    return (second - first).astype("timedelta64[D]").astype("float64")


def whole_months_between(first: Values, second: Values) -> Values:
    """Months that have been completed, negative where the second day lies before the first. A month that has no such
    day is complete on the first of the next."""
    early = first.copy()
    late = second.copy()
    turned = second < first
    early[turned], late[turned] = second[turned], first[turned]
    months = (late.astype("datetime64[M]") - early.astype("datetime64[M]")).astype("float64")
    months -= _day_of_month(late) < _day_of_month(early)
    months[turned] *= -1
    return months


def whole_years_between(first: Values, second: Values) -> Values:
    """Birthdays between two days; a birthday on 29 February is complete on 1 March of other years."""
    months = whole_months_between(first, second)
    return np.trunc(months / MONTHS) + 0.0  # + 0.0: no negative zero


def _day_of_month(day: Values) -> Values:
    return (day - day.astype("datetime64[M]").astype("datetime64[D]")).astype("int64")
