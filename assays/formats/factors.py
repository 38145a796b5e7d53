"""The dilution factor of a well, as people and instruments write it: the one place that reads it, for every format
and layout. What is given and cannot be read is never taken for 1: it is told, and marked at its well."""

from __future__ import annotations

import re
from collections.abc import Callable

from assays.formats.errors import PlateFormatError
from assays.formats.leaving import LeftOut
from assays.formats.values import MISSING, NAN, OUTLIER, NoValue, no_value
from tabular.message import Message
from tabular.numbers import half_width, number

FORM = re.compile(
    r"(?:1\s*[:/]\s*|x\s*)(?P<of>[^\s:/x]+)|(?P<times>[^\s:/x]+?)\s*(?:x|-?\s*fold|倍)?"
    r"(?:\s*(?:dil\w*\.?|希釈))?",
    re.IGNORECASE,
)
"""400, 1:400, 1/400, x400, 400x, 400-fold, 400倍希釈."""
SIGNS = str.maketrans({"×": "x", "✕": "x", "∶": ":", "⁄": "/", "∕": "/"})
EITHER = re.compile(r"\d{1,3}(?:,\d{3})+")
"""A comma that may part thousands as well as decimals."""
NO_FACTOR = Message("no_factor", "is no dilution factor above 0: write 400, 1:400, 1/400 or 400x.")


def read_factor(text: str, *, decimal: str | None = ".") -> float:
    """The factor of a text, 1 is undiluted; NaN where none is given; NoValue for one that cannot be read.
    decimal: the decimal mark, None where nobody knows it."""
    plain = half_width(text).translate(SIGNS)
    if plain.lower() in MISSING or plain == OUTLIER:
        return NAN
    told = FORM.fullmatch(plain)
    found = None if told is None else _number(told["of"] or told["times"], decimal)
    if found is None or found <= 0:
        raise no_value(text, NO_FACTOR)
    return found


def factor_of_well(
    text: str,
    well: str,
    left: LeftOut,
    refuse: Callable[[Message], PlateFormatError],
    *,
    part: str,
    analyte: str = "",
    decimal: str = ".",
) -> float:
    """The factor of a well (of one analyte; "" for all), NaN where none is given; one that cannot be read is
    told under its part of the file, at the place that `refuse` adds, and marked at the well."""
    try:
        return read_factor(text, decimal=decimal)
    except NoValue as error:
        left.factor(part, well, refuse(error.message), analyte)
        return NAN


def _number(text: str, decimal: str | None) -> float | None:
    if decimal is not None:
        return number(text, decimal=decimal)
    if EITHER.fullmatch(text):
        return None
    found = number(text)
    return number(text, decimal=",") if found is None else found
