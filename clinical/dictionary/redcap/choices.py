"""Choices of a field -> codes: divided at bars, then at the first comma."""

from __future__ import annotations

from clinical.dictionary.definition import Code
from clinical.dictionary.redcap.plain import strip_markup
from tabular.message import Message

LONGEST_CODE = 200
BAR = "|"


def read_choices(field: str, text: str) -> tuple[tuple[Code, ...], list[Message]]:
    """The codes of a field's choices, and what was not clear about them."""
    parts = [part.strip() for part in text.split(BAR) if part.strip()]
    if not any("," in part for part in parts):  # what REDCap wrote before choices had codes
        return _each_once(field, [(part, part) for part in parts])
    pairs: list[tuple[str, str]] = []
    doubtful = []
    for part in parts:
        code, comma, label = part.partition(",")
        if comma or not pairs:
            pairs.append((code.strip(), label.strip()))
        else:
            doubtful.append(part)
            pairs[-1] = (pairs[-1][0], f"{pairs[-1][1]} {BAR} {part}")
    codes, remarks = _each_once(field, pairs)
    if doubtful:
        remarks.append(
            Message(
                "redcap_choice_without_comma",
                "%(field)s: “%(part)s” has no code before it and was taken for a part of the choice before. Check its choices.",
                field=field,
                part=doubtful[0][:50],
            )
        )
    return codes, remarks


def read_missing_codes(text: str) -> tuple[Code, ...]:
    """A project's missing-data codes, written as choices are."""
    return read_choices("", text)[0]


def _each_once(field: str, pairs: list[tuple[str, str]]) -> tuple[tuple[Code, ...], list[Message]]:
    found: dict[str, Code] = {}
    lost = []
    for code, label in pairs:
        plain = strip_markup(label)
        if not code or len(code) > LONGEST_CODE or code in found:
            lost.append(f"{code}, {label}")
            continue
        found[code] = Code(code, {"en": plain} if plain else {})
    remarks = []
    if lost:
        remarks.append(
            Message(
                "redcap_choice_left_out",
                "%(field)s: the choice “%(choice)s” has no code, too long a code, or one that another has; it was left out.",
                field=field,
                choice=lost[0][:50],
            )
        )
    return tuple(found.values()), remarks
