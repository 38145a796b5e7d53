"""A REDCap project -> a definition, and remarks on what is otherwise here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from clinical.dictionary.definition import Definition, Form, Item, ItemGroup, MissingCode
from clinical.dictionary.reading import NAME
from clinical.dictionary.redcap.choices import read_missing_codes
from clinical.dictionary.redcap.events import Schedule, read_visits
from clinical.dictionary.redcap.items import CodeLists, make_item
from clinical.dictionary.redcap.plain import strip_markup
from clinical.dictionary.redcap.remarks import remark_on_fields
from clinical.dictionary.redcap.rules import Rules, add_rules
from clinical.dictionary.redcap.tables import (
    ARMS,
    EVENT_FORMS,
    EVENTS,
    REPEATING,
    Field,
    NoDictionary,
    read_fields,
    read_rows,
)
from tabular.message import Message
from tabular.source import FileSource

MOST_FIELDS = 20_000
LONGEST_MISSING_CODE = 50


@dataclass(frozen=True)
class Project:
    """The files of a project as REDCap exports them: the data dictionary, and what it does not hold."""

    dictionary: FileSource
    arms: FileSource | None = None
    events: FileSource | None = None
    event_forms: FileSource | None = None
    repeating: FileSource | None = None
    missing_codes: str = ""
    name: str = "REDCap"


@dataclass(frozen=True)
class Brought:
    """What a project is here.

    Attributes
    ----------
    definition : Definition
    record_id : str
        The field that holds the subject id; it is no item.
    remarks : tuple of Message
        What was not understood or is otherwise here, in words.
    rules : Rules
        How much of its logic was translated.
    """

    definition: Definition
    record_id: str
    remarks: tuple[Message, ...]
    rules: Rules


def read_project(project: Project) -> Brought:
    """Read a project.

    Raises
    ------
    NoDictionary
        Where a file cannot be read, or the files do not make a project, with everything that is wrong.
    """
    fields = read_fields(project.dictionary)
    problems = _check_fields(fields)
    if problems:
        raise NoDictionary(problems)
    record_id, *others = fields
    remarks = [
        Message(
            "redcap_record_id",
            "%(field)s is the subject id and no item of a form.",
            field=record_id.name,
        )
    ]
    lists = CodeLists()
    forms = tuple(_forms(fields, others, lists, remarks))
    visits = read_visits(_schedule(project), [form.name for form in forms])
    if visits.problems:
        raise NoDictionary(visits.problems)
    remarks += [*visits.remarks, *remark_on_fields(others)]
    definition = Definition(
        name=project.name,
        events=visits.events,
        forms=forms,
        code_lists=lists.made(),
        missing_codes=_missing_codes(project.missing_codes),
        arms=visits.arms,
    )
    definition, rules = add_rules(definition, {one.name: one for one in others})
    return Brought(definition, record_id.name, (*remarks, *rules.remarks), rules)


def _check_fields(fields: list[Field]) -> list[Message]:
    if len(fields) > MOST_FIELDS:
        return [Message("redcap_too_many_fields", "A dictionary may have %(most)d fields; this has %(n)d.", most=MOST_FIELDS, n=len(fields))]  # fmt: skip
    problems = []
    lines: dict[str, int] = {}
    for one in fields:
        wrong = next((one[c] for c in ("field_name", "form_name") if not NAME.fullmatch(one[c])), None)  # fmt: skip
        if wrong is not None:
            problems.append(
                Message(
                    "redcap_name",
                    "Row %(line)d: “%(name)s” is no name of a field or form. Correct it in REDCap and export the dictionary again.",
                    line=one.line,
                    name=wrong[:100],
                )
            )
        if one.name.casefold() in lines:
            problems.append(
                Message(
                    "redcap_field_twice",
                    "Row %(line)d: the field %(name)s stands in row %(first)d, too. Leave one of them out.",
                    line=one.line,
                    name=one.name[:100],
                    first=lines[one.name.casefold()],
                )
            )
        lines.setdefault(one.name.casefold(), one.line)
    return problems


def _forms(
    fields: list[Field], asked: list[Field], lists: CodeLists, remarks: list[Message]
) -> Iterable[Form]:
    """The forms in the order in which they first appear; the form of the record id is one, even if it asks nothing else."""
    by_form: dict[str, list[Field]] = {one["form_name"]: [] for one in fields}
    for one in asked:
        by_form[one["form_name"]].append(one)
    for name, rows in by_form.items():
        groups: list[ItemGroup] = []
        items: list[Item] = []
        for row in rows:
            if header := row["section_header"]:
                plain = strip_markup(header)
                groups.append(ItemGroup(row.name, {"en": plain} if plain else {}))
            item = make_item(row, lists, remarks)
            items.append(replace(item, group=groups[-1].name if groups else ""))
        yield Form(name, tuple(items), _label(name), groups=tuple(groups))


def _label(name: str) -> dict[str, str]:
    """No dictionary holds what a form is called: its name in words."""
    return {"en": name.replace("_", " ").strip().capitalize()}


def _missing_codes(text: str) -> tuple[MissingCode, ...]:
    codes = read_missing_codes(text)
    if long := [one.code for one in codes if len(one.code) > LONGEST_MISSING_CODE]:
        raise NoDictionary(
            [
                Message(
                    "redcap_missing_code",
                    "The missing-data code “%(code)s” is longer than %(most)d characters: write code, label | code, label.",
                    code=long[0][:60],
                    most=LONGEST_MISSING_CODE,
                )
            ]
        )
    return tuple(MissingCode(one.code, one.label) for one in codes)


def _schedule(project: Project) -> Schedule:
    return Schedule(
        arms=read_rows(project.arms, ARMS, ("arm_num",)),
        events=read_rows(project.events, EVENTS, ("event_name",)),
        event_forms=None
        if project.event_forms is None
        else read_rows(project.event_forms, EVENT_FORMS, ("form",)),
        repeating=read_rows(project.repeating, REPEATING, ("form_name",)),
    )
