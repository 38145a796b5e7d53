"""The outcome as forms tell it: items with a role -> the index date, and contacts with a patient.

A form tells at most one contact: on the day of the death, else of the last contact, else of the progression that it holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from clinical.dictionary.definition import Definition, Form, Item, Role, Type
from tabular.message import Message

MEANINGS = {
    Role.VITAL_STATUS: ("alive", "dead", "lost"),
    Role.CAUSE_OF_DEATH: ("cancer", "treatment", "other", "unknown"),
    Role.RESPONSE: ("CR", "PR", "SD", "PD", "NE"),
}
"""What a code may mean; a code list with other codes says so by a coding of the system MEANING."""
MEANING = "Yogo"
TYPES = {
    Role.INDEX_DATE: Type.DATE,
    Role.LAST_CONTACT: Type.DATE,
    Role.DEATH: Type.DATE,
    Role.PROGRESSION: Type.DATE,
    Role.VITAL_STATUS: Type.CODE,
    Role.CAUSE_OF_DEATH: Type.CODE,
    Role.RESPONSE: Type.CODE,
    Role.DISEASE_ASSESSED: Type.YES_NO,
}
DATED = (Role.DEATH, Role.LAST_CONTACT, Role.PROGRESSION)
OF_CONTACTS = (
    *DATED,
    Role.VITAL_STATUS,
    Role.CAUSE_OF_DEATH,
    Role.RESPONSE,
    Role.DISEASE_ASSESSED,
)


class NoContact(ValueError):
    """What a form tells cannot be; `item` is the name of one that should be looked at."""

    def __init__(self, item: str, message: Message) -> None:
        self.item, self.message = item, message
        super().__init__(str(message))


@dataclass(frozen=True)
class Contact:
    """What was known of a patient on a day, YYYY-MM-DD. status: alive, dead or lost."""

    date: str
    status: str = "alive"
    cause: str | None = None
    response: str | None = None
    progression_date: str | None = None
    disease_assessed: bool | None = None


def items_by_role(form: Form) -> dict[Role, Item]:
    """The items of a form that have a role."""
    return {item.role: item for item in form.items if item.role is not None}


def takes_contacts(definition: Definition) -> bool:
    """Whether contacts come from forms of the study, and are entered nowhere else."""
    return not definition.roles.isdisjoint(OF_CONTACTS)


def takes_index_date(definition: Definition) -> bool:
    """Whether the index date comes from a form of the study."""
    return Role.INDEX_DATE in definition.roles


def contact_of(form: Form, definition: Definition, values: Mapping[str, Any]) -> Contact | None:
    """The contact that a filled form tells; None where it holds no day of one.

    Raises
    ------
    NoContact
        Where what it holds contradicts itself, or tells a death and no day.
    """
    items = items_by_role(form)
    held = {role: values.get(item.name) for role, item in items.items()}
    means = {role: _meaning(definition, items[role], held[role]) for role in MEANINGS if role in items}  # fmt: skip
    for role, why in _contradictions(held, means):
        raise NoContact(items[role].name, why)
    died, seen, progressed = (held.get(role) for role in DATED)
    day = died or seen or progressed
    if day is None:
        return None
    status, assessed = means.get(Role.VITAL_STATUS), held.get(Role.DISEASE_ASSESSED)
    return Contact(
        date=day,
        status="dead" if died else (status if seen and status else "alive"),
        cause=means.get(Role.CAUSE_OF_DEATH),
        response=means.get(Role.RESPONSE),
        progression_date=progressed,
        disease_assessed=True if assessed is None and day == progressed else assessed,
    )


def _contradictions(
    held: Mapping[Role, Any], means: Mapping[Role, str | None]
) -> Iterator[tuple[Role, Message]]:
    """What of a form cannot be, and the role of the item to look at. means: what its codes mean."""
    died, seen, progressed = (held.get(role) for role in DATED)
    status = means.get(Role.VITAL_STATUS)
    if status == "dead" and not (died or seen):
        yield (
            Role.VITAL_STATUS,
            Message(
                "death_without_day",
                "the day of the death is not known: enter it, or the day of the last contact.",
            ),
        )
    if died and status not in (None, "dead"):
        yield (
            Role.VITAL_STATUS,
            Message(
                "death_of_the_living", "there is a day of death, and this says something else."
            ),
        )
    if died and seen and seen > died:
        yield (
            Role.LAST_CONTACT,
            Message("contact_after_death", "the last contact lies after the death."),
        )
    if status not in (None, "dead") and means.get(Role.CAUSE_OF_DEATH):
        yield (
            Role.CAUSE_OF_DEATH,
            Message(
                "cause_without_death",
                "there is a cause of death of somebody who is not dead: take it away, or correct the status.",
            ),
        )
    day = died or seen
    if progressed and day and progressed > day:
        yield (
            Role.PROGRESSION,
            Message(
                "progression_after_contact",
                "the progression lies after the last contact or the death: check both days.",
            ),
        )


def merge_contacts(contacts: Iterable[tuple[str, Contact]]) -> dict[str, Contact]:
    """Contacts by day, those of one day as one: each with the name of an item to look at where two contradict each other.

    Raises
    ------
    NoContact
        Where two forms tell something else of the same day, or a cause of death and none the death.
    """
    merged: dict[str, Contact] = {}
    items: dict[str, str] = {}
    for item, one in contacts:
        before = merged.get(one.date)
        merged[one.date] = one if before is None else _merge(before, one, item)
        items[one.date] = item
    for day, one in merged.items():
        if one.cause is not None and one.status != "dead":
            raise NoContact(
                items[day],
                Message(
                    "cause_of_no_death",
                    "there is a cause of death, and no form says that the patient died on %(day)s: enter the death there, or take the cause away.",
                    day=day,
                ),
            )
    return merged


STRONGEST = ("dead", "lost", "alive")
TOLD = ("cause", "response", "progression_date", "disease_assessed")


def _merge(before: Contact, one: Contact, item: str) -> Contact:
    told: dict[str, Any] = {}
    for name in TOLD:
        old, new = getattr(before, name), getattr(one, name)
        if None not in (old, new) and old != new:
            raise NoContact(
                item,
                Message(
                    "contacts_contradict",
                    "another form tells something else of %(day)s: correct one of them.",
                    day=one.date,
                ),
            )
        told[name] = new if old is None else old
    return replace(before, status=min(before.status, one.status, key=STRONGEST.index), **told)


def _meaning(definition: Definition, item: Item, code: str | None) -> str | None:
    """What a code of an item with a role means."""
    found = definition.list_by_name[item.codes].by_code.get(code or "")
    if found is None:
        return None
    return next((one.code for one in found.codings if one.system == MEANING), found.code)


def find_role_problems(definition: Definition) -> Iterator[tuple[str, Message]]:
    """What is wrong with the roles of a definition: the name of an item, and why."""
    for form in definition.forms:
        items = items_by_role(form)
        for role, item in items.items():
            yield from ((item.name, why) for why in _problems_of(definition, form, role, item))
        undated = [role for role in items if role in OF_CONTACTS and role not in DATED]
        if undated and not any(role in items for role in DATED):
            yield (
                items[undated[0]].name,
                Message(
                    "role_without_day",
                    "the form tells no day: give an item of it the role last_contact or death.",
                ),
            )


def _problems_of(definition: Definition, form: Form, role: Role, item: Item) -> Iterator[Message]:
    if item.type is not TYPES[role]:
        yield Message(
            "role_type",
            "the role %(role)s needs the type %(type)s.",
            role=str(role),
            type=str(TYPES[role]),
        )
        return
    if item.type is Type.DATE and item.precision not in ("", "day"):
        yield Message("role_precision", "an item with the role %(role)s takes whole days only.", role=str(role))  # fmt: skip
    once = definition.events_once(form.name)
    if role is Role.INDEX_DATE and (len(once) > 1 or once != definition.events_of(form.name)):
        yield Message("role_once", "the index date stands on a form that is filled once.")
    for code in definition.codes_of(item):
        if _meaning(definition, item, code.code) not in MEANINGS[role]:
            yield Message(
                "role_code",
                "say what the code %(code)s means: codings: {Yogo: one of %(meanings)s}.",
                code=code.code,
                meanings=", ".join(MEANINGS[role]),
            )
