"""Items of the dictionary in a clinical file: which column holds which, and what a row says of each."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from clinical.dictionary.definition import NUMBERS, Definition, Item, Type
from clinical.dictionary.values import SOFT, Answer, NoValue, read_answer, text_of
from clinical.imports.units import name_of
from imports.columns import RowReader, Source, source_from
from imports.texts import day
from plausibility import Quantity
from sentences import as_sentence
from sentences import storable as _
from tabular.section import Section

TRUE_FALSE = ("true", "false")
REPORTED = "{}_reported"
"""The item that holds what another derives, as somebody else worked it out."""
NOT_IN_FILES = (Type.HEADING, Type.FILE)


@dataclass(frozen=True)
class Asked:
    """An item at an event, and where a row has it."""

    event: str
    form: str
    item: Item
    source: Source
    label: str
    """The item as a preview names it: with its event where it is asked at several."""

    @cached_property
    def quantity(self) -> Quantity:
        """What its numbers can be, worked out once for all rows."""
        return self.item.quantity


def item_keys(definition: Definition) -> list[str]:
    """The keys under which a mapping may name items."""
    names = [item.name for form in definition.forms for item in form.items]
    return [name for name in names if _entered(definition, name) is not None]


def read_items(
    root: Section, definition: Definition, taken: Collection[str], by_event: Collection[str]
) -> tuple[Asked, ...]:
    """The items that a mapping names: at the top, each at the first event where it is asked, or event by event.

    Parameters
    ----------
    taken : names
        Keys at the top that mean something else.
    by_event : names
        Keys of sections that hold a section for each event.
    """
    found = list(_items_of(root, definition, None, taken))
    events = [event.name for event in definition.events]
    for key in by_event:
        section = root.section(key)
        if section is None:
            continue
        section.only(events)
        for event in events:
            inner = section.section(event)
            if inner is not None:
                names = [
                    name for name in item_keys(definition) if event in _events(definition, name)
                ]
                inner.only(names)
                found += _items_of(inner, definition, event, ())
    return tuple(found)


def _items_of(
    section: Section, definition: Definition, event: str | None, taken: Collection[str]
) -> Iterator[Asked]:
    for key in item_keys(definition):
        if key in taken or not section.has(key):
            continue
        inner = section.section(key, shorthand="column")
        variant = inner.one_of("as", _variants(definition, key)) if inner is not None else None
        item = _entered(definition, f"{key}_{variant}") or _entered(definition, key)
        if item is None:
            continue
        source = _source(section, key, item, definition)
        at = event or next(iter(_events(definition, item.name)), None)
        if source is None or at is None:
            continue
        several = len(_events(definition, item.name)) > 1
        label = f"{at} {item.name}" if several else item.name
        yield Asked(at, definition.form_of_item[item.name].name, item, source, label)


def _variants(definition: Definition, key: str) -> list[str]:
    """What `as:` may say beside the key of an item: the end of the name of another ("class" of pdl1_class); "percent" is the
    number itself."""
    ends = [
        name.removeprefix(f"{key}_")
        for name in definition.form_of_item
        if name.startswith(f"{key}_")
    ]
    return ["percent", *(end for end in ends if _entered(definition, f"{key}_{end}"))]


def _entered(definition: Definition, name: str) -> Item | None:
    """The item that a file may hold under a name: itself, or, where it is derived, as it was reported."""
    form = definition.form_of_item.get(name)
    if form is None:
        return None
    item = form.by_name[name]
    if item.derived:
        return _entered(definition, REPORTED.format(name))
    return None if item.type in NOT_IN_FILES else item


def _events(definition: Definition, name: str) -> list[str]:
    return definition.events_of(definition.form_of_item[name].name)


def _source(section: Section, key: str, item: Item, definition: Definition) -> Source | None:
    if item.type in NUMBERS:
        return source_from(section, key, units=item.units, more=("as",))
    if item.type is Type.YES_NO:
        return source_from(section, key, choices=TRUE_FALSE, more=("as",))
    if item.type is Type.CODE:
        codes = [one.code for one in definition.codes_of(item)]
        return source_from(section, key, choices=codes, more=("as",))
    return source_from(section, key, dated=item.type is Type.DATE, more=("as",))


def read_item(
    reader: RowReader, asked: Asked, definition: Definition, today: date
) -> Answer | None:
    """What a row says of an item; None where it says nothing, or nothing that can be read (then it is noted)."""
    read = _READERS.get(asked.item.type, _read_text)
    answer = read(reader, asked, definition)
    if answer is None or answer.value is None:
        return None
    latest = asked.item.not_in_future or asked.item.visit_date
    if latest and str(answer.value)[:10] > today.isoformat():
        reader.reject(asked.source, _("this lies in the future: check the date."))
    return answer


def _read_number(reader: RowReader, asked: Asked, _definition: Definition) -> Answer | None:
    item, source = asked.item, asked.source
    value = reader.number(source)
    if value is None:
        return None
    if item.type is Type.INTEGER and not value.is_integer():
        reader.reject(source, _("this is not a whole number."))
        return None
    quantity = asked.quantity
    if not quantity.is_possible(value):
        _reject_impossible(reader, asked, value, quantity)
    state = "" if quantity.is_usual(value) else SOFT
    kept: Any = int(value) if item.type is Type.INTEGER else value
    return Answer(kept, given=_given(reader, asked, kept), state=state)


def _given(reader: RowReader, asked: Asked, value: Any) -> str:
    """The number as the file has it, with its unit where that is not the item's own; "" where it is simply the value's own
    text, or a code that the mapping made a number of."""
    raw = reader.raw(asked.source).strip()
    if asked.source.code_of(raw) is not None or raw == text_of(value):
        return ""
    factor = asked.source.factor
    return raw if factor == 1.0 else f"{raw} {name_of(asked.item.units, factor)}"


def _reject_impossible(reader: RowReader, asked: Asked, value: float, quantity: Quantity) -> None:
    why = _("%(value)g %(unit)s lies outside the plausible range from %(low)g to %(high)g.") % {
        "value": value,
        "unit": quantity.unit,
        "low": quantity.low,
        "high": quantity.high,
    }
    written = value / asked.source.factor
    for unit, factor in asked.item.units.items():
        if factor != asked.source.factor and quantity.is_usual(written * factor):
            told = {"unit": unit, "value": written * factor, "kept": quantity.unit}
            why += " " + _("In %(unit)s it would be %(value)g %(kept)s: is the unit right?") % told
    reader.reject(asked.source, why)


def _read_yes_no(reader: RowReader, asked: Asked, _definition: Definition) -> Answer | None:
    return Answer(reader.boolean(asked.source))


def _read_code(reader: RowReader, asked: Asked, _definition: Definition) -> Answer | None:
    return Answer(reader.text(asked.source))


def _read_date(reader: RowReader, asked: Asked, definition: Definition) -> Answer | None:
    if asked.item.precision in ("month", "year"):
        return _read_text(reader, asked, definition)
    found = reader.read(asked.source, lambda text: day(text, asked.source.format))
    return None if found is None else Answer(found.isoformat())


def _read_text(reader: RowReader, asked: Asked, definition: Definition) -> Answer | None:
    text = reader.text(asked.source)
    if text is None:
        return None
    try:
        return read_answer(text, asked.item, definition)
    except NoValue as error:
        reader.reject(asked.source, as_sentence(error.message))
        return None


_READERS: dict[Type, Callable[[RowReader, Asked, Definition], Answer | None]] = {
    Type.INTEGER: _read_number,
    Type.DECIMAL: _read_number,
    Type.YES_NO: _read_yes_no,
    Type.CODE: _read_code,
    Type.DATE: _read_date,
}
