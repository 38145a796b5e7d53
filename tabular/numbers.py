"""Numbers as people and instruments write them, in the countries where they stand."""

from __future__ import annotations

import math
import re
from decimal import Decimal

import jaconv

NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
MINUS = str.maketrans(dict.fromkeys("\u2212\u2010\u2011\u2012\u2013\ufe63", "-"))
"""The minus sign, and the hyphens and the dash that word processors make of it."""
LONGEST = 400


def half_width(text: str) -> str:
    """A text with its full-width digits, letters and signs as ASCII has them ("６０．５" -> "60.5"), every
    minus as one, without blanks around it. Nothing else is changed: "10²" does not become "102"."""
    if text.isascii():
        return text.strip()
    narrow: str = jaconv.z2h(text, kana=False, ascii=True, digit=True)
    return narrow.translate(MINUS).strip()


def number(text: str, *, decimal: str = ".") -> float | None:
    """The finite number of a text, or None where it is none. No thousands separators: "1,234" is
    refused where the decimal mark is a point, for it could be either number."""
    plain = half_width(text)
    if decimal == ",":
        if "." in plain:
            return None
        plain = plain.replace(",", ".")
    if len(plain) > LONGEST or not NUMBER.fullmatch(plain):
        return None
    value = float(plain)
    return value if math.isfinite(value) else None


def beyond(text: str, *, decimal: str = ".") -> tuple[str, float] | None:
    """The mark and the number of what lies beyond a limit ("< 3.2", ">=99", "＜３．２"): "<" or ">", and the
    limit; None where the text names none."""
    plain = half_width(text)
    value = number(plain[1:].lstrip("= "), decimal=decimal) if plain[:1] in ("<", ">") else None
    return None if value is None else (plain[0], value)


def exact(text: str) -> Decimal | None:
    """The number of a code, to compare it with others: "1.0", "01" and "１" are the same; None where the text
    is none."""
    plain = half_width(text)
    if len(plain) > 28 or not NUMBER.fullmatch(plain):
        return None
    try:
        return Decimal(plain).normalize()
    except ArithmeticError:  # an exponent beyond what there is
        return None
