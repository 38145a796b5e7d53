"""A text that somebody gave for an item -> its value, a missing code, or why it is neither."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from clinical.dictionary.definition import NUMBERS, Code, Definition, Item, Type
from tabular.days import NoDay, read_day
from tabular.message import CodedError, Message
from tabular.numbers import exact, half_width, number

LONGEST = 10_000
SEVERAL = "|"
"""Stands between the codes of several."""
YES = ("yes", "true", "1", "はい", "有", "あり")
NO = ("no", "false", "0", "いいえ", "無", "なし")
SOFT, NONCONFORMING = "soft", "nonconforming"


class NoValue(CodedError, ValueError):
    """A text that the item cannot hold, with the reason."""


@dataclass(frozen=True)
class Answer:
    """What was answered to an item.

    Attributes
    ----------
    value : float, int, str, bool, list of str, or None
        None where nothing is known.
    given : str
        The text as it was written, where it is not simply that of the value; else "".
    missing : str
        The missing code that was given instead of a value; else "".
    state : str
        SOFT outside the usual range, NONCONFORMING for a text that was kept without a value; "" otherwise.
    """

    value: Any = None
    given: str = ""
    missing: str = ""
    state: str = ""

    @property
    def text(self) -> str:
        """What a person reads and may send again."""
        return self.given or self.missing or text_of(self.value)


def text_of(value: Any) -> str:
    """A typed value as a text that `read_answer` reads back."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return SEVERAL.join(value) if isinstance(value, list) else str(value)


def read_answer(
    text: str, item: Item, definition: Definition, *, keep_nonconforming: bool = False
) -> Answer:
    """Read what was given for an item.

    Parameters
    ----------
    text : str
        As it was written; blank for nothing.
    keep_nonconforming : bool
        Keep a text that the item cannot hold, without a value and marked: what an earlier system let through.

    Raises
    ------
    NoValue
        Where the item cannot hold it.
    """
    plain = text.strip()
    if not plain:
        return Answer()
    if any(plain == one.code for one in definition.missing_codes):
        return Answer(missing=plain)
    try:
        value = _READERS[item.type](plain, item, definition)
    except (NoValue, NoDay) as error:
        if keep_nonconforming:
            return Answer(given=text[:LONGEST], state=NONCONFORMING)
        raise error if isinstance(error, NoValue) else NoValue(error.message) from error
    usual = item.type not in NUMBERS or item.quantity.is_usual(value)
    return Answer(
        value=value,
        given="" if plain == text_of(value) else plain,
        state="" if usual else SOFT,
    )


def _text(text: str, item: Item, _definition: Definition) -> str:
    most = item.longest or LONGEST
    if len(text) > most:
        raise NoValue(
            Message(
                "too_long",
                "this has %(n)d characters; at most %(most)d fit.",
                n=len(text),
                most=most,
            )
        )
    return text


def _decimal(text: str, item: Item, _definition: Definition) -> float:
    value = number(text)
    if value is None:
        raise NoValue(Message("no_number", "“%(text)s” is not a number.", text=text[:50]))
    return _ranged(value, item)


def _integer(text: str, item: Item, definition: Definition) -> int:
    value = _decimal(text, item, definition)
    if not value.is_integer():
        raise NoValue(
            Message("no_whole_number", "“%(text)s” is not a whole number.", text=text[:50])
        )
    return int(value)


def _ranged(value: float, item: Item) -> float:
    if not item.quantity.is_possible(value):
        raise NoValue(
            Message(
                "outside_range",
                "%(value)g %(unit)s cannot be: it must lie between %(low)s and %(high)s.",
                value=value,
                unit=item.shown_unit,
                low="-∞" if item.range.low is None else f"{item.range.low:g}",
                high="∞" if item.range.high is None else f"{item.range.high:g}",
            )
        )
    return value


