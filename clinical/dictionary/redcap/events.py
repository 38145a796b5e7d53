"""Arms, events, designation and repeats of a REDCap project, each in a file of its own, as visits."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from string import ascii_lowercase

from clinical.dictionary.definition import Arm, EventForm, StudyEvent
from clinical.dictionary.redcap.plain import strip_markup
from clinical.dictionary.redcap.tables import Cells
from tabular.message import Message

ONLY_EVENT = "event_1"
LONGEST_EVENT = 18
MOST_DAYS = 40_000


@dataclass(frozen=True)
class Schedule:
    """The rows of the files beside the dictionary; None for one that was not given."""

    arms: Sequence[Cells] | None = None
    events: Sequence[Cells] | None = None
    event_forms: Sequence[Cells] | None = None
    repeating: Sequence[Cells] | None = None


@dataclass
class Visits:
    """What was made of it: with remarks, and with what cannot be."""

    arms: tuple[Arm, ...] = ()
    events: tuple[StudyEvent, ...] = ()
    remarks: list[Message] = field(default_factory=list)
    problems: list[Message] = field(default_factory=list)


def read_visits(schedule: Schedule, forms: Collection[str]) -> Visits:
    """The visits of a project with these forms: one that has all of them where no events are given."""
    found = Visits()
    events = schedule.events or []
    if not events:
        found.remarks.append(
            Message(
                "redcap_no_events",
                "No events are given: all forms are filled at one, %(event)s. Give --events and --event-forms if there are more.",
                event=ONLY_EVENT,
            )
        )
    names = _name_events(events, found) or [ONLY_EVENT]
    found.arms = _arms(schedule.arms or [], events)
    designated = _designate(schedule, names, forms, found)
    whole, single = _repeats(schedule.repeating or [], names, forms, found)
    found.events = tuple(
        StudyEvent(
            name=name,
            forms=tuple(EventForm(form, (name, form) in single) for form in designated[name]),
            repeats=name in whole,
            **_describe(cells, found),
        )
        for name, cells in zip(names, events or [{}], strict=True)
    )
    return found


def make_event_name(label: str, arm: str, taken: Iterable[str] = ()) -> str:
    """The unique name that REDCap gives an event of this label: hyphens dropped, what is neither letter nor digit `_`, cut, the
    arm after it, and a letter where two would be called the same."""
    plain = re.sub(r"[^a-z0-9]+", "_", strip_markup(label).lower().replace("-", "")).strip("_")
    name = f"{plain[:LONGEST_EVENT].strip('_')}_arm_{arm or '1'}"
    others = set(taken)
    return next(one for one in (name, *(name + letter for letter in ascii_lowercase[1:]), name + "_")
                if one not in others)  # fmt: skip


def _name_events(events: Sequence[Cells], found: Visits) -> list[str]:
    names: list[str] = []
    made: list[str] = []
    for cells in events:
        name = cells.get("unique_event_name", "")
        if not name:
            name = make_event_name(cells.get("event_name", ""), cells.get("arm_num", ""), names)
            made.append(name)
        if not re.fullmatch(r"[A-Za-z]\w{0,199}", name, re.ASCII) or name in names:
            found.problems.append(
                Message(
                    "redcap_event_name",
                    "The event “%(label)s” has no unique name of its own: export the events from REDCap with unique_event_name.",
                    label=cells.get("event_name", name)[:100],
                )
            )
        names.append(name)
    if made:
        found.remarks.append(
            Message(
                "redcap_event_names_made",
                "The events have no unique_event_name; made as REDCap makes them: %(names)s. Compare them with the records.",
                names=", ".join(made),
            )
        )
    return names


def _arms(arms: Sequence[Cells], events: Sequence[Cells]) -> tuple[Arm, ...]:
    labels = {n: strip_markup(cells.get("name", "")) for cells in arms if (n := cells["arm_num"])}
    for cells in events:
        if number := cells.get("arm_num", ""):
            labels.setdefault(number, "")
    return tuple(
        Arm(_arm(number), {"en": label} if label else {}) for number, label in labels.items()
    )


def _arm(number: str) -> str:
    return "arm_" + re.sub(r"\W", "_", number) if number else ""


def _designate(
    schedule: Schedule, names: Sequence[str], forms: Collection[str], found: Visits
) -> Mapping[str, list[str]]:
    """The forms of each event, in the order of the dictionary."""
    if schedule.event_forms is None:
        if schedule.events:
            found.remarks.append(
                Message(
                    "redcap_no_designation",
                    "No file says which form is filled at which event: every form stands at every event. Give --event-forms.",
                )
            )
        return {name: list(forms) for name in names}
    pairs = {
        (cells.get("unique_event_name") or ONLY_EVENT, cells["form"])
        for cells in schedule.event_forms
    }
    for event, form in sorted(pairs):
        _among("event", event, names, found)
        _among("form", form, forms, found)
    if unused := [form for form in forms if all((name, form) not in pairs for name in names)]:
        found.remarks.append(
            Message(
                "redcap_forms_nowhere",
                "No event has the forms %(forms)s: they are kept and filled nowhere.",
                forms=", ".join(unused),
            )
        )
    return {name: [form for form in forms if (name, form) in pairs] for name in names}


def _repeats(
    rows: Sequence[Cells], names: Sequence[str], forms: Collection[str], found: Visits
) -> tuple[set[str], set[tuple[str, str]]]:
    """Events that repeat as a whole, and forms that do at an event."""
    whole, single = set(), set()
    for cells in rows:
        event, form = cells.get("event_name") or ONLY_EVENT, cells.get("form_name", "")
        _among("event", event, names, found)
        if form:
            _among("form", form, forms, found)
            single.add((event, form))
        else:
            whole.add(event)
    return whole, single


def _among(what: str, name: str, known: Collection[str], found: Visits) -> None:
    if name not in known:
        found.problems.append(
            Message(
                "redcap_names_what_is_not_there",
                "A file names the %(what)s “%(name)s”, which the project does not have: export all files of the project at one time.",
                what=what,
                name=name[:100],
            )
        )


def _describe(cells: Cells, found: Visits) -> dict:
    label = strip_markup(cells.get("event_name", ""))
    days = {
        name: _days(cells.get(column, ""), label, found)
        for name, column in (("day", "day_offset"), ("before", "offset_min"), ("after", "offset_max"))
    }  # fmt: skip
    if days["day"] is None:
        days = {}
    return {"label": {"en": label} if label else {}, "arm": _arm(cells.get("arm_num", "")), **days}


def _days(text: str, label: str, found: Visits) -> int | None:
    if re.fullmatch(r"-?\d{1,5}", text) and abs(int(text)) <= MOST_DAYS:
        return int(text)
    if text:
        found.remarks.append(
            Message(
                "redcap_days",
                "%(event)s: “%(text)s” is no number of days and was left out.",
                event=label,
                text=text[:50],
            )
        )
    return None
