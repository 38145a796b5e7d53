"""With what one enters an item. A browser's own field for days and times empties what it cannot hold, and would so take away a text
that is there: then, and where a day may be unknown, one types."""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinical.dictionary.definition import NUMBERS, Item, Type
from clinical.dictionary.values import LONGEST

Widget = forms.Widget
ONE_LINE = 200
FORMATS = {"year": _("YYYY, YYYY-MM or YYYY-MM-DD"), "month": _("YYYY-MM or YYYY-MM-DD")}
PATTERNS = {
    Type.DATE: re.compile(r"\d{4}-\d\d-\d\d"),
    Type.DATETIME: re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?"),
    Type.TIME: re.compile(r"\d\d:\d\d(:\d\d)?"),
}
READ: dict[Type, Callable[[str], object]] = {
    Type.DATE: date.fromisoformat,
    Type.DATETIME: datetime.fromisoformat,
    Type.TIME: time.fromisoformat,
}
BROWSERS = {Type.DATE: "date", Type.DATETIME: "datetime-local", Type.TIME: "time"}


class TextArea(forms.Textarea):
    """Of several lines."""


class Boxes(forms.CheckboxSelectMultiple):
    """Of several codes. An empty one is sent beside, for a browser says nothing of boxes that are not ticked."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return [code for code in super().value_from_datadict(data, files, name) or [] if code]


class BrowserInput(forms.DateInput):
    """A day or a time, as the browser asks for it."""

    def __init__(self, kind: str, attrs: dict[str, str]) -> None:
        super().__init__(attrs=attrs)
        self.input_type = kind

    def format_value(self, value: object) -> str | None:
        return str(value) if value else None


def choose_widget(item: Item, shown: str, *, today: str) -> Widget:
    """What fits the type of an item and the text that it is filled with."""
    if item.type in NUMBERS:
        mode = "numeric" if item.type is Type.INTEGER else "decimal"
        return forms.TextInput({"inputmode": mode, "autocomplete": "off"})
    if item.type in BROWSERS and item.precision not in FORMATS and _fits(item, shown):
        past = item.type is Type.DATE and (item.not_in_future or item.visit_date)
        limits = {"max": today} if past else {}
        steps = {"step": "1"} if item.precision == "second" or shown.count(":") == 2 else {}
        return BrowserInput(BROWSERS[item.type], {**limits, **steps})
    if item.type in BROWSERS:
        attrs = {"autocomplete": "off", "placeholder": FORMATS.get(item.precision, "")}
        return forms.TextInput(attrs)
    longest = item.longest or LONGEST
    if longest > ONE_LINE or "\n" in shown:
        return TextArea({"rows": 3, "maxlength": longest})
    return forms.TextInput({"maxlength": longest, "autocomplete": "off"})


def _fits(item: Item, shown: str) -> bool:
    if not shown:
        return True
    if not PATTERNS[item.type].fullmatch(shown):
        return False
    try:
        READ[item.type](shown)
    except ValueError:
        return False
    return True
