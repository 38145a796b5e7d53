"""What an instrument writes in a cell -> number, flag and limit; the text itself is always kept."""

import re
from dataclasses import dataclass

from assays.models.measurement import Flag
from imports.texts import Texts, Unreadable, error_of_cell
from sentences import storable as _

MISSING = frozenset({"", "***", "*", "---", "--", "-", "nan", "na", "n/a", "#n/a", "null", "none"})
OUT_OF_RANGE = re.compile(r"oor\s*([<>])", re.IGNORECASE)
LONGEST = 100
NEGATIVE = _("a concentration cannot be negative")
LINEAR = re.compile(r"(?!log)[^/]+/.+|[a-zµμ]?m|", re.IGNORECASE)
"""Units of an amount in a volume (pg/mL, nM), and none; not NPX, not a fluorescence, not a logarithm."""


@dataclass(frozen=True, slots=True)
class Value:
    """A written value: `number` in the file's unit, or none with the flag that says why, and the limit
    that the text names ("< 3.2" -> 3.2)."""

    number: float | None
    flag: str
    limit: float | None = None


def may_be_negative(unit: str) -> bool:
    """Whether a unit knows numbers below zero: every one but those of concentrations."""
    return LINEAR.fullmatch(unit.strip()) is None


def read_value(text: str, texts: Texts, *, negative: bool) -> Value:
    """Read a cell; raises Unreadable for a text where a number belongs.

    `negative` tells whether the scale knows negative numbers (NPX does, a concentration does not).
    """
    if len(text) > LONGEST:
        raise Unreadable(_("longer than %(n)d characters") % {"n": LONGEST})
    plain = text.strip()
    if plain.lower() in MISSING or texts.is_unknown(plain):
        return Value(None, Flag.MISSING)
    if why := error_of_cell(plain):
        raise Unreadable(why)
    beyond = OUT_OF_RANGE.fullmatch(plain)
    if beyond:
        return Value(None, Flag.BELOW_LLOQ if beyond[1] == "<" else Flag.ABOVE_ULOQ)
    if plain[0] in "<>":
        flag = Flag.BELOW_LLOQ if plain[0] == "<" else Flag.ABOVE_ULOQ
        limit = texts.number(plain[1:].lstrip("= "))
        _refuse_negative(limit, negative)
        return Value(None, flag, limit)
    extrapolated = plain.startswith("*")
    number = texts.number(plain.removeprefix("*"))
    _refuse_negative(number, negative)
    return Value(number, Flag.EXTRAPOLATED if extrapolated else Flag.IN_RANGE)


def _refuse_negative(number: float, negative: bool) -> None:
    if number < 0 and not negative:
        raise Unreadable(NEGATIVE)
