"""Numbers and dates as instruments write them, in the countries where they stand."""

from __future__ import annotations

import math
import re

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


def number(text: str, *, decimal: str = ".") -> float | None:
    """The finite number of a text, or None where it is none. No thousands separators: "1,234" is
    refused where the decimal mark is a point, for it could be either number."""
    plain = text.strip()
    if decimal == ",":
        if "." in plain:
            return None
        plain = plain.replace(",", ".")
    if not NUMBER.fullmatch(plain):
        return None
    value = float(plain)
    return value if math.isfinite(value) else None
