"""What a study collects, as plain values: the same whether it came from a file, from the database, or from another system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import TypeVar
from uuid import UUID

from plausibility import Quantity


class Type(StrEnum):
    """What an item holds. A heading holds nothing."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    YES_NO = "yes_no"
    CODE = "code"
    CODES = "codes"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"
    FILE = "file"
    HEADING = "heading"


NUMBERS = (Type.INTEGER, Type.DECIMAL)
CODED = (Type.CODE, Type.CODES)
DERIVABLE = (Type.DECIMAL, Type.TEXT, Type.YES_NO, Type.DATE, Type.CODE)
PRECISIONS = {Type.DATE: ("year", "month", "day"), Type.DATETIME: ("minute", "second")}


class Severity(StrEnum):
    """What happens where a check fires."""

    HARD = "hard"
    """It is refused."""
    SOFT = "soft"
    """Somebody says why it is right all the same."""
    LATER = "later"
    """It is kept, and stands in a list."""


class Role(StrEnum):
    """Items from which the outcome is made: its rules stand on the models."""

    INDEX_DATE = "index_date"
    LAST_CONTACT = "last_contact"
    VITAL_STATUS = "vital_status"
    DEATH = "death"
    """The day of it."""
    CAUSE_OF_DEATH = "cause_of_death"
    PROGRESSION = "progression"
    """The day of it."""
    RESPONSE = "response"
    DISEASE_ASSESSED = "disease_assessed"


Texts = Mapping[str, str]
"""Language -> text."""


