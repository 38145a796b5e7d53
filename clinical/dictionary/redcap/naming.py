"""What a reference of REDCap's logic names: an item of the same form, of another at the same event, or of another event."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from clinical.dictionary.definition import Definition, Form, Item, Type
from clinical.dictionary.redcap.said import Said
from clinical.dictionary.redcap.syntax import Field, NotTranslated
from tabular.message import Message

INSTANCES = {"first-instance": "first", "last-instance": "last"}
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)")


@dataclass(frozen=True)
class Named:
    """An item as it is named in an expression; `code`: one of a checkbox; `away`: of another event, where perhaps nothing was
    saved."""

    item: Item
    said: Said
    code: str = ""
    away: bool = False


@dataclass(frozen=True)
class Names:
    """What the logic of a form may name."""

    definition: Definition
    form: Form

    @cached_property
    def missing(self) -> frozenset[str]:
        return frozenset(one.code for one in self.definition.missing_codes)

    @cached_property
    def numbers_are_missing(self) -> bool:
        """Whether a number may stand for "missing": then nobody knows whether REDCap computes with it."""
        return any(NUMBER.fullmatch(code) for code in self.missing)

    def codes_of(self, item: Item) -> list[str]:
        return [one.code for one in self.definition.codes_of(item)]

    def find(self, field: Field) -> Named:
        """The item of a reference; NotTranslated where it is not certain which is meant."""
        event, name, code, instance = self._divide(field)
        form = self.definition.form_of_item.get(name)
        if form is None or form.by_name[name].type is Type.HEADING:
            raise _refuse_field(field)
        item = form.by_name[name]
        if bool(code) != (item.type is Type.CODES) or (code and code not in self.codes_of(item)):
            raise _refuse_field(field)
        here = form.name == self.form.name and not event
        if here and not instance:
            return Named(item, Said(name), code)
        if here or not self._is_placed(form.name, event, bool(instance)):
            raise NotTranslated(
                Message(
                    "redcap_logic_elsewhere",
                    "%(field)s is not asked at each event where this is, or repeats there",
                    field=str(field),
                )
            )
        place = (f"{event}." if event else "") + name + (f"[{instance}]" if instance else "")
        return Named(item, Said(place), code, away=bool(event))

    def _divide(self, field: Field) -> tuple[str, str, str, str]:
        """Event, field, code of a checkbox and instance; "" for what is not said."""
        parts = list(field.parts)
        event = parts.pop(0) if len(parts) > 1 and parts[0] in self.definition.event_by_name else ""
        found = re.fullmatch(r"(\w+)(?:\((.*)\))?", parts.pop(0))
        instance = parts.pop(0) if parts else ""
        if found is None or parts or (instance and instance not in INSTANCES):
            raise _refuse_field(field)
        return event, found[1], (found[2] or "").strip(), INSTANCES.get(instance, "")

    def _is_placed(self, form: str, event: str, wants_repeats: bool) -> bool:
        """Whether a form is filled at an event, or wherever the own form is: once, or again and again where an instance is named."""
        at = [event] if event else self.definition.events_of(self.form.name)
        for name in at:
            where = self.definition.event_by_name[name]
            place = next((one for one in where.forms if one.form == form), None)
            if place is None or (place.repeats or where.repeats) != wants_repeats:
                return False
        return bool(at)


def _refuse_field(field: Field) -> NotTranslated:
    return NotTranslated(
        Message("redcap_logic_no_field", "%(field)s is not known here", field=str(field)[:100])
    )
