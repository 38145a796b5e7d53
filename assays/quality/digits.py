"""Measured numbers rounded for sentences, tables and pages."""

PLAIN = 1_000_000


def significant(number: float, digits: int = 3) -> str:
    """A number to so many significant digits, in plain notation below a million: 0.0123, 12.3, 12300."""
    if abs(number) >= PLAIN or (number and abs(number) < 1 / PLAIN):
        return f"{number:.{digits}g}"
    rounded = float(f"{number:.{digits}g}")
    return f"{rounded:.0f}" if abs(rounded) >= 10 ** (digits - 1) else f"{rounded:.{digits}g}"


def four(number: float) -> str:
    """To four significant digits, as all measured values are told."""
    return significant(number, 4)