def _yes_no(text: str, _item: Item, _definition: Definition) -> bool:
    word = half_width(text).casefold()
    if word not in YES and word not in NO:
        raise NoValue(Message("no_yes_or_no", "“%(text)s” is neither yes nor no.", text=text[:50]))
    return word in YES


def _code(text: str, item: Item, definition: Definition) -> str:
    found = _found(text, definition.codes_of(item))
    if found is None:
        known = ", ".join(one.code for one in definition.codes_of(item)[:20])
        raise NoValue(
            Message(
                "no_code",
                "“%(text)s” is not one of the codes: %(codes)s.",
                text=text[:50],
                codes=known,
            )
        )
    return found


def _found(text: str, codes: tuple[Code, ...]) -> str | None:
    """The code that a text names: by itself, by its number, or by a label of it alone."""
    if any(one.code == text for one in codes):
        return text
    written, wanted = exact(text), half_width(text).casefold()
    ways: tuple[Callable[[Code], bool], ...] = (
        lambda one: written is not None and exact(one.code) == written,
        lambda one: one.code.casefold() == wanted,
        lambda one: any(half_width(label).casefold() == wanted for label in one.label.values()),
    )
    for way in ways:
        fitting = [one.code for one in codes if way(one)]
        if len(fitting) == 1:
            return fitting[0]
    return None


def _codes(text: str, item: Item, definition: Definition) -> list[str]:
    named = {_code(part.strip(), item, definition) for part in text.split(SEVERAL) if part.strip()}
    return [one.code for one in definition.codes_of(item) if one.code in named]


def _date(text: str, item: Item, _definition: Definition) -> str:
    """Of a day, a month where the item takes one, or a year: as much as is known."""
    plain = half_width(text)
    digits = plain.count("-") + 1
    if item.precision in ("year", "month") and plain.replace("-", "").isdigit():
        if len(plain) == 4 and item.precision == "year":
            read_day(f"{plain}-01-01")
            return plain
        if len(plain) == 7 and digits == 2:
            read_day(f"{plain}-01")
            return plain
    return read_day(text).isoformat()


def _datetime(text: str, item: Item, _definition: Definition) -> str:
    try:
        found = datetime.fromisoformat(half_width(text).replace(" ", "T"))
    except ValueError:
        found = None
    if found is None or "T" not in half_width(text).replace(" ", "T") or found.tzinfo is not None:
        raise NoValue(
            Message("no_datetime", "“%(text)s” is not a date and time; write YYYY-MM-DD HH:MM.", text=text[:50]))  # fmt: skip
    whole = found.second or item.precision == "second"
    return found.isoformat(timespec="seconds" if whole else "minutes")


def _time(text: str, _item: Item, _definition: Definition) -> str:
    try:
        found = time.fromisoformat(half_width(text))
    except ValueError:
        found = None
    if found is None or ":" not in half_width(text) or found.tzinfo is not None:
        raise NoValue(Message("no_time", "“%(text)s” is not a time; write HH:MM.", text=text[:50]))
    return found.isoformat(timespec="seconds" if found.second else "minutes")


def _file(text: str, _item: Item, _definition: Definition) -> str:
    if len(text) != 64 or not all(c in "0123456789abcdef" for c in text):
        raise NoValue(Message("no_file", "a file is known by its SHA-256; upload it."))
    return text


def _nothing(_text: str, _item: Item, _definition: Definition) -> Any:
    raise NoValue(Message("heading", "a heading holds nothing."))


_READERS: dict[Type, Callable[[str, Item, Definition], Any]] = {
    Type.TEXT: _text,
    Type.INTEGER: _integer,
    Type.DECIMAL: _decimal,
    Type.YES_NO: _yes_no,
    Type.CODE: _code,
    Type.CODES: _codes,
    Type.DATE: _date,
    Type.DATETIME: _datetime,
    Type.TIME: _time,
    Type.FILE: _file,
    Type.HEADING: _nothing,
}
