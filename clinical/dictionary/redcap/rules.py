"""The logic of a project's fields on its items: translated where its meaning is certain, kept as text where it is not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from clinical.dictionary.definition import Definition, Form, Item, Type
from clinical.dictionary.redcap.logic import (
    Translated,
    translate_condition,
    translate_number,
    translate_text,
)
from clinical.dictionary.redcap.naming import Names
from clinical.dictionary.redcap.syntax import NotTranslated
from clinical.dictionary.redcap.tables import Field
from clinical.dictionary.redcap.words import CALCULATED, argument_of, tags_of
from clinical.dictionary.rules import read_rules
from tabular.message import Message

Place = tuple[str, str]
"""A field, and which of its parts: shown_when or derived."""
IN_TEXT, IN_DATES = CALCULATED


@dataclass
class Rules:
    """Logic by its place: what it is here, or why it is not."""

    translated: dict[Place, Translated] = field(default_factory=dict)
    refused: dict[Place, Message] = field(default_factory=dict)

    @property
    def remarks(self) -> tuple[Message, ...]:
        refused = [_tell_refusal(place, why) for place, why in self.refused.items()]
        doubtful = [
            Message(
                "redcap_logic_doubts",
                "%(field)s: its logic was translated, where %(doubts)s.",
                field=name,
                doubts=list(one.doubts),
            )
            for (name, _part), one in self.translated.items()
            if one.doubts
        ]
        return (*refused, *doubtful)


def add_rules(definition: Definition, fields: Mapping[str, Field]) -> tuple[Definition, Rules]:
    """The definition with the logic of its fields."""
    rules = Rules()
    for form in definition.forms:
        names = Names(definition, form)
        for item in form.items:
            _translate(fields[item.name], item, names, rules)
    while True:
        made = _with_rules(definition, rules)
        wrong = _find_wrong(made)
        if not wrong:
            return made, rules
        for place, why in wrong.items():
            rules.translated.pop(place, None)
            rules.refused[place] = why


def _translate(row: Field, item: Item, names: Names, rules: Rules) -> None:
    if row["branching_logic"]:
        _keep(rules, (row.name, "shown_when"), row["branching_logic"], names, translate_condition)
    if row.type == "calc":
        calculation = row["select_choices_or_calculations"]
        _keep(rules, (row.name, "derived"), calculation, names, translate_number)
    tags = tags_of(row["field_annotation"])
    if IN_DATES in tags:
        rules.refused[row.name, "derived"] = Message(
            "redcap_calculated_dates", "dates are not calculated here"
        )
    elif IN_TEXT in tags and item.type is Type.TEXT:
        calculation = argument_of(row["field_annotation"], IN_TEXT)
        _keep(rules, (row.name, "derived"), calculation, names, translate_text)
    elif IN_TEXT in tags:
        rules.refused[row.name, "derived"] = Message(
            "redcap_calculated_texts", "only texts are calculated as texts here"
        )


def _keep(
    rules: Rules,
    place: Place,
    text: str,
    names: Names,
    translate: Callable[[str, Names], Translated],
) -> None:
    try:
        rules.translated[place] = translate(text, names)
    except NotTranslated as refusal:
        rules.refused[place] = refusal.message


def _with_rules(definition: Definition, rules: Rules) -> Definition:
    def add(form: Form) -> Form:
        return replace(form, items=tuple(_add_to(item, rules) for item in form.items))

    return replace(definition, forms=tuple(add(form) for form in definition.forms))


def _add_to(item: Item, rules: Rules) -> Item:
    derived = rules.translated.get((item.name, "derived"))
    shown = rules.translated.get((item.name, "shown_when"))
    return replace(
        item, derived=derived.text if derived else "", shown_when=shown.text if shown else ""
    )


def _find_wrong(definition: Definition) -> dict[Place, Message]:
    """What cannot be read at some event, or is derived from itself: it is kept as text."""
    return {
        (problem.name, problem.part): problem.why
        for event in definition.events
        for place in event.forms
        for problem in read_rules(definition, event, definition.form_by_name[place.form])[1]
    }


def _tell_refusal(place: Place, why: Message) -> Message:
    name, part = place
    if part == "derived":
        return Message(
            "redcap_calculation_kept",
            "%(field)s: its calculation is kept as text and the value is entered, for %(why)s.",
            field=name,
            why=why,
        )
    return Message(
        "redcap_branching_kept",
        "%(field)s: its branching logic is kept as text and it is always asked, for %(why)s.",
        field=name,
        why=why,
    )
