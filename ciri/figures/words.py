"""How numbers are written in the figures."""

from __future__ import annotations

from typing import Any


def p_text(p: float) -> str:
    """ "p = 0.034", "p < 0.001"."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def ratio_text(row: dict[str, Any], level: str = "") -> str:
    """Hazard ratio (hr) and its interval (low, high): "2.41 (1.62–3.58)"; "95 % " may lead it."""
    hr, low, high = (_ratio(row[key]) for key in ("hr", "low", "high"))
    return f"{hr} ({level}{low}–{high})"


def _ratio(ratio: float) -> str:
    """Two digits up to 10, then three figures: 0.84, 12.3, 123; beyond that only that it is so."""
    if ratio >= 1000:
        return ">999"
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:.1f}" if ratio < 100 else f"{ratio:.0f}"


def horizon_text(months: float) -> str:
    """ "12 months", "1 month", "6.5 months"."""
    number = f"{round(months, 1):g}"
    return f"{number} month" if number == "1" else f"{number} months"
