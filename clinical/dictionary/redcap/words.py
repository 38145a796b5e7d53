"""REDCap's words for types and validations, and what they are here."""

from __future__ import annotations

import re

from clinical.dictionary.definition import Type
from clinical.dictionary.redcap.tables import Field

FIELD_TYPES = {
    "text": Type.TEXT,
    "notes": Type.TEXT,
    "textarea": Type.TEXT,
    "radio": Type.CODE,
    "dropdown": Type.CODE,
    "select": Type.CODE,
    "checkbox": Type.CODES,
    "yesno": Type.YES_NO,
    "truefalse": Type.YES_NO,
    "calc": Type.DECIMAL,
    "slider": Type.INTEGER,
    "file": Type.FILE,
    "descriptive": Type.HEADING,
    "sql": Type.TEXT,
}
CHOSEN = ("radio", "dropdown", "select", "checkbox")
VALIDATIONS = (
    (re.compile(r"date(_(ymd|mdy|dmy))?"), Type.DATE, ""),
    (re.compile(r"datetime(_(ymd|mdy|dmy))?"), Type.DATETIME, "minute"),
    (re.compile(r"datetime_seconds(_(ymd|mdy|dmy))?"), Type.DATETIME, "second"),
    (re.compile(r"time|time_hh_mm_ss"), Type.TIME, ""),
    (re.compile(r"int|integer"), Type.INTEGER, ""),
    (re.compile(r"float|number(_\ddp)?(_comma_decimal)?"), Type.DECIMAL, ""),
)
DECIMAL_COMMA = "comma_decimal"
FORCED = "@FORCE-MINMAX"
CALCULATED = ("@CALCTEXT", "@CALCDATE")
TAG = re.compile(r"(?<![\w.@])@[A-Z][A-Z0-9_-]*")


def type_of(field: Field) -> tuple[Type, str]:
    """The type of a field, and the precision of its date-times; text where its words are not known."""
    if field.type != "text":
        return FIELD_TYPES.get(field.type, Type.TEXT), ""
    for words, kind, precision in VALIDATIONS:
        if words.fullmatch(field.validation):
            return kind, precision
    return Type.TEXT, ""


def is_checked_here(field: Field) -> bool:
    """Whether all that its validation asks of a text is asked here, too."""
    return not field.validation or field.type != "text" or type_of(field)[0] is not Type.TEXT


def tags_of(annotation: str) -> list[str]:
    """The action tags of an annotation, each once."""
    return list(dict.fromkeys(TAG.findall(annotation)))


def argument_of(annotation: str, tag: str) -> str:
    """What stands in the parentheses after a tag, "" where they are not there or not closed."""
    found = re.search(rf"{tag}\s*\(", annotation)
    if found is None:
        return ""
    depth, quote = 1, ""
    for place in range(found.end(), len(annotation)):
        letter = annotation[place]
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        else:
            depth += (letter == "(") - (letter == ")")
        if not depth:
            return annotation[found.end() : place].strip()
    return ""
