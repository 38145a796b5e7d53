"""A definition written as YAML -> plain values; everything that is wrong is told at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from clinical.dictionary.definition import (
    CODED,
    NUMBERS,
    PRECISIONS,
    Arm,
    Code,
    CodeList,
    Coding,
    Definition,
    EditCheck,
    EventForm,
    Form,
    Item,
    ItemGroup,
    MissingCode,
    Range,
    Role,
    Severity,
    StudyEvent,
    Type,
)
from clinical.dictionary.outcome import find_role_problems
from clinical.dictionary.rules import read_rules
from tabular.checked_yaml import read_yaml
from tabular.section import EnoughProblems, Problem, Section, near_names

SHIPPED = Path(__file__).with_name("shipped")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,199}")
RANGES = ("low", "usual_low", "usual_high", "high")
DAYS = 40_000
E = TypeVar("E", bound=StrEnum)


class NoDefinition(ValueError):
    """A text that is no definition, with every problem that was found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("; ".join(f"{one.where}: {one.code}" for one in self.problems))


def shipped(name: str) -> Definition:
    """One of the definitions that Yogo ships: "nsclc-ici" or "empty"."""
    return read_definition((SHIPPED / f"{name.replace('-', '_')}.yaml").read_text(encoding="utf-8"))


def shipped_names() -> list[str]:
    return sorted(path.stem.replace("_", "-") for path in SHIPPED.glob("*.yaml"))


def read_definition(text: str) -> Definition:
    """Read a definition.

    Raises
    ------
    NoDefinition
        With a code and its place for each thing that is wrong.
    tabular.errors.FileError
        Where it is no YAML, or beyond the bounds of what is read.
    """
    content = read_yaml(text)
    root = Section(content if isinstance(content, dict) else {})
    if not isinstance(content, dict):
        root.refuse("", "no_section", value=content)
        raise NoDefinition(root.problems)
    try:
        found = _definition(root)
        _check_names(root, found)
        if not root.problems:
            _check_rules(root, found)
            for name, why in find_role_problems(found):
                root.refuse(f"{found.form_of_item[name].name}.{name}.role", "role", why=why)
    except EnoughProblems:
        pass
    if root.problems:
        raise NoDefinition(root.problems)
    return found


def _definition(root: Section) -> Definition:
    root.only(("name", "arms", "missing_codes", "code_lists", "events", "forms"))
    return Definition(
        name=root.text("name") or "",
        arms=tuple(_arm(one) for one in root.sections("arms")),
        missing_codes=tuple(
            MissingCode(one.text("code") or "", _texts(one, "label"))
            for one in root.sections("missing_codes")
        ),
        code_lists=tuple(_code_list(one) for one in root.sections("code_lists")),
        forms=tuple(_form(one) for one in root.sections("forms")),
        events=tuple(_event(one) for one in root.sections("events")),
    )


def _arm(section: Section) -> Arm:
    section.only(("name", "was", "label"))
    return Arm(_name(section), _texts(section, "label"), was=_was(section))


def _was(section: Section) -> str:
    return section.text("was") or ""


def _code_list(section: Section) -> CodeList:
    section.only(("name", "was", "label", "ordered", "codes"))
    ordered = section.flag("ordered")
    codes = []
    for place, one in enumerate(section.sections("codes"), start=1):
        one.only(("code", "label", "rank", "codings"))
        rank = _number(one, "rank")
        codes.append(
            Code(
                code=one.text("code") or "",
                label=_texts(one, "label"),
                rank=float(place) if ordered and rank is None else rank,
                codings=_codings(one),
            )
        )
    if not codes:
        section.refuse("codes", "no_codes")
    if twice := _twice(one.code for one in codes):
        section.refuse("codes", "twice", names=tuple(twice))
    label = _texts(section, "label")
    return CodeList(_name(section), tuple(codes), ordered, label, was=_was(section))


