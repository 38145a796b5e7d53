"""REDCap's functions, those of which the meaning is certain."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Protocol

from clinical.dictionary.definition import Type
from clinical.dictionary.redcap.comparing import decide
from clinical.dictionary.redcap.naming import Named, Names
from clinical.dictionary.redcap.said import Said, call, deny, join, know, operate, quote
from clinical.dictionary.redcap.syntax import Field, Literal, Node, NotTranslated, Operation, Word
from tabular.message import Message


class Translating(Protocol):
    names: Names
    doubts: list[Message]

    def compute(self, node: Node) -> Said: ...


SAME = {"abs": 1, "sqrt": 1, "exp": 1, "log": 1, "log10": 1}
"""Functions of as many numbers, called as here."""
OVER = ("mean", "median", "min", "max")
"""Of any number of numbers; blanks are passed over."""
TO_PLACES = ("round", "roundup", "rounddown")
DAYS_IN = {"y": "365.2425", "M": "30.44"}
A_DAY_HAS = {"h": "24", "m": "1440", "s": "86400"}
ORDERS = ("ymd", "dmy", "mdy")
SERVERS = ("today", "now")

SUM_OF_NONE = Message("redcap_doubt_sum", "the sum of blanks alone is 0, in older releases blank")
HALVES = Message("redcap_doubt_halves", "halves are rounded away from zero")


def compute(by: Translating, node: Operation) -> Said:
    """A function that gives a number."""
    if node.name in SAME and len(node.parts) == SAME[node.name]:
        return call(node.name, *(by.compute(part) for part in node.parts))
    if node.name in OVER and node.parts:
        return call(node.name, *(by.compute(part) for part in node.parts))
    if node.name == "sum" and node.parts:
        by.doubts.append(SUM_OF_NONE)
        return call(
            "first_known", call("sum", *(by.compute(part) for part in node.parts)), Said("0")
        )
    if node.name in TO_PLACES:
        return _round(by, node)
    if node.name == "datediff":
        return _differ(by, node)
    raise _refuse_function(node.name)


def ask(by: Translating, node: Operation, total: bool) -> Said:
    """A function that gives a truth."""
    if node.name in BLANKS and len(node.parts) == 1:
        named = _named(by, node.parts[0])
        if named.item.type is not Type.CODES:
            return BLANKS[node.name](named.said)
    if node.name == "hasmissingcode" and len(node.parts) > 1:
        codes = [one for part in node.parts[1:] for one in _text(part).split(",")]
        return call("missing", _named(by, node.parts[0]).said, *(quote(one.strip()) for one in codes))  # fmt: skip
    if node.name in PARTS_OF_TEXTS and len(node.parts) == 2:
        return _find(by, node, total)
    raise _refuse_function(node.name)


BLANKS: dict[str, Callable[[Said], Said]] = {
    "isblankormissingcode": lambda of: deny(know(of)),
    "isblanknotmissingcode": lambda of: join("and", [deny(know(of)), deny(call("missing", of))]),
    "ismissingcode": lambda of: call("missing", of),
}
PARTS_OF_TEXTS = {
    "contains": ("contains", True),
    "not_contain": ("contains", False),
    "starts_with": ("starts_with", True),
    "not_starts_with": ("starts_with", False),
}


def _round(by: Translating, node: Operation) -> Said:
    """To as many places as are said: to how many REDCap rounds without them depends on its age."""
    if len(node.parts) != 2:
        raise NotTranslated(
            Message(
                "redcap_logic_places",
                "to how many places “%(name)s” rounds is not said",
                name=node.name,
            )
        )
    if node.name == "round":
        by.doubts.append(HALVES)
    return call(node.name, *(by.compute(part) for part in node.parts))


def _differ(by: Translating, node: Operation) -> Said:
    """The time between two days, in a unit; without a sign unless it is asked for."""
    parts = list(node.parts)
    if len(parts) > 3 and isinstance(parts[3], Literal) and parts[3].text.lower() in ORDERS:
        parts.pop(3)
    if len(parts) not in (3, 4):
        raise _refuse_function(node.name)
    unit = _text(parts[2])
    signed = len(parts) == 4 and _is_true(parts[3])
    days = call("days_between", _day(by, parts[0]), _day(by, parts[1]))
    found = days if signed else call("abs", days)
    if unit == "d":
        return found
    if unit in DAYS_IN:
        return operate(found, "/", Said(DAYS_IN[unit]))
    if unit in A_DAY_HAS:
        return operate(found, "*", Said(A_DAY_HAS[unit]))
    raise _refuse_function(node.name)


def _day(by: Translating, node: Node) -> Said:
    if isinstance(node, Field):
        named = by.names.find(node)
        if named.item.type is Type.DATE:
            return named.said
        raise NotTranslated(
            Message("redcap_logic_no_day", "“%(field)s” does not hold a day", field=named.item.name)
        )
    text = _text(node)
    if text in SERVERS:
        raise NotTranslated(
            Message("redcap_logic_today", "what depends on the day of the server is never computed anew")
        )  # fmt: skip
    try:
        if date.fromisoformat(text).isoformat() == text:
            return quote(text)
    except ValueError:
        pass
    raise NotTranslated(
        Message("redcap_logic_no_day", "“%(field)s” does not hold a day", field=text[:50])
    )


def _is_true(node: Node) -> bool:
    word = node.name if isinstance(node, Word) else _text(node).lower()
    if word not in ("true", "false"):
        raise _refuse_function("datediff")
    return word == "true"


def _find(by: Translating, node: Operation, total: bool) -> Said:
    """Whether a text holds another, whatever the case of its letters."""
    name, wanted = PARTS_OF_TEXTS[node.name]
    named, part = _named(by, node.parts[0]), _text(node.parts[1])
    if named.item.type is not Type.TEXT or not part.isascii():
        raise _refuse_function(node.name)
    found = call(name, call("lower", named.said), quote(part.lower()))
    if wanted:
        return decide(found, named.said, total)
    return join("or", [deny(know(named.said)), deny(found)])


def _named(by: Translating, node: Node) -> Named:
    if not isinstance(node, Field):
        raise _refuse_function("[…]")
    return by.names.find(node)


def _text(node: Node) -> str:
    if not isinstance(node, Literal):
        raise NotTranslated(
            Message("redcap_logic_wants_text", "a text in quotation marks is needed")
        )
    return node.text


def _refuse_function(name: str) -> NotTranslated:
    return NotTranslated(
        Message(
            "redcap_logic_no_function",
            "“%(name)s” is not known here, or not with these values",
            name=name[:50],
        )
    )
