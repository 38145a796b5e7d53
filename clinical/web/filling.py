"""A form of the dictionary as fields. Each sends the text that was typed; the service reads it (`clinical.dictionary.values`)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from clinical.dictionary.definition import (
    CODED,
    NUMBERS,
    EditCheck,
    Form,
    Item,
    Severity,
    Type,
)
from clinical.dictionary.values import NONCONFORMING, SEVERAL, SOFT, text_of
from clinical.models.filled import IMPORTED, LONGEST_REASON, FormStatus
from clinical.selectors.sheets import Sheet
from clinical.sentences import say
from clinical.services.attachments import Attachment
from clinical.services.filling import Unconfirmed
from clinical.web.fields import Boxes, TextArea, Widget, choose_widget
from clinical.web.forms import ShowsRefusals
from clinical.web.wording import (
    write_code,
    write_missing,
    write_range,
    write_unit,
    write_value,
)
from studies.selectors.state import state_token

# Names of items have no hyphen, so these are nobody's.
SEEN, STATUS, WHY, REMOVE, CONFIRM = "form-seen", "form-status", "why-", "remove-", "confirm-"
SELECTED = (Type.YES_NO, Type.CODE)


@dataclass(frozen=True)
class Row:
    """An item on an entry form: a field, or something to read.

    `why` asks why there is no value, beside the field; where one chooses from a list, the list asks.
    """

    item: Item
    label: str
    note: str
    unit: str
    field: BoundField | None = None
    why: BoundField | None = None
    remove: BoundField | None = None
    value: str = ""
    marks: tuple[str, ...] = ()

    @property
    def is_heading(self) -> bool:
        return self.item.type is Type.HEADING

    @property
    def is_several(self) -> bool:
        return self.item.type is Type.CODES

    @property
    def is_wide(self) -> bool:
        return self.field is not None and isinstance(self.field.field.widget, TextArea)


@dataclass(frozen=True)
class Question:
    """A soft check that fires: its message, and a field for why it is right all the same."""

    message: str
    field: BoundField


@dataclass(frozen=True)
class Block:
    """Items that stand together under a title, which may be empty."""

    title: str
    rows: tuple[Row, ...]


class ItemsForm(ShowsRefusals, forms.Form):
    """The items of a form that somebody enters."""

    def __init__(self, sheet: Sheet, data: Any = None, files: Any = None) -> None:
        self.sheet = self.seen_as = sheet
        self.texts: dict[str, str] = {}
        prefix = "-".join(str(part) for part in sheet.key)
        super().__init__(
            data,
            files,
            auto_id=f"{prefix}-%s",
            initial={SEEN: state_token(sheet.row)},
            use_required_attribute=False,
        )
        self.fields[SEEN] = forms.CharField(required=False, widget=forms.HiddenInput)
        for item in sheet.form.items:
            if item.is_entered:
                self._add(item)
        for check in self._soft_checks():
            self._ask(check)

    def _add(self, item: Item) -> None:
        shown = self._shown(item)
        field: forms.Field
        if item.type is Type.FILE:
            field = forms.FileField(required=False, allow_empty_file=True)
            if shown:
                self.fields[REMOVE + item.name] = forms.BooleanField(
                    required=False, label=_("remove the file")
                )
        elif item.type is Type.CODES:
            field = forms.MultipleChoiceField(required=False, choices=self._codes(item))
            field.widget = Boxes(choices=self._codes(item))
            field.initial = shown.split(SEVERAL) if shown else []
        else:
            widget: Widget
            if item.type in SELECTED:
                widget = forms.Select(choices=self._choices(item, shown))
            else:
                widget = choose_widget(item, shown, today=self.sheet.today)
            field = forms.CharField(required=False, strip=False, widget=widget, initial=shown)
        field.label = say(item.label, item.name)
        field.help_text = " · ".join(filter(None, (write_range(item), say(item.note))))
        self.fields[item.name] = field
        if item.type not in SELECTED and self.sheet.definition.missing_codes:
            self.fields[WHY + item.name] = forms.CharField(
                required=False,
                initial=self.sheet.filled.missing.get(item.name, ""),
                label=_("Why %(item)s is missing") % {"item": field.label},
                widget=forms.Select(choices=[("", _("missing?")), *self._missing(item)]),
            )

    def _soft_checks(self) -> list[EditCheck]:
        return [one for one in self.sheet.form.checks if one.severity is Severity.SOFT]

    def _ask(self, check: EditCheck) -> None:
        self.fields[CONFIRM + check.name] = forms.CharField(
            required=False,
            max_length=LONGEST_REASON,
            label=_("Why is it right all the same?"),
            initial=self._said_of(check.name),
            widget=forms.TextInput({"autocomplete": "off"}),
        )

    def _said_of(self, check: str) -> str:
        """What a person said of a check; an import says nothing that one could read."""
        said: str = self.sheet.row.confirmed.get(check, "") if self.sheet.row else ""
        return "" if said.startswith(IMPORTED) else said

    def _shown(self, item: Item) -> str:
        """The text with which a field is filled. Where one types, it is what was typed; what one chooses is the value."""
        answer = self.sheet.filled.answer(item.name)
        if answer.missing:
            return answer.missing if item.type in SELECTED else ""
        typed = item.type in (*NUMBERS, Type.TEXT) or answer.value is None
        if typed and answer.given and item.type is not Type.CODES:
            return answer.given
        return text_of(answer.value)

    def _codes(self, item: Item) -> list[tuple[str, str]]:
        definition = self.sheet.definition
        return [
            (one.code, write_code(item, one.code, definition)) for one in definition.codes_of(item)
        ]

    def _missing(self, item: Item) -> list[tuple[str, str]]:
        """Why a value may be missing; a code that the study no longer has stays while it stands."""
        definition = self.sheet.definition
        codes = dict.fromkeys(one.code for one in definition.missing_codes)
        if stored := self.sheet.filled.missing.get(item.name):
            codes.setdefault(stored)
        return [(code, write_missing(code, definition)) for code in codes]

    def _choices(self, item: Item, shown: str) -> list[Any]:
        """Nothing first; then what it can be; then why it is missing. A text of an earlier system stays until it is changed."""
        codes = self._codes(item) if item.type in CODED else [("yes", _("yes")), ("no", _("no"))]
        missing = self._missing(item)
        choices: list[Any] = [("", _("not entered") if missing else _("unknown")), *codes]
        if shown and shown not in {code for code, _label in (*codes, *missing)}:
            choices.append((shown, shown))
        return [*choices, (_("missing"), missing)] if missing else choices

    def clean(self) -> dict[str, Any]:
        """`texts`: item -> text, of those that were changed; the rest stays as it was written."""
        for item in self.sheet.form.items:
            sent = self._sent(item)
            if sent is not None:
                self.texts[item.name] = sent
        return self.cleaned_data

    def see_as(self, sheet: Sheet) -> None:
        """Show what is asked where the form holds what was sent."""
        self.seen_as = sheet

    def attachments(self) -> dict[str, Attachment]:
        """Item -> the file that was chosen for it."""
        found = {}
        for item in self.sheet.form.items:
            file = self.files.get(item.name) if item.type is Type.FILE else None
            if isinstance(file, UploadedFile):
                found[item.name] = Attachment(file.name or item.name, file.size or 0, file)
        return found

    def _sent(self, item: Item) -> str | None:
        """The text of an item where it was changed, else None."""
        if not item.is_entered:
            return None
        value = self._value_sent(item)
        why = self.data.get(WHY + item.name) if WHY + item.name in self.fields else None
        was_missing = self.sheet.filled.missing.get(item.name, "")
        if why is not None and why != was_missing:
            if value and why:
                self.add_error(item.name, _("Enter the value or say why it is missing, not both."))
                return None
            return value or why
        return value

    def _value_sent(self, item: Item) -> str | None:
        if item.type is Type.FILE:
            return "" if self.data.get(REMOVE + item.name) else None
        if item.name not in self.data:
            return None
        if item.type is Type.CODES:
            sent = SEVERAL.join(self[item.name].data)
        else:
            sent = self.data.get(item.name, "").replace("\r\n", "\n")
        return None if sent == self._shown(item).replace("\r\n", "\n") else sent

    def confirmed(self) -> dict[str, str]:
        """Soft check -> why it is right all the same, of those of which something else was said than before."""
        return {
            check.name: said
            for check in self._soft_checks()
            if (said := self.cleaned_data.get(CONFIRM + check.name, ""))
            != self._said_of(check.name)
        }

    def ask_why(self, refusal: Unconfirmed) -> None:
        """Show which checks ask, each at its own field; the first is where the person goes on."""
        for check, sentences in refusal.errors.items():
            for sentence in sentences:
                self.add_error(CONFIRM + check, str(sentence))
        first = next(iter(refusal.errors))
        self.fields[CONFIRM + first].widget.attrs["autofocus"] = True

    def questions(self) -> list[Question]:
        """The soft checks that fire, of a form that was filled or sent."""
        if not self.is_bound and self.sheet.row is None:
            return []
        fired = self.seen_as.drawn.fired.get(Severity.SOFT, ())
        return [
            Question(say(check.message, check.name), self[CONFIRM + check.name])
            for check in self._soft_checks()
            if check.name in fired or CONFIRM + check.name in self.errors
        ]

    def status(self) -> str:
        return FormStatus.DRAFT if self.data.get(STATUS) == FormStatus.DRAFT else FormStatus.COMPLETE  # fmt: skip

    @property
    def seen(self) -> BoundField:
        return self[SEEN]

    def may_be_draft(self) -> bool:
        """Where something is required, one may stop in between."""
        return any(item.required for item in self.sheet.form.items)

    def blocks(self) -> list[Block]:
        """What is asked, in the order of the form, each group under its title."""
        form = self.sheet.form
        asked = [i for i in form.items if self.seen_as.asks(i) or i.name in self.errors]
        return [
            Block(title, tuple(self._row(item) for item in items))
            for title, items in by_group(form, asked)
        ]

    def _row(self, item: Item) -> Row:
        filled = self.seen_as.filled
        return Row(
            item=item,
            label=say(item.label, item.name),
            note=say(item.note),
            unit=write_unit(item),
            field=self[item.name] if item.is_entered else None,
            why=self[WHY + item.name] if WHY + item.name in self.fields else None,
            remove=self[REMOVE + item.name] if REMOVE + item.name in self.fields else None,
            value=write_value(item, filled.values.get(item.name), self.sheet.definition),
            marks=marks_of(self.seen_as, item),
        )


def by_group(form: Form, items: Iterable[Item]) -> Iterator[tuple[str, Iterator[Item]]]:
    """Items that stand together, under the title of their group, which may be empty."""
    titles = {group.name: say(group.label, group.name) for group in form.groups}
    for group, together in groupby(items, key=lambda item: item.group):
        yield titles.get(group, ""), together


def marks_of(sheet: Sheet, item: Item) -> tuple[str, ...]:
    """What somebody should look at again of an answer."""
    filled = sheet.filled
    marks: list[Any] = []
    if item.name in sheet.drawn.hidden:
        marks.append(_("no longer asked, but answered"))
    if filled.states.get(item.name) == SOFT:
        marks.append(_("unusual: check value and unit"))
    if filled.states.get(item.name) == NONCONFORMING:
        told = _("“%(text)s” does not fit: correct it")
        marks.append(told % {"text": filled.given.get(item.name, "")[:100]})
    return tuple(str(mark) for mark in marks)