def _event(section: Section) -> StudyEvent:
    section.only(
        ("name", "was", "label", "arm", "anchor", "day", "before", "after", "repeats", "forms")
    )  # fmt: skip
    forms = []
    for key in section.items("forms") or ():
        if isinstance(key, dict):
            inner = Section(key, section.path("forms"), section.problems)
            inner.only(("form", "repeats"))
            forms.append(EventForm(inner.text("form") or "", inner.flag("repeats")))
        else:
            forms.append(EventForm(str(key)))
    return StudyEvent(
        name=_name(section),
        forms=tuple(forms),
        label=_texts(section, "label"),
        arm=section.text("arm") or "",
        anchor=section.text("anchor") or "",
        day=section.whole("day", 0, -DAYS, DAYS) if section.has("day") else None,
        before=section.whole("before", 0, 0, DAYS) if section.has("before") else None,
        after=section.whole("after", 0, 0, DAYS) if section.has("after") else None,
        repeats=section.flag("repeats"),
        was=_was(section),
    )


def _form(section: Section) -> Form:
    section.only(("name", "was", "label", "note", "groups", "items", "checks"))
    groups = tuple(
        ItemGroup(_name(one), _texts(one, "label"), was=_was(one))
        for one in section.sections("groups")
    )
    return Form(
        name=_name(section),
        label=_texts(section, "label"),
        note=_texts(section, "note"),
        groups=groups,
        items=tuple(_item(one, [group.name for group in groups]) for one in section.sections("items")),
        checks=tuple(_check(one) for one in section.sections("checks")),
        was=_was(section),
    )  # fmt: skip


def _item(section: Section, groups: list[str]) -> Item:
    section.only(
        (
            "name", "was", "type", "label", "note", "group", "derived", "unit", "units", "range", "longest", "precision", "codes",
            "not_in_future", "visit_date", "required", "critical", "identifier", "model_may_read", "role", "shown_when", "codings", "source_text",
        )
    )  # fmt: skip
    kind = _one_of(section, "type", Type)
    if kind is None:
        section.refuse("type", "item_type", types=tuple(Type))
        kind = Type.TEXT
    group = section.text("group") or ""
    if group and group not in groups:
        section.refuse("group", "not_among", near_names(group, groups), value=group, choices=tuple(groups))  # fmt: skip
    item = Item(
        name=_name(section),
        type=kind,
        label=_texts(section, "label"),
        note=_texts(section, "note"),
        group=group,
        derived=section.text("derived") or "",
        unit=section.text("unit") or "",
        units=_units(section),
        range=_range(section),
        longest=section.whole("longest", 0, 1, 10_000) if section.has("longest") else None,
        precision=section.one_of("precision", PRECISIONS.get(kind, ()), "") or "",
        codes=section.text("codes") or "",
        not_in_future=section.flag("not_in_future"),
        visit_date=section.flag("visit_date"),
        required=section.flag("required"),
        critical=section.flag("critical"),
        identifier=section.flag("identifier"),
        model_may_read=section.flag("model_may_read"),
        role=_one_of(section, "role", Role),
        shown_when=section.text("shown_when") or "",
        codings=_codings(section),
        source_text={k: v or "" for k, v in section.texts_by_key("source_text").items()},
        was=_was(section),
    )
    _check_item(section, item)
    return item


def _check_item(section: Section, item: Item) -> None:
    if bool(item.codes) != (item.type in CODED):
        section.refuse("codes", "item_codes")
    if (item.not_in_future or item.visit_date) and item.type not in PRECISIONS:
        section.refuse("not_in_future", "item_no_date")
    if item.type not in NUMBERS and (item.unit or item.units or item.range != Range()):
        section.refuse("range" if item.range != Range() else "unit", "item_no_number")
    if item.derived and item.type in (Type.CODES, Type.FILE, Type.HEADING, Type.DATETIME, Type.TIME):  # fmt: skip
        section.refuse("derived", "item_not_derivable", type=str(item.type))
    if item.model_may_read and item.type not in (*NUMBERS, Type.YES_NO, Type.CODE):
        section.refuse("model_may_read", "item_not_for_models", type=str(item.type))
    if item.identifier and item.model_may_read:
        section.refuse("model_may_read", "item_identifies")


def _units(section: Section) -> dict[str, float]:
    found = {}
    for unit, factor in section.table("units").items():
        if isinstance(factor, bool) or not isinstance(factor, int | float) or not factor > 0:
            section.refuse("units", "unit_factor", unit=unit)
        else:
            found[unit] = float(factor)
    return found


