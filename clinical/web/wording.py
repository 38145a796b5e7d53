"""How a page writes what the dictionary names: labels, units, ranges, values."""

import math
import re
from typing import Any

from django.utils.translation import gettext as _

from clinical.dictionary.definition import CODED, NUMBERS, Definition, Item, Type
from clinical.dictionary.values import text_of
from clinical.sentences import say

RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
DERIVED_DIGITS = 3


def write_unit(item: Item) -> str:
    """The unit as people write it: 10⁹/L, kg/m²; nothing for a mere number."""
    if item.unit in ("", "1"):
        return ""
    text = re.sub(r"[{}]", "", item.shown_unit)
    text = re.sub(r"[\^*](-?\d+)", lambda found: found[1].translate(RAISED), text)
    text = re.sub(r"(?<=[a-z])([23])\b", lambda found: found[1].translate(RAISED), text)
    return re.sub(r"\bu(?=[A-Za-z])", "µ", text)


def write_range(item: Item) -> str:
    """What is usual and what is possible, without the unit: it stands beside."""
    if item.type not in NUMBERS:
        return ""
    found = item.range
    usual = _span(found.usual_low, found.usual_high)
    possible = _span(found.low, found.high)
    if usual and possible and usual != possible:
        return _("usual %(usual)s, possible %(possible)s") % {"usual": usual, "possible": possible}
    return usual or possible


def _span(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        if low >= 0:
            return f"{text_of(low)}–{text_of(high)}"
        return _("%(low)s to %(high)s") % {"low": text_of(low), "high": text_of(high)}
    if low is not None:
        return _("from %(low)s") % {"low": text_of(low)}
    return "" if high is None else _("up to %(high)s") % {"high": text_of(high)}


def write_value(item: Item, value: Any, definition: Definition) -> str:
    """A value as people read it, without its unit; "" where there is none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if item.type in CODED:
        return "; ".join(write_code(item, code, definition) for code in _several(value))
    if item.derived and isinstance(value, float):
        return text_of(_shorten(value))
    if item.type is Type.DATETIME:
        return str(value).replace("T", " ")
    return text_of(value)


def write_code(item: Item, code: str, definition: Definition) -> str:
    """A code of an item's list by its label."""
    known = definition.list_by_name[item.codes].by_code.get(code)
    return say(known.label, code) if known else code


def write_missing(code: str, definition: Definition) -> str:
    """Why there is no value."""
    for one in definition.missing_codes:
        if one.code == code:
            return say(one.label, code)
    return code


def _several(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def _shorten(value: float) -> float:
    """A computed number to three digits, but to no less than whole ones."""
    if value == 0 or not math.isfinite(value):
        return value
    return round(value, max(0, DERIVED_DIGITS - 1 - math.floor(math.log10(abs(value)))))
