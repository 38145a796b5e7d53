"""What a study collects: its published definition, as plain values and as rows."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from clinical.dictionary import definition as defined
from clinical.dictionary.filling import names_elsewhere
from clinical.dictionary.reading import shipped
from clinical.dictionary.rules import FormRules, read_rules
from clinical.models import (
    Arm,
    Code,
    CodeList,
    Definition,
    EditCheck,
    EventForm,
    Form,
    Item,
    ItemGroup,
    MissingCode,
    StudyEvent,
)
from studies.models import Study

SHIPPED_BY_DEFAULT = "nsclc-ici"
REMEMBERED = 64


@dataclass(frozen=True)
class Place:
    """A form at an event, as rows know it."""

    pk: int
    event: UUID
    form: UUID


@dataclass(frozen=True)
class Collected:
    """What a study collects. `pk` is None, and there are no places, while the study has published nothing of its own: then it
    is what Yogo ships, which is published for it when a form is filled for the first time."""

    pk: int | None
    version: int
    definition: defined.Definition
    places: dict[tuple[str, str], Place]

    def rules(self, event: str, form: str) -> FormRules:
        """The expressions of a form at an event, read once."""
        if (event, form) not in self._rules:
            named = self.definition
            self._rules[event, form], _problems = read_rules(
                named, named.event_by_name[event], named.form_by_name[form]
            )
        return self._rules[event, form]

    @cached_property
    def _rules(self) -> dict[tuple[str, str], FormRules]:
        return {}

    @cached_property
    def crossing(self) -> frozenset[tuple[str, str]]:
        """Event and form of those whose rules name something that stands elsewhere."""
        return frozenset(
            (event.name, place.form)
            for event in self.definition.events
            for place in event.forms
            if names_elsewhere(
                self.definition.form_by_name[place.form], self.rules(event.name, place.form)
            )
        )


def collected_by(study: Study) -> Collected:
    """The newest definition that the study has published, else the one that is shipped. One query; what a published definition
    says is remembered, for it never changes."""
    found = (
        Definition.objects.filter(study=study, published_at__isnull=False)
        .order_by("-version")
        .values_list("pk", flat=True)
        .first()
    )
    return collected_in(found or 0)


def collects_already(study: Study, definition: defined.Definition) -> bool:
    """Whether the newest definition that the study has published says the same."""
    found = collected_by(study)
    said, new = map(defined.without_identity, (found.definition, definition))
    return found.pk is not None and said == new


def identifiers_of(study: Study) -> frozenset[str]:
    """Names of the items that tell who somebody is, in any version of the study's definition."""
    items = Item.objects.filter(definition__study=study, identifier=True)
    return frozenset(items.values_list("name", flat=True))


@lru_cache(maxsize=REMEMBERED)
def collected_in(pk: int) -> Collected:
    """A published definition by its key; 0 for the shipped one."""
    if pk == 0:
        return Collected(None, 0, shipped(SHIPPED_BY_DEFAULT), {})
    row = Definition.objects.get(pk=pk, published_at__isnull=False)
    places = {
        (one.event.name, one.form.name): Place(one.pk, one.event.oid, one.form.oid)
        for one in EventForm.objects.filter(definition=row).select_related("event", "form")
    }
    return Collected(pk, row.version, definition_of(row), places)


def definition_of(row: Definition) -> defined.Definition:
    """A definition's rows as plain values, in eleven queries whatever its size."""
    codes, groups, items, checks, places = (
        _by_parent(Code.objects.filter(definition=row), "code_list_id"),
        _by_parent(ItemGroup.objects.filter(definition=row), "form_id"),
        _by_parent(
            Item.objects.filter(definition=row).select_related("group", "code_list"), "form_id"
        ),
        _by_parent(EditCheck.objects.filter(definition=row), "form_id"),
        _by_parent(EventForm.objects.filter(definition=row).select_related("form"), "event_id"),
    )
    return defined.Definition(
        name=row.name,
        arms=tuple(defined.Arm(a.name, a.label, a.oid) for a in Arm.objects.filter(definition=row)),
        missing_codes=tuple(
            defined.MissingCode(m.code, m.label) for m in MissingCode.objects.filter(definition=row)
        ),
        code_lists=tuple(
            defined.CodeList(
                one.name,
                tuple(
                    defined.Code(c.code, c.label, c.rank, _codings(c.codings))
                    for c in codes[one.pk]
                ),
                one.ordered,
                one.label,
                one.oid,
            )
            for one in CodeList.objects.filter(definition=row)
        ),
        forms=tuple(
            defined.Form(
                name=form.name,
                items=tuple(_item(item) for item in items[form.pk]),
                label=form.label,
                note=form.note,
                groups=tuple(defined.ItemGroup(g.name, g.label, g.oid) for g in groups[form.pk]),
                checks=tuple(_check(check) for check in checks[form.pk]),
                oid=form.oid,
            )
            for form in Form.objects.filter(definition=row)
        ),
        events=tuple(
            _event(event, places[event.pk])
            for event in StudyEvent.objects.filter(definition=row).select_related("arm")
        ),
    )


def _by_parent(rows: QuerySet[Any], key: str) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for one in rows:
        found[getattr(one, key)].append(one)
    return found


def _codings(stored: dict[str, str]) -> tuple[defined.Coding, ...]:
    return tuple(defined.Coding(system, code) for system, code in stored.items())


def _item(row: Item) -> defined.Item:
    return defined.Item(
        name=row.name,
        type=defined.Type(row.type),
        label=row.label,
        note=row.note,
        group=row.group.name if row.group else "",
        derived=row.derived,
        unit=row.unit,
        units=row.units,
        range=defined.Range(row.hard_low, row.soft_low, row.soft_high, row.hard_high),
        longest=row.longest,
        precision=row.precision,
        codes=row.code_list.name if row.code_list else "",
        not_in_future=row.not_in_future,
        visit_date=row.visit_date,
        required=row.required,
        critical=row.critical,
        identifier=row.identifier,
        model_may_read=row.model_may_read,
        role=defined.Role(row.role) if row.role else None,
        shown_when=row.shown_when,
        codings=_codings(row.codings),
        source_text=row.source_text,
        oid=row.oid,
    )


def _check(row: EditCheck) -> defined.EditCheck:
    severity = defined.Severity(row.severity)
    return defined.EditCheck(row.name, row.fires_when, severity, row.message, row.oid)


def _event(row: StudyEvent, places: list[EventForm]) -> defined.StudyEvent:
    return defined.StudyEvent(
        name=row.name,
        forms=tuple(defined.EventForm(one.form.name, one.repeats) for one in places),
        label=row.label,
        arm=row.arm.name if row.arm else "",
        anchor=row.anchor,
        day=row.day,
        before=row.before,
        after=row.after,
        repeats=row.repeats,
        oid=row.oid,
    )