def _range(section: Section) -> Range:
    inner = section.section("range")
    if inner is None:
        return Range()
    inner.only(RANGES)
    found = Range(**{key: _number(inner, key) for key in RANGES})
    given = [value for key in RANGES if (value := getattr(found, key)) is not None]
    if given != sorted(given):
        section.refuse("range", "range_order")
    return found


def _check(section: Section) -> EditCheck:
    section.only(("name", "was", "fires_when", "severity", "message"))
    severity = _one_of(section, "severity", Severity) or Severity.SOFT
    text = section.text("fires_when") or ""
    if not text:
        section.refuse("fires_when", "no_text")
    return EditCheck(_name(section), text, severity, _texts(section, "message"), was=_was(section))


def _name(section: Section) -> str:
    name = section.text("name") or ""
    if not NAME.fullmatch(name):
        section.refuse("name", "part_name", name=name[:50])
    return name


def _texts(section: Section, key: str) -> Mapping[str, str]:
    """Language -> text; a bare text is English."""
    if isinstance(section.content.get(key), dict):
        return {language: text or "" for language, text in section.texts_by_key(key).items()}
    text = section.text(key)
    return {"en": text} if text else {}


def _codings(section: Section) -> tuple[Coding, ...]:
    found = section.texts_by_key("codings")
    return tuple(Coding(system, code or "") for system, code in found.items())


def _one_of(section: Section, key: str, kinds: type[E]) -> E | None:
    found = section.one_of(key, [one.value for one in kinds])
    return None if found is None else kinds(found)


def _number(section: Section, key: str) -> float | None:
    return section.number(key, 0.0, -1e300, 1e300) if section.has(key) else None


def _twice(names: Iterable[str]) -> list[str]:
    return sorted(name for name, times in Counter(names).items() if times > 1)[:10]


def _check_names(root: Section, found: Definition) -> None:
    for key, names in _named(found):
        if twice := _twice(name.casefold() for name in names):
            root.refuse(key, "twice", names=tuple(twice))
    for form in found.forms:
        if twice := _twice(item.role for item in form.items if item.role is not None):
            root.refuse(f"forms.{form.name}", "role_twice", names=tuple(twice))
    arms, forms = {one.name for one in found.arms}, set(found.form_by_name)
    lists = set(found.list_by_name)
    for event in found.events:
        _among(root, f"events.{event.name}.arm", event.arm, arms)
        for one in event.forms:
            _among(root, f"events.{event.name}.forms", one.form, forms)
        if twice := _twice(one.form for one in event.forms):
            root.refuse(f"events.{event.name}.forms", "twice", names=tuple(twice))
    for form in found.forms:
        for item in form.items:
            _among(root, f"forms.{form.name}.{item.name}.codes", item.codes, lists)


def _named(found: Definition) -> Iterator[tuple[str, list[str]]]:
    yield "arms", [one.name for one in found.arms]
    yield "events", [one.name for one in found.events]
    yield "forms", [one.name for one in found.forms]
    yield "code_lists", [one.name for one in found.code_lists]
    yield "missing_codes", [one.code for one in found.missing_codes]
    yield "forms", [item.name for form in found.forms for item in form.items]
    yield "forms", [group.name for form in found.forms for group in form.groups]
    yield "forms", [check.name for form in found.forms for check in form.checks]


def _among(root: Section, where: str, name: str, known: set[str]) -> None:
    if name and name not in known:
        choices = tuple(sorted(known))
        root.refuse(where, "not_among", near_names(name, choices), value=name, choices=choices)


def _check_rules(root: Section, found: Definition) -> None:
    """Each expression at each event where its form is filled."""
    told: set[tuple[str, str, str]] = set()
    for event in found.events:
        for place in event.forms:
            _rules, problems = read_rules(found, event, found.form_by_name[place.form])
            for problem in problems:
                where = f"forms.{place.form}.{problem.name}.{problem.part}"
                key = (where, problem.why.code, str(problem.why))
                if key not in told:
                    told.add(key)
                    root.refuse(where, "expression", why=problem.why)
