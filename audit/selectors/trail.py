"""The trail of a study, or of one row: every change, newest first, one page at a time.

Each tracked table has its own event table. Their rows are merged by time: of each table the newest rows
before a moment are read, so that a page costs a bounded number of queries however long the trail is.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet

from accounts.models import User
from audit.selectors.wording import Names, changes_of, kind_of, name_of, name_related
from audit.tracking import ITSELF, TRAILS, event_of
from sentences import Sentence

VERBS = {"insert": "entered", "update": "changed", "delete": "deleted"}


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


def list_tracked_kinds() -> dict[str, str]:
    """Label of each model in the trail of a study, and its name for people."""
    return {
        model._meta.label: str(model._meta.verbose_name)
        for model in sorted(TRAILS, key=lambda m: str(m._meta.verbose_name))
    }


def trail_of(study: models.Model, wanted: TrailFilter, limit: int) -> list[TrailEvent]:
    """The newest `limit` changes in a study that fit the filter."""
    chosen = [model for model in TRAILS if not wanted.kind or model._meta.label == wanted.kind]
    newest = (_filter(_of_study(model, study.pk), model, wanted) for model in chosen)
    return _events_of(_merge(newest, limit))


def history_of(
    row: models.Model, kinds: Collection[type[models.Model]], limit: int
) -> list[TrailEvent]:
    """The newest `limit` changes of a row, and of the rows of these kinds that belong to it."""
    own = event_of(type(row))._default_manager.filter(pgh_obj_id=row.pk)
    theirs = []
    for kind in kinds:
        events = event_of(kind)
        for owner in TRAILS[kind].owners:
            if owner != ITSELF and _owner_model(events, owner) is type(row):
                theirs.append(events._default_manager.filter(**{f"{owner}_id": row.pk}))
    return _events_of(_merge((own, *theirs), limit))


def _owner_model(event: type[models.Model], owner: str) -> Any:
    return event._meta.get_field(owner).related_model


def _of_study(model: type[models.Model], study: int) -> QuerySet[Any]:
    """Events of a model's rows that belong, or ever belonged, to a study.

    What a row belongs to is looked up among the events: a patient (or a specimen, or a model) that was
    deleted is there no more, and its trail must stay.
    """
    event = event_of(model)
    belongs = Q()
    for owner in TRAILS[model].owners:
        if owner == ITSELF:
            belongs |= Q(pgh_obj_id=study)
            continue
        above = _owner_model(event, owner)
        if TRAILS[above].owners == (ITSELF,):
            belongs |= Q(**{f"{owner}_id": study})
        else:
            belongs |= Q(**{f"{owner}_id__in": _of_study(above, study).values("pgh_obj_id")})
    return event._default_manager.filter(belongs)


def _filter(rows: QuerySet[Any], model: type[models.Model], wanted: TrailFilter) -> QuerySet[Any]:
    bulk = TRAILS[model].bulk
    if not wanted.kind and bulk is not None:
        rows = rows.exclude(bulk, pgh_label="insert")
    if wanted.since is not None:
        rows = rows.filter(pgh_created_at__gte=wanted.since)
    if wanted.until is not None:
        rows = rows.filter(pgh_created_at__lte=wanted.until)
    if wanted.person is not None:
        rows = rows.filter(pgh_context__metadata__user=wanted.person)
    if wanted.text:
        rows = rows.filter(_mentions(model, wanted.text))
    return rows


def _mentions(model: type[models.Model], text: str) -> Q:
    """Rows whose name, or the name of what they belong to, contains a text; or whose reason does."""
    found = Q(pgh_context__metadata__reasons__says=text) | Q(
        pgh_context__metadata__reason__icontains=text
    )
    for path in _names_above(model):
        found |= Q(**{f"{path}__icontains": text})
    return found


def _names_above(model: type[models.Model]) -> Iterable[str]:
    trail = TRAILS[model]
    if trail.name:
        yield trail.name
    for owner in trail.owners:
        above = None if owner == ITSELF else _owner_model(model, owner)
        if above is not None and TRAILS[above].owners != (ITSELF,):
            yield from (f"{owner}__{path}" for path in _names_above(above))


def _merge(tables: Iterable[QuerySet[Any]], limit: int) -> list[Any]:
    rows = (
        row
        for table in tables
        for row in table.select_related("pgh_context").order_by("-pgh_created_at")[:limit]
    )
    return sorted(rows, key=lambda row: row.pgh_created_at, reverse=True)[:limit]


def _events_of(rows: list[Any]) -> list[TrailEvent]:
    people = _people(_context(row).get("user") for row in rows)
    before = _previous(rows)
    names: Names = name_related([*rows, *before.values()])
    return [
        TrailEvent(
            when=row.pgh_created_at,
            who=people.get(_context(row).get("user") or 0, ""),
            kind=kind_of(row, names),
            verb=VERBS.get(row.pgh_label, row.pgh_label),
            row=name_of(row, names),
            reason=_reason(row),
            address=_context(row).get("url", ""),
            changes=changes_of(row, before.get((type(row), row.pk)), names),
        )
        for row in rows
    ]


def authors_of(events: QuerySet[Any]) -> dict[int, str]:
    """Who made the newest of these changes of each row, by the row's key; "" the system. Two queries."""
    newest = {
        row.pgh_obj_id: row for row in events.select_related("pgh_context").order_by("pgh_id")
    }
    people = _people(_context(row).get("user") for row in newest.values())
    return {key: people.get(_context(row).get("user") or 0, "") for key, row in newest.items()}


def _people(keys: Iterable[int | None]) -> dict[int, str]:
    """Names of the people who acted, in one query; the system has no key."""
    known = {key for key in keys if key is not None}
    return {user.pk: str(user) for user in User.objects.filter(pk__in=known)}


def _context(row: Any) -> dict[str, Any]:
    return row.pgh_context.metadata if row.pgh_context else {}


def _reason(row: Any) -> str:
    """What was said when it was written: sentences, or, before there were any, one text."""
    said = [str(Sentence.from_json(one)) for one in _context(row).get("reasons", ())]
    return "; ".join(said) or _context(row).get("reason", "")


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
