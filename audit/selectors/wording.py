"""What a change of a row says, in words: the row's name, and each field's old and new value."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.tracking import ITSELF, TRAILS
from sentences import Sentence, SentenceField

Names = dict[tuple[type[models.Model], Any], str]

PLUMBING = {"id", "created_at"}


def name_related(rows: list[Any]) -> Names:
    """What the rows point to, by name, in one query a table. A row that is gone has no name."""
    wanted: dict[type[models.Model], set[Any]] = {}
    for row in rows:
        for column in row.pgh_tracked_model._meta.concrete_fields:
            key = getattr(row, column.attname, None)
            if column.is_relation and key is not None:
                wanted.setdefault(column.related_model, set()).add(key)
    return {
        (model, key): str(found)
        for model, keys in wanted.items()
        for key, found in _without_contents(model).in_bulk(keys).items()
    }


def _without_contents(model: type[models.Model]) -> QuerySet[Any]:
    """Rows and what their names are made of, but not the files and documents in them."""
    owners = [c for c in model._meta.concrete_fields if c.is_relation]
    columns = _heavy(model) + [
        f"{owner.name}__{column}" for owner in owners for column in _heavy(owner.related_model)
    ]
    return model._default_manager.select_related(*(o.name for o in owners)).defer(*columns)


def _heavy(model: Any) -> list[str]:
    heavy = (models.BinaryField, models.JSONField)
    return [
        c.attname
        for c in model._meta.concrete_fields
        if isinstance(c, heavy) and not isinstance(c, SentenceField)
    ]


def name_of(row: Any, names: Names) -> str:
    """A row by its own name, or by that of what it belongs to."""
    model = row.pgh_tracked_model
    trail = TRAILS[model]
    if trail.name:
        return str(getattr(row, trail.name))
    for owner in (one for one in trail.owners if one != ITSELF):
        column = model._meta.get_field(owner)
        found = names.get((column.related_model, getattr(row, column.attname)))
        if found is not None and TRAILS[column.related_model].owners != (ITSELF,):
            return found
    return f"#{row.pgh_obj_id}"


def kind_of(row: Any, names: Names) -> str:
    """What a row is, and which of those that its owner has."""
    model = row.pgh_tracked_model
    kind = str(model._meta.verbose_name)
    if part := TRAILS[model].part:
        column = model._meta.get_field(part)
        found = names.get((column.related_model, getattr(row, column.attname)))
        return f"{kind} ({found})" if found else kind
    return kind


def changes_of(row: Any, old: Any | None, names: Names) -> list[tuple[str, Any, Any]]:
    """Title, old and new value of each field that changed; of a new row, of each that is known."""
    found = []
    model = row.pgh_tracked_model
    trail = TRAILS[model]
    above = {f"{owner}_id" for owner in (*trail.owners, trail.part)}
    for column in model._meta.concrete_fields:
        name = column.attname
        if name in PLUMBING | above or column.generated or not hasattr(row, name):
            continue
        if isinstance(column, models.UUIDField):  # an identity, the same in every version
            continue
        new, before = getattr(row, name), getattr(old, name) if old is not None else None
        if isinstance(new, dict):
            found += _changes_within(str(column.verbose_name), before or {}, new)
            continue
        if new != before and not (old is None and _says_nothing(column, new)):
            title = str(column.verbose_name)
            found.append((title, _show(column, before, names), _show(column, new, names)))
    return found


def _changes_within(title: str, before: Any, new: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """Of a document, each entry that changed: a form is not read as one long line."""
    old = before if isinstance(before, dict) else {}
    return [
        (f"{title}: {name}", _show_plain(old.get(name)), _show_plain(new.get(name)))
        for name in dict.fromkeys((*old, *new))
        if old.get(name) != new.get(name)
    ]


def _says_nothing(column: Any, value: Any) -> bool:
    """Whether a field of a new row holds what it would hold if nobody had entered anything."""
    if value is None or value == "" or value == []:
        return True
    if type(value) is int and column.has_default():
        return bool(value == column.get_default())
    return value is False and not column.null  # where no is not the same as unknown, no is told


def _show(column: Any, value: Any, names: Names) -> Any:
    """A value as people read it; dates and numbers stay as they are for the page to write."""
    if value is None:
        return None
    if column.is_relation:
        return names.get((column.related_model, value), f"#{value}")
    if column.choices:
        return str(dict(column.flatchoices).get(value, value))
    if isinstance(value, Sentence):
        return str(value)
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S")
    return _show_plain(value)


def _show_plain(value: Any) -> Any:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return "; ".join(_join(one) for one in value)
    return value


def _join(one: Any) -> str:
    """An entry of a list; of a mapping its known parts, such as who, when, code and column."""
    if not isinstance(one, dict):
        return str(one)
    return ", ".join(f"{name}: {part}" for name, part in one.items() if part)
