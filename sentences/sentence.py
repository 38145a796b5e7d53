"""One sentence: a code, and what stands in its places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext

from sentences.catalogue import text_of

WORDS = "words"
"""The code of what a person wrote, or a program that knows no codes: its text is said as it stands."""
SEVERAL = "several"
"""The code of sentences that are said one after the other."""


@dataclass(frozen=True, init=False, eq=False)
class Sentence:
    """`Sentence("jobs.worker_lost")`, `Sentence("assays.few_beads", n=12, fewest=35)`; `str` says it in the
    language that is active.

    Parameters are plain values, days, other sentences, or lists of these. Beside a text a sentence counts as
    what it says, as Django's own lazy texts do.
    """

    code: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def __init__(self, code: str, /, **parameters: Any) -> None:
        object.__setattr__(self, "code", code)
        object.__setattr__(self, "parameters", {k: _plain(v) for k, v in parameters.items()})

    def __str__(self) -> str:
        if self.code == WORDS:
            return str(self.parameters["text"])
        if self.code == SEVERAL:
            return str(self.parameters["by"]).join(str(one) for one in self.parameters["parts"])
        text = text_of(self.code)
        values = {name: _in_words(value) for name, value in self.parameters.items()}
        if text is None:  # written by a later version
            return f"{self.code} {values}" if values else self.code
        if isinstance(text, tuple):
            return ngettext(*text, int(values["n"])) % values
        return gettext(text) % values

    def __repr__(self) -> str:
        return f"Sentence({self.code!r}, **{dict(self.parameters)!r})"

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Sentence):
            return self.as_json() == other.as_json()
        return isinstance(other, str) and str(self) == other

    def __hash__(self) -> int:
        return hash(str(self))

    def __contains__(self, text: str) -> bool:
        return text in str(self)

    def __bool__(self) -> bool:
        return self.code != WORDS or bool(self.parameters["text"])

    def as_json(self) -> dict[str, Any]:
        """{"code": ..., "with": {...}}, of plain values."""
        return {"code": self.code, "with": {k: _as_json(v) for k, v in self.parameters.items()}}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Sentence:
        """The sentence that `as_json` gave."""
        return cls(stored["code"], **{k: _from_json(v) for k, v in stored["with"].items()})


def words(text: str) -> Sentence:
    """What a person wrote, as a sentence; "" says nothing."""
    return Sentence(WORDS, text=text)


def several(parts: Iterable[Sentence], by: str = " ") -> Sentence:
    """Sentences said one after the other, with `by` between them; one alone is itself."""
    found = list(parts)
    return found[0] if len(found) == 1 else Sentence(SEVERAL, parts=found, by=by)


def as_sentence(said: Sentence | str) -> Sentence:
    """A sentence as it is, a text as words."""
    return said if isinstance(said, Sentence) else words(said)


def _plain(value: Any) -> Any:
    """A value that JSON can hold, or that `_as_json` makes so; numpy's numbers as Python's."""
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if hasattr(value, "item"):
        return value.item()
    known = Sentence | Promise | str | bool | int | float | date
    return value if value is None or isinstance(value, known) else str(value)


def _as_json(value: Any) -> Any:
    if isinstance(value, Sentence):
        return value.as_json()
    if isinstance(value, list):
        return [_as_json(one) for one in value]
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if isinstance(value, str | Promise):
        return str(value).replace("\0", "")  # PostgreSQL keeps no NUL
    return value


def _from_json(value: Any) -> Any:
    if isinstance(value, list):
        return [_from_json(one) for one in value]
    if isinstance(value, dict):
        return date.fromisoformat(value["day"]) if "day" in value else Sentence.from_json(value)
    return value


def _in_words(value: Any) -> Any:
    if isinstance(value, list):
        return ", ".join(str(_in_words(one)) for one in value)
    if isinstance(value, Sentence | Promise):
        return str(value)
    if isinstance(value, datetime):
        return date_format(value, "Y-m-d H:i")
    return value.isoformat() if isinstance(value, date) else value
