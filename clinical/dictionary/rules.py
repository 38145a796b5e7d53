"""The expressions of a definition, read once: what is derived, what is shown, which checks fire. For one form or for all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

import numpy as np

from clinical.dictionary.definition import Definition, EditCheck, Form, StudyEvent, Type
from clinical.dictionary.definition import Item as Defined
from clinical.dictionary.expressions import Column, Expression, ExpressionError, Item, Kind, read
from clinical.dictionary.expressions.evaluation import evaluate
from tabular.message import Message

T = TypeVar("T")
INSTANCES = ("first", "last")
KINDS: dict[Type, Kind] = {
    Type.TEXT: Kind.TEXT,
    Type.INTEGER: Kind.NUMBER,
    Type.DECIMAL: Kind.NUMBER,
    Type.YES_NO: Kind.TRUTH,
    Type.CODE: Kind.TEXT,
    Type.CODES: Kind.CODES,
    Type.DATE: Kind.DAY,
    Type.DATETIME: Kind.DAY,
    Type.TIME: Kind.TEXT,
    Type.FILE: Kind.TEXT,
}


@dataclass(frozen=True)
class FormRules:
    """Expressions of a form at an event. `derived` stands in the order in which each can be computed."""

    derived: tuple[tuple[Defined, Expression], ...]
    shown_when: tuple[tuple[Defined, Expression], ...]
    checks: tuple[tuple[EditCheck, Expression], ...]

    def names(self) -> set[Item]:
        """Every item that is named."""
        pairs = (*self.derived, *self.shown_when, *self.checks)
        return {item for _what, expression in pairs for item in expression.items()}


@dataclass(frozen=True)
class Evaluated:
    """What the rules say of n forms: derived columns, which items are hidden, where a check fires."""

    derived: dict[str, Column]
    hidden: dict[str, Any]
    fired: dict[str, Any]


@dataclass(frozen=True)
class RuleProblem:
    """An expression that cannot be read: whose, which part, and why."""

    name: str
    part: str
    why: Message


def read_rules(
    definition: Definition, event: StudyEvent, form: Form
) -> tuple[FormRules, list[RuleProblem]]:
    """The rules of a form at an event, and what is wrong with those that cannot be read."""
    nameable = _Nameable(definition, event, form)
    kinds = _Told(nameable, lambda item: KINDS[item.type])
    codes = _Told(nameable, lambda item: [one.code for one in definition.codes_of(item)])
    problems: list[RuleProblem] = []

    def understand(name: str, part: str, text: str, gives: Kind) -> Expression | None:
        if not text:
            return None
        try:
            return read(text, kinds, codes, gives)
        except ExpressionError as error:
            problems.append(RuleProblem(name, part, error.message))
            return None

    derived, shown, checks = [], [], []
    for item in form.items:
        if one := understand(item.name, "derived", item.derived, KINDS.get(item.type, Kind.TEXT)):
            derived.append((item, one))
        if one := understand(item.name, "shown_when", item.shown_when, Kind.TRUTH):
            shown.append((item, one))
    for check in form.checks:
        if one := understand(check.name, "fires_when", check.fires_when, Kind.TRUTH):
            checks.append((check, one))
    ordered = _in_order(derived, problems)
    return FormRules(tuple(ordered), tuple(shown), tuple(checks)), problems


def evaluate_rules(rules: FormRules, columns: Mapping[Item, Column], n: int) -> Evaluated:
    """Compute the rules over n forms.

    Parameters
    ----------
    columns : mapping
        A column for every item that the rules name (`FormRules.names`) and that is not derived on the same form.
    """
    known, derived = dict(columns), {}
    for item, expression in rules.derived:
        found = _possible(evaluate(expression, known, n), item)
        known[Item(item.name)] = derived[item.name] = found
    hidden = {item.name: ~evaluate(one, known, n).holds() for item, one in rules.shown_when}
    fired = {check.name: evaluate(one, known, n).holds() for check, one in rules.checks}
    return Evaluated(derived, hidden, fired)


def column_of(item: Defined, values: list[Any], missing: list[str] | None = None) -> Column:
    """Typed values of an item (None where unknown) as a column of an expression. A date of which only month or year is known
    has no day."""
    kind = KINDS[item.type]
    if kind is Kind.DAY:
        values = [_day(value) for value in values]
    elif kind is Kind.CODES:
        values = [None if value is None else frozenset(value) for value in values]
    return Column.of(kind, values, missing)


def values_of(item: Defined, column: Column) -> list[Any]:
    """A derived column as it is stored: plain values, None where unknown."""
    found = column.to_list()
    if column.kind is Kind.DAY:
        return [None if value is None else value.isoformat() for value in found]
    if item.type is Type.INTEGER:
        return [None if value is None else int(value) for value in found]
    return found


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value[:10]) if value and len(value) >= 10 else None


def _possible(column: Column, item: Defined) -> Column:
    """A number that cannot be is unknown, as a division by zero is; so is a fraction where a whole number belongs."""
    if column.kind is not Kind.NUMBER:
        return column
    low, high = item.range.low, item.range.high
    can_be = np.ones(len(column), dtype=bool)
    if low is not None:
        can_be &= column.values >= low
    if high is not None:
        can_be &= column.values <= high
    if item.type is Type.INTEGER:
        can_be &= column.values == np.floor(column.values)
    return Column(column.kind, column.values, column.known & can_be)


class _Nameable:
    """What an expression of a form at an event may name: the form's own items and those of the same event plainly, those of other
    events with the event before them. Of what repeats, the last is meant where no instance is named.

    Looked up name by name: a study may have a million of them, and an expression names a few."""

    def __init__(self, definition: Definition, event: StudyEvent, form: Form) -> None:
        self.definition, self.event, self.form = definition, event, form

    def find(self, item: Item) -> Defined | None:
        where = self.definition.form_of_item.get(item.name)
        found = where.by_name[item.name] if where else None
        if where is None or found is None or found.type is Type.HEADING:
            return None
        if item.event is None and item.instance is None and item.name in self.form.by_name:
            return found
        event = self.definition.event_by_name.get(item.event or self.event.name)
        place = (
            next((one for one in event.forms if one.form == where.name), None) if event else None
        )
        if event is None or place is None:
            return None
        repeats = place.repeats or event.repeats
        return found if item.instance is None or (repeats and item.instance in INSTANCES) else None

    def names(self) -> Iterator[Item]:
        """Every one of them, to tell what is near."""
        for event in self.definition.events:
            for place in event.forms:
                for item in self.definition.form_by_name[place.form].items:
                    yield from (Item(item.name, at) for at in (event.name, None))
        yield from (Item(item.name) for item in self.form.items)


class _Told(Mapping[Item, T]):
    """Something of each item that may be named; nothing of it is worked out before it is asked."""

    def __init__(self, nameable: _Nameable, tell: Callable[[Defined], T]) -> None:
        self._nameable, self._tell = nameable, tell

    def __getitem__(self, item: Item) -> T:
        found = self._nameable.find(item)
        if found is None:
            raise KeyError(item)
        return self._tell(found)

    def __iter__(self) -> Iterator[Item]:
        return (item for item in dict.fromkeys(self._nameable.names()) if self._nameable.find(item))

    def __len__(self) -> int:
        return sum(1 for _item in self)


def _in_order(
    derived: list[tuple[Defined, Expression]], problems: list[RuleProblem]
) -> list[tuple[Defined, Expression]]:
    """Each after those that it is derived from."""
    waiting = {item.name: (item, one) for item, one in derived}
    done: list[tuple[Defined, Expression]] = []
    while waiting:
        ready = [
            name
            for name, (_item, one) in waiting.items()
            if not any(i.event is None and i.name in waiting for i in one.items())
        ]
        if not ready:
            why = Message("derived_in_a_circle", "these are derived from each other: %(names)s.", names=", ".join(waiting))  # fmt: skip
            problems.append(RuleProblem(next(iter(waiting)), "derived", why))
            return done
        done += [waiting.pop(name) for name in ready]
    return done
