"""The forms of a patient as cards: what is known, and a way to enter more."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from clinical.dictionary.definition import NUMBERS, Item, Severity, StudyEvent, Type
from clinical.models import Patient
from clinical.models.filled import IMPORTED, FormStatus
from clinical.selectors.sheets import Key, Sheet, Sheets, file_names
from clinical.sentences import say
from clinical.web.filling import ItemsForm, by_group, marks_of
from clinical.web.forms import ReasonForm
from clinical.web.wording import write_missing, write_unit, write_value
from tabular.numbers import number

# More fields than a page should carry: then each form is opened on its own.
FIELDS_AT_MOST = 240
VOID = "void"


@dataclass(frozen=True)
class Fact:
    """What is known of an item.

    given : str
        The text as it was written, where it says something else than the value: another unit, another calendar.
    """

    label: str
    value: str
    unit: str
    missing: str
    given: str
    file: str
    marks: tuple[str, ...]


@dataclass(frozen=True)
class Facts:
    """What is known of items that stand together."""

    title: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Remark:
    """A check that fires.

    reason : str
        Why it is right all the same, where somebody said so.
    is_open : bool
        Somebody has yet to say so.
    """

    text: str
    reason: str
    is_open: bool


@dataclass(frozen=True)
class More:
    """A further instance that could be opened."""

    label: str
    address: str


@dataclass(frozen=True)
class Card:
    """A form of a patient at an event.

    entry : ItemsForm or None
        None where the person may not enter, or opens it on its own.
    void : ReasonForm or None
        None where there is nothing that the person could void.
    """

    anchor: str
    title: str
    event: str
    note: str
    address: str
    facts: tuple[Facts, ...]
    blank: tuple[str, ...]
    remarks: tuple[Remark, ...]
    is_draft: bool
    is_known: bool
    entry: ItemsForm | None
    is_open: bool
    void: ReasonForm | None
    void_address: str
    more: list[More] = field(default_factory=list)


def cards_of(
    sheets: Sheets,
    *,
    may_enter: bool,
    entry: ItemsForm | None = None,
    given: ReasonForm | None = None,
) -> list[Card]:
    """Cards in the order of the definition. `entry` is the form that somebody is at, shown open in place of its fresh one; `given`
    a reason that was refused."""
    opened = list(sheets.opened(also=entry.sheet.key if entry else None))
    names = file_names(sheets.patient.study, opened)
    fields = sum(item.is_entered for sheet in opened for item in sheet.form.items)
    inline = may_enter and fields <= FIELDS_AT_MOST
    cards = []
    for place, sheet in enumerate(opened):
        is_entry = entry is not None and entry.sheet.key == sheet.key
        form = entry if is_entry else ItemsForm(sheet) if inline else None
        first = place == 0 and sheet.row is None
        void = ReasonForm.fresh(VOID, sheet.row, given) if may_enter and sheet.row else None
        card = _card(sheets, sheet, form, is_entry or first, void, names)
        if may_enter:
            following = opened[place + 1] if place + 1 < len(opened) else None
            card.more.extend(_more(sheets, sheet, following))
        cards.append(card)
    return cards


def address_of(patient: Patient, key: Key, name: str = "form", *more: str) -> str:
    return reverse(f"clinical:{name}", args=[patient.study.code, patient.subject_id, *key, *more])


def anchor_of(key: Key) -> str:
    return "-".join(str(part) for part in key)


def _address_at(patient: Patient, key: Key) -> str:
    return f"{address_of(patient, key)}#{anchor_of(key)}"


def _card(
    sheets: Sheets,
    sheet: Sheet,
    form: ItemsForm | None,
    is_open: bool,
    void: ReasonForm | None,
    names: Mapping[str, str],
) -> Card:
    title = say(sheet.form.label, sheet.form.name)
    asked = [i for i in sheet.form.items if i.type is not Type.HEADING and sheet.asks(i)]
    known = [i for i in asked if sheet.holds(i) or (i.derived and sheet.row)]
    return Card(
        anchor=anchor_of(sheet.key),
        title=name_instance(title, sheet.form_repeats, sheet.key[3]),
        event=_name_event(sheet.event, sheet.key[2]),
        note=say(sheet.form.note),
        address=address_of(sheets.patient, sheet.key),
        facts=_facts(sheets.patient, sheet, known, names),
        blank=tuple(say(item.label, item.name) for item in asked if item not in known),
        remarks=tuple(_remarks(sheet)),
        is_draft=sheet.row is not None and sheet.row.status == FormStatus.DRAFT,
        is_known=sheet.row is not None,
        entry=form,
        is_open=is_open,
        void=void,
        void_address=address_of(sheets.patient, sheet.key, "void"),
    )


def _remarks(sheet: Sheet) -> Iterator[Remark]:
    """The checks that fire on a form that was filled, and what was said of them."""
    messages = {check.name: say(check.message, check.name) for check in sheet.form.checks}
    if sheet.row is None:
        return
    for name in sheet.drawn.fired.get(Severity.SOFT, ()):
        said = sheet.row.confirmed.get(name, "")
        if said.startswith(IMPORTED):
            said = _("accepted with import %(n)s") % {"n": said.removeprefix(IMPORTED)}
        yield Remark(messages[name], said, is_open=not said)
    for name in sheet.drawn.fired.get(Severity.LATER, ()):
        yield Remark(messages[name], "", is_open=False)


def _name_event(event: StudyEvent, instance: int) -> str:
    return name_instance(say(event.label, event.name), event.repeats, instance)


def name_instance(label: str, repeats: bool, instance: int) -> str:
    """A form or an event as a person reads it: with its number where it repeats."""
    return f"{label} {instance}" if repeats else label


def _facts(
    patient: Patient, sheet: Sheet, known: Iterable[Item], names: Mapping[str, str]
) -> tuple[Facts, ...]:
    return tuple(
        Facts(title, tuple(_fact(patient, sheet, item, names) for item in items))
        for title, items in by_group(sheet.form, known)
    )


def _fact(patient: Patient, sheet: Sheet, item: Item, names: Mapping[str, str]) -> Fact:
    answer = sheet.filled.answer(item.name)
    value = write_value(item, answer.value, sheet.definition)
    is_file = item.type is Type.FILE and bool(value)
    return Fact(
        label=say(item.label, item.name),
        value=names.get(value, value[:12]) if is_file else value,
        unit=write_unit(item) if value else "",
        missing=write_missing(answer.missing, sheet.definition) if answer.missing else "",
        given=answer.given if value and _says_more(item, answer.given) else "",
        file=address_of(patient, sheet.key, "attachment", item.name) if is_file else "",
        marks=marks_of(sheet, item),
    )


def _says_more(item: Item, given: str) -> bool:
    if item.type in NUMBERS:
        return bool(given) and number(given) is None
    return bool(given) and item.type in (Type.DATE, Type.DATETIME, Type.TIME)


def _more(sheets: Sheets, sheet: Sheet, following: Sheet | None) -> Iterable[More]:
    """After the last instance of what repeats, the next one, once the last was begun."""
    event, name, at, _number = sheet.key
    here = (event, name, at)
    if sheet.form_repeats and sheet.row and not (following and following.key[:3] == here):
        n = sheets.next_form(*here)
        yield More(
            _("Add: %(what)s %(n)d") % {"what": say(sheet.form.label, name), "n": n},
            _address_at(sheets.patient, (event, name, at, n)),
        )
    is_last = following is None or following.key[0] != event
    if sheet.event.repeats and is_last and sheets.is_begun(event):
        n = sheets.next_event(event)
        if at == sheets.event_instances(event)[-1]:
            yield More(
                _("Add: %(what)s %(n)d") % {"what": say(sheet.event.label, event), "n": n},
                _address_at(sheets.patient, (event, sheet.event.forms[0].form, n, 1)),
            )


def dates_of(sheets: Sheets) -> list[tuple[date, str]]:
    """The day of each filled form, that of its visit or the first that it holds, and what it was: for a time line."""
    found = []
    for sheet in sheets.opened():
        items = [item for item in sheet.form.items if item.type in (Type.DATE, Type.DATETIME)]
        items.sort(key=lambda item: not item.visit_date)
        days = (sheet.filled.values.get(item.name) for item in items)
        day = next((str(one)[:10] for one in days if one and len(str(one)) >= 10), None)
        if day:
            event = _name_event(sheet.event, sheet.key[2])
            words = f"{say(sheet.form.label, sheet.form.name)}, {event}"
            found.append((date.fromisoformat(day), words))
    return found
