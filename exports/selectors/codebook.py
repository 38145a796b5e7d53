"""What the columns of the analysis dataset and the items of the forms are: the study's dictionary as a table."""

from collections.abc import Iterator

from clinical.dictionary.definition import (
    Code,
    Item,
    MissingCode,
    Type,
)
from clinical.dictionary.values import SEVERAL
from clinical.selectors.definitions import Collected
from clinical.sentences import say
from exports.selectors.columns import Column, Kind
from exports.selectors.dataset import Layout, Row
from exports.selectors.items import Asked, exported_items

COLUMNS = (
    Column("column", Kind.TEXT),
    Column("item", Kind.TEXT),
    Column("label", Kind.TEXT),
    Column("type", Kind.TEXT),
    Column("unit", Kind.TEXT),
    Column("codes", Kind.TEXT),
    Column("loinc", Kind.TEXT),
    Column("form", Kind.TEXT),
    Column("event", Kind.TEXT),
    Column("definition_version", Kind.WHOLE),
)
TYPES = {
    Kind.TEXT: Type.TEXT,
    Kind.WHOLE: Type.INTEGER,
    Kind.NUMBER: Type.DECIMAL,
    Kind.TRUTH: Type.YES_NO,
    Kind.DAY: Type.DATE,
}


def codebook_rows(layout: Layout) -> Iterator[Row]:
    """A row for each column of the analysis dataset in its order, then for each item that only the forms hold."""
    collected = layout.collected
    of_items = {column.name: one for one in layout.asked for column in one.columns}
    for column in layout.columns:
        if (one := of_items.get(column.name)) is None:
            yield (column.name, None, None, TYPES[column.kind], column.unit or None, *(None,) * 5)
        elif column.name == one.name:
            yield (column.name, *_tell(one.item, one.form, one.event, collected))
        else:
            yield (column.name, *_tell_missing(one, collected))
    held = {one.item.name for one in layout.asked}
    for form, item in exported_items(collected.definition):
        if item.name not in held:
            events = SEVERAL.join(collected.definition.events_of(form.name))
            yield (None, *_tell(item, form.name, events, collected))


def _tell(item: Item, form: str, event: str, collected: Collected) -> Row:
    loinc = SEVERAL.join(one.code for one in item.codings if one.system == "LOINC")
    return (
        item.name,
        say(item.label, item.name),
        str(item.type),
        item.unit or None,
        _list_codes(collected.definition.codes_of(item)),
        loinc or None,
        form,
        event or None,
        collected.version,
    )


def _tell_missing(one: Asked, collected: Collected) -> Row:
    """The column that says why an item is not known."""
    codes = _list_codes(collected.definition.missing_codes)
    label = say(one.item.label, one.item.name)
    return (one.item.name, label, str(Type.CODE), None, codes, None, one.form, one.event, collected.version)  # fmt: skip


def _list_codes(codes: tuple[Code, ...] | tuple[MissingCode, ...]) -> str | None:
    return SEVERAL.join(f"{one.code}={say(one.label, one.code)}" for one in codes) or None
