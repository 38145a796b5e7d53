"""A field held against a value. In REDCap blank is a text without letters: neither 0 nor unknown, and other than any value."""

from __future__ import annotations

from datetime import date

from clinical.dictionary.definition import NUMBERS, Type
from clinical.dictionary.redcap.naming import NUMBER, Named, Names
from clinical.dictionary.redcap.said import Said, call, compare, deny, join, know, quote
from clinical.dictionary.redcap.syntax import Literal, NotTranslated
from tabular.message import Message

EQUALITY = ("=", "<>")
YES, NO = "1", "0"


def refuse_values(named: Named, value: str) -> NotTranslated:
    return NotTranslated(
        Message(
            "redcap_logic_value",
            "whether %(field)s is “%(value)s” cannot be asked of what it holds here",
            field=named.item.name,
            value=value[:50],
        )
    )


def decide(positive: Said, of: Said, total: bool) -> Said:
    """A condition that is false, not unknown, where its item is blank; where it stands alone, unknown is as good as false."""
    return join("and", [know(of), positive]) if total else positive


def ask_blank(named: Named, names: Names, sign: str) -> Said:
    """[x] = '' and [x] <> ''."""
    if named.item.type is Type.CODES:
        raise refuse_values(named, "")
    if names.missing:
        raise NotTranslated(
            Message(
                "redcap_logic_blank_or_missing",
                "whether a missing-data code of %(field)s counts as blank is not certain",
                field=named.item.name,
            )
        )
    return deny(know(named.said)) if sign == "=" else know(named.said)


def compare_to(named: Named, sign: str, value: Literal, names: Names, total: bool) -> Said | None:
    """A field against a value; None where both are compared as numbers."""
    if value.text in names.missing or value.text != value.text.strip():
        raise refuse_values(named, value.text)
    if named.item.type is Type.CODES or (named.item.type is Type.YES_NO and sign in EQUALITY):
        return _compare_ticked(named, sign, value.text, total)
    if named.item.type is Type.CODE and sign in EQUALITY:
        return _compare_text(named, sign, _code(named, value.text, names), total)
    if named.item.type is Type.TEXT and sign in EQUALITY and not _may_be_number(value.text):
        return _compare_text(named, sign, value.text, total)
    if named.item.type is Type.DATE and _is_day(value.text):
        if sign in EQUALITY:
            return _compare_text(named, sign, value.text, total)
        return compare(named.said, sign, quote(value.text))
    if named.item.type in (*NUMBERS, Type.CODE, Type.YES_NO) and NUMBER.fullmatch(value.text):
        return None
    raise refuse_values(named, value.text)


def _compare_ticked(named: Named, sign: str, value: str, total: bool) -> Said:
    """A checkbox is 0 where it is not ticked; yes and no are 1 and 0, and blank where nothing was answered."""
    if value not in (YES, NO) or sign not in EQUALITY:
        raise refuse_values(named, value)
    if named.item.type is Type.CODES:
        if named.away and value == NO:  # at an event where nothing was saved it may be blank
            raise refuse_values(named, value)
        ticked = call("has", named.said, quote(named.code))
        if (value == YES) == (sign == "="):
            return decide(ticked, named.said, total)
        return join("or", [deny(know(named.said)), deny(ticked)])
    answer = named.said if value == YES else deny(named.said)
    if sign == "=":
        return decide(answer, named.said, total)
    other = deny(named.said) if value == YES else named.said
    return join("or", [deny(know(named.said)), other])


def _compare_text(named: Named, sign: str, value: str, total: bool) -> Said:
    found = compare(named.said, sign, quote(value))
    if sign == "=":
        return decide(found, named.said, total)
    return join("or", [deny(know(named.said)), found])


def _code(named: Named, value: str, names: Names) -> str:
    """The one code that REDCap takes to be equal: as a number where both are numbers."""
    codes = names.codes_of(named.item)
    equal = [code for code in codes if code == value or _same_number(code, value)]
    if equal != [value]:
        raise refuse_values(named, value)
    return value


def _same_number(one: str, other: str) -> bool:
    return bool(NUMBER.fullmatch(one) and NUMBER.fullmatch(other)) and float(one) == float(other)


def _may_be_number(text: str) -> bool:
    """Whether other texts may equal it as numbers: REDCap takes 1.0 and 1e0 for equal to 1."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