def said_in(texts: Texts, language: str, otherwise: str) -> str:
    """A text in a language, else in English, else in whichever there is."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), otherwise)


@dataclass(frozen=True)
class Coding:
    """The same thing in a system of codes: LOINC, SNOMED CT, CTCAE."""

    system: str
    code: str


@dataclass(frozen=True)
class Code:
    code: str
    label: Texts = field(default_factory=dict)
    rank: float | None = None
    codings: tuple[Coding, ...] = ()


@dataclass(frozen=True)
class CodeList:
    """rank: of each code where the list is ordered; two codes may share one."""

    name: str
    codes: tuple[Code, ...]
    ordered: bool = False
    label: Texts = field(default_factory=dict)
    oid: UUID | None = None
    was: str = ""

    @cached_property
    def by_code(self) -> dict[str, Code]:
        return {one.code: one for one in self.codes}


@dataclass(frozen=True)
class MissingCode:
    code: str
    label: Texts = field(default_factory=dict)


@dataclass(frozen=True)
class Range:
    """Outside `low` to `high` a value is refused; outside `usual_low` to `usual_high` somebody confirms it."""

    low: float | None = None
    usual_low: float | None = None
    usual_high: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Item:
    """One thing that is asked, or derived from what was.

    Attributes
    ----------
    derived : str
        The expression that gives it; "" where somebody enters it.
    unit : str
        Of numbers, in UCUM.
    units : mapping
        Units in which a number may be given, as people write them -> the factor to `unit`. The first with the factor 1 is shown.
    not_in_future : bool
        Of dates: no day after today, where the study is.
    visit_date : bool
        The day on which the form's visit took place: near the index date, and not in the future.
    critical : bool
        Counts among what must not be missing of a patient.
    longest : int, optional
        Characters of a text.
    precision : str
        Of dates: the coarsest that is taken ("year", "month", "day"); of date-times "minute" or "second".
    codes : str
        The name of its code list.
    source_text : mapping
        Logic and annotation as the system wrote them from which the item came.
    oid : UUID, optional
        Its identity, the same in all versions (of every other part, too); None before it is published.
    was : str
        The name that the part had in the version before, where it is called otherwise now.
    """

    name: str
    type: Type
    label: Texts = field(default_factory=dict)
    note: Texts = field(default_factory=dict)
    group: str = ""
    derived: str = ""
    unit: str = ""
    units: Mapping[str, float] = field(default_factory=dict)
    range: Range = Range()
    longest: int | None = None
    precision: str = ""
    codes: str = ""
    not_in_future: bool = False
    visit_date: bool = False
    required: bool = False
    critical: bool = False
    identifier: bool = False
    model_may_read: bool = False
    role: Role | None = None
    shown_when: str = ""
    codings: tuple[Coding, ...] = ()
    source_text: Texts = field(default_factory=dict)
    oid: UUID | None = None
    was: str = ""

    @property
    def shown_unit(self) -> str:
        """The unit as people write it."""
        return next((unit for unit, factor in self.units.items() if factor == 1), self.unit)

    @property
    def quantity(self) -> Quantity:
        """Of a number: what it can be, and what it usually is."""
        span = self.range
        return Quantity.bounded(
            self.shown_unit, span.low, span.usual_low, span.usual_high, span.high
        )

    @property
    def is_entered(self) -> bool:
        return not self.derived and self.type is not Type.HEADING


@dataclass(frozen=True)
class EditCheck:
    """`fires_when` is the condition that must not hold."""

    name: str
    fires_when: str
    severity: Severity
    message: Texts
    oid: UUID | None = None
    was: str = ""


@dataclass(frozen=True)
class ItemGroup:
    name: str
    label: Texts = field(default_factory=dict)
    oid: UUID | None = None
    was: str = ""


@dataclass(frozen=True)
class Form:
    name: str
    items: tuple[Item, ...]
    label: Texts = field(default_factory=dict)
    note: Texts = field(default_factory=dict)
    groups: tuple[ItemGroup, ...] = ()
    checks: tuple[EditCheck, ...] = ()
    oid: UUID | None = None
    was: str = ""

    @cached_property
    def by_name(self) -> dict[str, Item]:
        return {item.name: item for item in self.items}


@dataclass(frozen=True)
class Arm:
    name: str
    label: Texts = field(default_factory=dict)
    oid: UUID | None = None
    was: str = ""


@dataclass(frozen=True)
class EventForm:
    """A form at an event; `repeats` where it is filled more than once there."""

    form: str
    repeats: bool = False


@dataclass(frozen=True)
class StudyEvent:
    """A visit: due `day` days after its anchor (an item with a date; the index date where it is ""), from `before` days early to
    `after` days late. Without a day it is not planned."""

    name: str
    forms: tuple[EventForm, ...] = ()
    label: Texts = field(default_factory=dict)
    arm: str = ""
    anchor: str = ""
    day: int | None = None
    before: int | None = None
    after: int | None = None
    repeats: bool = False
    oid: UUID | None = None
    was: str = ""


Part = TypeVar("Part", Arm, CodeList, EditCheck, Form, Item, ItemGroup, StudyEvent)


@dataclass(frozen=True)
class Definition:
    """One version of what a study collects."""

    name: str
    events: tuple[StudyEvent, ...]
    forms: tuple[Form, ...]
    code_lists: tuple[CodeList, ...] = ()
    missing_codes: tuple[MissingCode, ...] = ()
    arms: tuple[Arm, ...] = ()

    @cached_property
    def event_by_name(self) -> dict[str, StudyEvent]:
        return {event.name: event for event in self.events}

    @cached_property
    def form_by_name(self) -> dict[str, Form]:
        return {form.name: form for form in self.forms}

    @cached_property
    def list_by_name(self) -> dict[str, CodeList]:
        return {one.name: one for one in self.code_lists}

    @cached_property
    def form_of_item(self) -> dict[str, Form]:
        return {item.name: form for form in self.forms for item in form.items}

    @cached_property
    def roles(self) -> frozenset[Role]:
        """The roles that some item has."""
        return frozenset(i.role for form in self.forms for i in form.items if i.role is not None)

    def events_of(self, form: str) -> list[str]:
        """The events at which a form is filled."""
        return [one.name for one in self.events if any(at.form == form for at in one.forms)]

    def events_once(self, form: str) -> list[str]:
        """The events at which a form is filled once: neither the event nor the form there repeats."""
        return [
            event.name
            for event in self.events
            if not event.repeats and any(o.form == form and not o.repeats for o in event.forms)
        ]

    def item(self, name: str) -> Item:
        return self.form_of_item[name].by_name[name]

    def codes_of(self, item: Item) -> tuple[Code, ...]:
        """The codes that an item may hold; none where it is not coded."""
        return self.list_by_name[item.codes].codes if item.codes else ()


def without_identity(definition: Definition) -> Definition:
    """What a definition says, whichever version it is of: two that collect the same are equal."""

    def bare(part: Part) -> Part:
        return replace(part, oid=None, was="")

    forms = (
        replace(
            bare(form),
            groups=tuple(map(bare, form.groups)),
            items=tuple(map(bare, form.items)),
            checks=tuple(map(bare, form.checks)),
        )
        for form in definition.forms
    )
    return replace(
        definition,
        arms=tuple(map(bare, definition.arms)),
        code_lists=tuple(map(bare, definition.code_lists)),
        events=tuple(map(bare, definition.events)),
        forms=tuple(forms),
    )
