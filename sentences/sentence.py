"""One sentence: a code, and what stands in its places.

A code is a short one of a catalogue, for what is kept for good (trails, jobs, exclusions): it outlives a rewording. Or
it is the English text itself, gettext's own key, for what is made anew each time (refusals, previews).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Choices
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, override

from sentences.catalogue import Text, text_of
from tabular.message import CodedError, Message, clauses

WORDS = "words"
"""The code of what a person wrote, or a program that knows no codes: its text is said as it stands."""
SEVERAL = "several"
"""The code of sentences that are said one after the other."""


class Sentence(Promise):
    """`Sentence("app.code")`, `Sentence("app.other_code", n=12, fewest=35)`; `str` says it in the language that is
    active.

    Parameters are plain values, days, other sentences, or lists of these. Beside a text a sentence counts as
    what it says, as Django's own lazy texts do; `%` and `+` work as theirs.
    """

    def __init__(self, code: Text, /, **parameters: Any) -> None:
        self.code = code
        self.parameters: Mapping[str, Any] = {k: _plain(v) for k, v in parameters.items()}

    def __str__(self) -> str:
        if self.code == WORDS:
            return str(self.parameters["text"])
        if self.code == SEVERAL:
            return str(self.parameters["by"]).join(str(one) for one in self.parameters["parts"])
        known = text_of(self.code) if isinstance(self.code, str) else None
        text = known or self.code
        values = {name: _in_words(value) for name, value in self.parameters.items()}
        if isinstance(text, tuple):
            return ngettext(*text, int(values["n"])) % values
        if known is None and not values:
            return gettext(text)
        if known is None and "%(" not in text:  # a code of a later version
            return f"{text} {values}"
        return gettext(text) % values

    def __mod__(self, values: Mapping[str, Any]) -> Sentence:
        return Sentence(self.code, **{**self.parameters, **values})

    def __add__(self, other: Sentence | str) -> Sentence:
        return several([self, as_sentence(other)], by="") if other else self

    def __radd__(self, other: str) -> Sentence:
        return several([words(other), self], by="") if other else self

    def __repr__(self) -> str:
        return f"Sentence({self.code!r}, **{dict(self.parameters)!r})"

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Sentence):
            return self.as_json() == other.as_json()
        return isinstance(other, str) and str(self) == other

    def __hash__(self) -> int:
        return hash(str(self))

    def __format__(self, form: str) -> str:
        return format(str(self), form)

    def __contains__(self, text: str) -> bool:
        return text in str(self)

    def __bool__(self) -> bool:
        return self.code != WORDS or bool(self.parameters["text"])

    def as_json(self) -> dict[str, Any]:
        """{"code": ..., "with": {...}}, of plain values; the code of a plural is a list of its two texts."""
        code = list(self.code) if isinstance(self.code, tuple) else self.code
        return {"code": code, "with": {k: _as_json(v) for k, v in self.parameters.items()}}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Sentence:
        """The sentence that `as_json` gave."""
        code = tuple(stored["code"]) if isinstance(stored["code"], list) else stored["code"]
        return cls(code, **{k: _from_json(v) for k, v in stored["with"].items()})


def storable(text: str) -> Sentence:
    """An English text for gettext as a sentence: `gettext_lazy` for what is stored. Imported as `_`."""
    return Sentence(text)


def storable_plural(one: str, many: str, n: int) -> Sentence:
    """The same where a number decides the form; the number is its parameter n. Imported as `ngettext`."""
    return Sentence((one, many), n=n)


def label_of(choice: Choices) -> Sentence:
    """The label of one of Django's choices as a sentence."""
    return as_sentence(choice.label)


def words(text: str) -> Sentence:
    """What a person wrote, as a sentence; "" says nothing."""
    return Sentence(WORDS, text=text)


def several(parts: Iterable[Sentence | str], by: str = " ") -> Sentence:
    """Sentences and texts said one after the other, with `by` between them; one alone is itself."""
    found = [as_sentence(part) for part in parts]
    return found[0] if len(found) == 1 else Sentence(SEVERAL, parts=found, by=by)


def as_sentence(said: Sentence | Message | Promise | str) -> Sentence:
    """A sentence as it is, a reader's message and one of Django's lazy texts by their English, a text as words."""
    if isinstance(said, Sentence):
        return said
    if isinstance(said, Message):
        return Sentence(said.template, **said.parameters)
    return _english(said) if isinstance(said, Promise) else words(said)


def of_error(error: Exception) -> Sentence:
    """What an error tells: its message, where it is one of a reader or of the method; else its words."""
    return as_sentence(error.message if isinstance(error, CodedError) else str(error))


def of_validation(error: ValidationError) -> list[Sentence]:
    """What Django's own checks of a model tell, by their English, a sentence for each."""
    found = []
    for one in error.error_list if hasattr(error, "error_list") else _of_fields(error):
        said = _english(one.message) if isinstance(one.message, Promise) else words(one.message)
        if not said.code:  # a plural of Django's, whose number is among its parameters
            with override(None):
                said = words(str(one.message % one.params))
        found.append(said % one.params if one.params and said.code != WORDS else said)
    return found


def _of_fields(error: ValidationError) -> Iterable[ValidationError]:
    return (one for found in error.error_dict.values() for one in found)


def _english(lazy: Promise) -> Sentence:
    with override(None):
        return Sentence(str(lazy))


def _plain(value: Any) -> Any:
    """A value that JSON can hold, or that `_as_json` makes so; numpy's numbers as Python's."""
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if hasattr(value, "item"):
        return value.item()
    if isinstance(value, CodedError):
        return as_sentence(value.message)
    if isinstance(value, Promise | Message):
        return as_sentence(value)
    known = str | bool | int | float | date
    return value if value is None or isinstance(value, known) else str(value)


def _as_json(value: Any) -> Any:
    if isinstance(value, Sentence):
        return value.as_json()
    if isinstance(value, list):
        return [_as_json(one) for one in value]
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if isinstance(value, str):
        return value.replace("\0", "")  # PostgreSQL keeps no NUL
    return value


def _from_json(value: Any) -> Any:
    if isinstance(value, list):
        return [_from_json(one) for one in value]
    if isinstance(value, dict):
        return date.fromisoformat(value["day"]) if "day" in value else Sentence.from_json(value)
    return value


def _in_words(value: Any) -> Any:
    if isinstance(value, list):
        if all(isinstance(one, Sentence) for one in value):
            return clauses(value)
        return ", ".join(str(_in_words(one)) for one in value)
    if isinstance(value, Sentence):
        return str(value)
    if isinstance(value, datetime):
        return date_format(value, "Y-m-d H:i")
    return value.isoformat() if isinstance(value, date) else value
