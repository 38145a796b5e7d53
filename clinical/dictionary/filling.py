"""A form being filled: what was stored, changed by what was given. One form or a whole study, by the same rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from clinical.dictionary.definition import Definition, Form, Item, Severity, Type
from clinical.dictionary.expressions import Column
from clinical.dictionary.expressions import Item as Named
from clinical.dictionary.rules import FormRules, column_of, evaluate_rules, values_of
from clinical.dictionary.values import Answer, NoValue, read_answer
from tabular.message import Message


@dataclass(frozen=True)
class Filled:
    """The answers of a form, each by the name of its item; see `clinical.models.FilledForm`."""

    values: Mapping[str, Any] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    states: Mapping[str, str] = field(default_factory=dict)

    def parts(self) -> dict[str, dict[str, Any]]:
        """Each part under its name, as it is stored."""
        return {part.name: dict(getattr(self, part.name)) for part in fields(self)}

    def answer(self, name: str) -> Answer:
        return Answer(
            self.values.get(name),
            self.given.get(name, ""),
            self.missing.get(name, ""),
            self.states.get(name, ""),
        )

    def changed(self, name: str, answer: Answer) -> Filled:
        """The same form with another answer to one item."""
        parts = {
            "values": answer.value,
            "given": answer.given or None,
            "missing": answer.missing or None,
            "states": answer.state or None,
        }
        return Filled(**{part: _with(self.parts()[part], name, one) for part, one in parts.items()})


@dataclass(frozen=True)
class Consequences:
    """What the rules say of a form: its derived values, items that are hidden, and checks that fire, by severity."""

    filled: Filled
    hidden: frozenset[str]
    fired: Mapping[Severity, tuple[str, ...]]


def answer_items(
    form: Form,
    definition: Definition,
    stored: Filled,
    texts: Mapping[str, str],
    *,
    today: str,
    keep_nonconforming: bool = False,
) -> tuple[Filled, dict[str, Message]]:
    """What a form holds after these texts were given, and why some of them cannot be taken.

    Parameters
    ----------
    texts : mapping
        Item -> text; blank to take an answer away. Items that are not named stay as they are.
    today : str
        The day where the study is, YYYY-MM-DD.
    keep_nonconforming : bool
        See `read_answer`. A text that was kept so before is kept when it is sent again.
    """
    problems: dict[str, Message] = {}
    for name, text in texts.items():
        item = form.by_name.get(name)
        if item is None or not item.is_entered:
            problems[name] = Message("no_item", "this form has no item “%(name)s” to enter.", name=name)  # fmt: skip
            continue
        before = stored.answer(name)
        if text == before.text and text:
            continue
        try:
            answer = read_answer(text, item, definition, keep_nonconforming=keep_nonconforming)
            past = item.not_in_future or item.visit_date
            if past and isinstance(answer.value, str) and answer.value[:10] > today:
                raise NoValue(Message("in_future", "this lies in the future: check the date."))
        except NoValue as error:
            problems[name] = error.message
        else:
            stored = stored.changed(name, answer)
    return stored, problems


def missing_items(form: Form, consequences: Consequences) -> list[Item]:
    """Required items that are shown and hold neither a value nor a missing code."""
    filled = consequences.filled
    return [
        item
        for item in form.items
        if item.required
        and item.name not in consequences.hidden
        and item.name not in filled.values
        and item.name not in filled.missing
    ]


def confirmed_checks(
    consequences: Consequences, kept: Mapping[str, str], given: Mapping[str, str]
) -> dict[str, str]:
    """Of the soft checks that fire, those of which somebody says why it is right all the same: check -> reason.

    Parameters
    ----------
    kept : mapping
        What was said before; it stays while its check fires.
    given : mapping
        What is said now; a blank takes away what was said before.
    """
    reasons = {**kept, **{name: reason.strip() for name, reason in given.items()}}
    fired = consequences.fired.get(Severity.SOFT, ())
    return {name: reasons[name] for name in fired if reasons.get(name)}


def open_checks(consequences: Consequences, confirmed: Mapping[str, str]) -> list[str]:
    """The soft checks that fire, and of which nobody has said why it is right all the same."""
    return [name for name in consequences.fired.get(Severity.SOFT, ()) if name not in confirmed]


def draw_consequences(
    form: Form,
    rules: FormRules,
    rows: Sequence[Filled],
    elsewhere: Mapping[Named, Column] | None = None,
) -> list[Consequences]:
    """Derive, hide and check many forms at once.

    Parameters
    ----------
    rows : sequence of Filled
        The same form, of many patients or of one.
    elsewhere : mapping of named items to columns, optional
        What the rules name beyond the form itself (see `names_elsewhere`), a row for each of `rows`.
    """
    if not (rules.derived or rules.shown_when or rules.checks):
        return [Consequences(row, frozenset(), {}) for row in rows]
    n = len(rows)
    found = evaluate_rules(rules, {**columns_of(form, rows), **(elsewhere or {})}, n)
    severities = {check.name: check.severity for check, _expression in rules.checks}
    derived = {
        item.name: values_of(item, found.derived[item.name]) for item, _expression in rules.derived
    }
    drawn = []
    for place, row in enumerate(rows):
        values = dict(row.values)
        for name, column in derived.items():
            values.pop(name, None)
            if column[place] is not None:
                values[name] = column[place]
        fired = [name for name, where in found.fired.items() if where[place]]
        drawn.append(
            Consequences(
                replace(row, values=values),
                frozenset(name for name, where in found.hidden.items() if where[place]),
                {s: tuple(n for n in fired if severities[n] is s) for s in Severity},
            )
        )
    return drawn


def columns_of(form: Form, rows: Sequence[Filled]) -> dict[Named, Column]:
    """The entered items of a form as columns of an expression."""
    return {
        Named(item.name): column_of(
            item,
            [row.values.get(item.name) for row in rows],
            [row.missing.get(item.name, "") for row in rows],
        )
        for item in form.items
        if item.is_entered and item.type is not Type.HEADING
    }


def names_elsewhere(form: Form, rules: FormRules) -> set[Named]:
    """What the rules name that stands on another form, or at another event or instance."""
    return {
        one
        for one in rules.names()
        if one.event is not None or one.instance is not None or one.name not in form.by_name
    }


def _with(old: Mapping[str, Any], name: str, value: Any) -> dict[str, Any]:
    new = {key: one for key, one in old.items() if key != name}
    if value is not None:
        new[name] = value
    return new
