"""Measured numbers as people read them."""

from django import template

register = template.Library()
PLAIN = 1_000_000


@register.filter
def significant(number: float, digits: int = 3) -> str:
    """A number to so many significant digits, in plain notation below a million: 0.0123, 12.3, 12300."""
    if abs(number) >= PLAIN or (number and abs(number) < 1 / PLAIN):
        return f"{number:.{digits}g}"
    rounded = float(f"{number:.{digits}g}")
    return f"{rounded:.0f}" if abs(rounded) >= 10 ** (digits - 1) else f"{rounded:.{digits}g}"
