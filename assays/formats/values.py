"""A concentration as instruments write it -> its number and how far that can be used."""

from __future__ import annotations

import math
import re

from assays.formats.reading import Flag
from tabular.cell_errors import is_error
from tabular.message import CodedError, Message
from tabular.numbers import beyond, number

NAN = math.nan
MISSING = frozenset({"", "***", "nan", "na", "n/a", "#n/a", "null", "none", "no data", "-"})
OUTLIER = "---"
OUT_OF_RANGE = re.compile(r"oor\s*([<>])", re.IGNORECASE)
BELOW = re.compile(r"<\s*(l?loq|lod|lql)", re.IGNORECASE)
ABOVE = re.compile(r">\s*u?loq", re.IGNORECASE)


class NoValue(CodedError, ValueError):
    """A text that is no value."""


def read_value(text: str, *, decimal: str = ".") -> tuple[float, Flag]:
    """The number (NaN where there is none) and the flag of a written value.

    "< 3.2", "< LLOQ" and "OOR <" are below, "> 99", "> ULOQ" and "OOR >" above the limit; "*3.42" is
    extrapolated, "---" an outlier, "***", "NaN" and an empty cell missing. NoValue for a text that
    is none.
    """
    plain = text.strip()
    found = number(plain, decimal=decimal)
    if found is not None:
        return found, Flag.IN_RANGE
    if plain.lower() in MISSING:
        return NAN, Flag.MISSING
    if plain == OUTLIER:
        return NAN, Flag.OUTLIER
    if told := OUT_OF_RANGE.fullmatch(plain):
        return NAN, Flag.BELOW_LLOQ if told[1] == "<" else Flag.ABOVE_ULOQ
    if BELOW.fullmatch(plain):
        return NAN, Flag.BELOW_LLOQ
    if ABOVE.fullmatch(plain):
        return NAN, Flag.ABOVE_ULOQ
    if limit := beyond(plain, decimal=decimal):
        return NAN, Flag.BELOW_LLOQ if limit[0] == "<" else Flag.ABOVE_ULOQ
    if plain[0] == "*":
        found = number(plain[1:], decimal=decimal)
        if found is not None:
            return found, Flag.EXTRAPOLATED
    raise no_value(
        text,
        Message("no_number_and_no_mark", "is neither a number nor a mark that this format writes."),
    )


def optional_number(text: str, *, decimal: str = ".") -> float:
    """A number, or NaN for a cell that is empty or says that there is none; NoValue otherwise."""
    found = number(text, decimal=decimal)
    if found is not None:
        return found
    if text.strip().lower() in MISSING or text.strip() == OUTLIER:
        return NAN
    raise no_value(text, Message("not_a_number", "is not a number."))


def no_value(text: str, why: Message) -> NoValue:
    """That a text is no value, and why: what a spreadsheet could not compute is told as that."""
    if is_error(text.strip()):
        why = Message(
            "error_of_spreadsheet", "is an error of the spreadsheet and no value: correct it there."
        )
    return NoValue(Message("no_value", "“%(text)s” %(why)s", text=text[:60], why=why))
