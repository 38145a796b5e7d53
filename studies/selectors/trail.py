"""The trail of a study: every change of every tracked row, newest first, one page at a time.

Each tracked table has its own event table. Their rows are merged by time: of each table the newest rows
before a moment are read, so that a page costs a bounded number of queries however long the trail is.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pghistory.core
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from studies.models import Patient, Study

Names = dict[tuple[type[models.Model], Any], str]

# How the rows of a table belong to a study, in the order in which the paths are tried.
PATHS = ("study_id", "patient__study_id", "specimen__study_id", "model__study_id", "pgh_obj_id")
VERBS = {"insert": "entered", "update": "changed", "delete": "deleted"}
PLUMBING = {"id", "created_at", "study_id", "patient_id"}  # told by the row itself
# One import enters these by the thousand and is itself in the trail; asked for by kind, they are shown.
ENTERED_IN_BULK = {"assays.Measurement", "assays.Specimen"}


@dataclass(frozen=True)
class TrailFilter:
    """What a person asked for; empty asks for everything. Both moments belong to what is asked for."""

    kind: str = ""
    person: int | None = None
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class TrailEvent:
    """One change of one row."""

    when: datetime
    who: str
    kind: str
    verb: str
    row: str
    reason: str
    address: str
    changes: list[tuple[str, Any, Any]] = field(default_factory=list)


def tracked_kinds() -> dict[str, str]:
    """Label of each tracked model that belongs to a study, and its name for people."""
    return {
        tracked._meta.label: str(tracked._meta.verbose_name)
        for tracked in sorted(_event_models(), key=lambda m: str(m._meta.verbose_name))
    }


def _event_models() -> dict[type[models.Model], type[models.Model]]:
    """Tracked model -> event model, of those whose rows belong to a study."""
    found: list[Any] = pghistory.core.event_models()
    return {
        event.pgh_tracked_model: event
        for event in found
        if _path(event) is not None and getattr(event.pgh_tracked_model, "IN_TRAIL", True)
    }


def _path(event: type[models.Model]) -> str | None:
    names = {f.name for f in event._meta.get_fields()}
    for path in PATHS:
        first = path.split("__")[0].removesuffix("_id")
        if first == "pgh_obj":
            return path if event.pgh_tracked_model is Study else None  # type: ignore[attr-defined]
        if first in names:
            return path
    return None


def trail_of(study: Study, wanted: TrailFilter, limit: int) -> list[TrailEvent]:
    """The newest `limit` changes in a study that fit the filter."""
    chosen = [
        event
        for tracked, event in _event_models().items()
        if not wanted.kind or tracked._meta.label == wanted.kind
    ]
    newest = sorted(
        (row for event in chosen for row in _newest(event, study, wanted, limit)),
        key=lambda row: row.pgh_created_at,
        reverse=True,
    )[:limit]
    return _told(newest)


def _newest(
    event: type[models.Model], study: Study, wanted: TrailFilter, limit: int
) -> QuerySet[Any]:
    rows = event._default_manager.filter(_belongs(event, study)).select_related("pgh_context")
    if not wanted.kind and event.pgh_tracked_model._meta.label in ENTERED_IN_BULK:  # type: ignore[attr-defined]
        rows = rows.exclude(pgh_label="insert")
    if wanted.since is not None:
        rows = rows.filter(pgh_created_at__gte=wanted.since)
    if wanted.until is not None:
        rows = rows.filter(pgh_created_at__lte=wanted.until)
    if wanted.person is not None:
        rows = rows.filter(pgh_context__metadata__user=wanted.person)
    if wanted.text:
        rows = rows.filter(_mentions(event, wanted.text))
    return rows.order_by("-pgh_created_at")[:limit]


def _belongs(event: type[models.Model], study: Study) -> Q:
    """Rows of the study. What they are about is looked up among the events, for a patient (or a
    specimen, or a model) that was deleted is there no more, and its trail must stay."""
    path = str(_path(event))
    owner_column, _separator, of_owner = path.partition("__")
    if not of_owner:
        return Q(**{path: study.pk})
    owner: Any = event._meta.get_field(owner_column).related_model
    ever = _event_models()[owner]._default_manager.filter(study=study.pk)
    return Q(**{f"{owner_column}_id__in": ever.values("pgh_obj_id")})


def _mentions(event: type[models.Model], text: str) -> Q:
    """Rows of, or about, the patient whose subject id contains a text; or whose reason does."""
    names = {f.name for f in event._meta.get_fields()}
    found = Q(pgh_context__metadata__reason__icontains=text)
    if "subject_id" in names:
        found |= Q(subject_id__icontains=text)
    if "patient" in names:
        found |= Q(patient__subject_id__icontains=text)
    if "specimen" in names:
        found |= Q(specimen__patient__subject_id__icontains=text)
    return found


def _told(rows: list[Any]) -> list[TrailEvent]:
    people = people_named(_context(row).get("user") for row in rows)
    before = _previous(rows)
    names = _related_names([*rows, *before.values()])
    return [
        TrailEvent(
            when=row.pgh_created_at,
            who=people.get(_context(row).get("user") or 0, ""),
            kind=str(row.pgh_tracked_model._meta.verbose_name),
            verb=VERBS.get(row.pgh_label, row.pgh_label),
            row=_named(row, names),
            reason=_context(row).get("reason", ""),
            address=_context(row).get("url", ""),
            changes=_changes(row, before.get((type(row), row.pk)), names),
        )
        for row in rows
    ]


def people_named(keys: Iterable[int | None]) -> dict[int, str]:
    """Names of the people who acted, in one query; the system has no key."""
    known = {key for key in keys if key is not None}
    return {user.pk: str(user) for user in User.objects.filter(pk__in=known)}


def _context(row: Any) -> dict[str, Any]:
    return row.pgh_context.metadata if row.pgh_context else {}


def _previous(rows: Iterable[Any]) -> dict[tuple[type, int], Any]:
    """The event before each change of the same row, in one query a table."""
    updates: dict[type, list[Any]] = {}
    for row in rows:
        if row.pgh_label == "update":
            updates.setdefault(type(row), []).append(row)
    found: dict[tuple[type, int], Any] = {}
    for event, changed in updates.items():
        keys = {row.pgh_obj_id for row in changed}
        history: dict[int, list[Any]] = {}
        for old in event._default_manager.filter(pgh_obj_id__in=keys).order_by("pgh_id"):  # type: ignore[attr-defined]
            history.setdefault(old.pgh_obj_id, []).append(old)
        for row in changed:
            earlier = [old for old in history[row.pgh_obj_id] if old.pgh_id < row.pgh_id]
            if earlier:
                found[(event, row.pk)] = earlier[-1]
    return found


def _related_names(rows: list[Any]) -> Names:
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
    return [c.attname for c in model._meta.concrete_fields if isinstance(c, heavy)]


def _named(row: Any, names: Names) -> str:
    for name in ("subject_id", "label", "code", "name", "symbol", "number"):
        if hasattr(row, name):
            return str(getattr(row, name))
    return names.get((Patient, getattr(row, "patient_id", None)), f"#{row.pgh_obj_id}")


def _changes(row: Any, old: Any | None, names: Names) -> list[tuple[str, Any, Any]]:
    found = []
    for column in row.pgh_tracked_model._meta.concrete_fields:
        name = column.attname
        if name in PLUMBING or column.generated or not hasattr(row, name):
            continue
        new, before = getattr(row, name), getattr(old, name) if old is not None else None
        if new != before and not (old is None and new in (None, "", False, [])):
            title = str(column.verbose_name)
            found.append((title, _shown(column, before, names), _shown(column, new, names)))
    return found


def _shown(column: Any, value: Any, names: Names) -> Any:
    """A value as people read it; dates and numbers stay as they are for the page to write."""
    if value is None:
        return None
    if column.is_relation:
        return names.get((column.related_model, value), f"#{value}")
    if column.choices:
        return str(dict(column.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return "; ".join(_joined(one) for one in value)
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S")
    return value


def _joined(one: Any) -> str:
    """An entry of a list; of a mapping its known parts, such as who, when, code and column."""
    if not isinstance(one, dict):
        return str(one)
    return ", ".join(f"{name}: {part}" for name, part in one.items() if part)
