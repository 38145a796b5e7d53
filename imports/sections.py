"""Reading a mapping's YAML with complete validation: every unknown key and wrong value is told at once."""

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from imports.texts import quoted
from studies.refusals import Refused
from tabular.checked_yaml import YamlError, read_yaml

T = TypeVar("T")
MAX_PROBLEMS = 100
LONGEST_NAME, MOST_KNOWN = 100, 500
"""Of what is compared to find a near name."""


class EnoughProblems(Exception):
    """So much is wrong with a mapping that looking for more would only take time."""


def near(name: str, known: Iterable[str]) -> str:
    """“ Did you mean …?” for a name that is close to a known one; else nothing."""
    close = _close(name[:LONGEST_NAME], tuple(known))
    return " " + _("Did you mean %(names)s?") % {"names": quoted(close)} if close else ""


@lru_cache(maxsize=1024)
def _close(name: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Remembered: a file may hold the same wrong text in each of a million rows."""
    by_lower = {k[:LONGEST_NAME].lower(): k for k in known[:MOST_KNOWN]}
    return tuple(by_lower[c] for c in difflib.get_close_matches(name.lower(), by_lower, n=3))


@dataclass
class Section:
    """One level of a mapping: its keys are taken one by one, and what is left over is unknown."""

    content: dict[str, Any]
    where: str
    problems: list[str] = field(default_factory=list)

    def told(self, key: str, sentence: str) -> None:
        """Note a problem at a key."""
        self.problems.append(f"{self.path(key)}: {sentence}")
        if len(self.problems) >= MAX_PROBLEMS:
            raise EnoughProblems

    def path(self, key: str) -> str:
        return f"{self.where}.{key}" if self.where else key

    def only(self, keys: Iterable[str]) -> None:
        """Report every key that is not one of `keys`."""
        known = list(keys)
        for key in self.content:
            if key not in known:
                self.told(
                    str(key),
                    _("this key is not known here; use %(keys)s.") % {"keys": ", ".join(known)}
                    + near(str(key), known),
                )

    def has(self, key: str) -> bool:
        return self.content.get(key) is not None

    def text(self, key: str, default: str | None = None) -> str | None:
        """A text (or number, written as text)."""
        value = self.content.get(key)
        if value is None:
            return default
        if isinstance(value, bool | dict | list):
            self.told(key, _("write a text."))
            return default
        return value.isoformat() if isinstance(value, date) else str(value)

    def one_of(self, key: str, choices: Iterable[str], default: str | None = None) -> str | None:
        """A text out of a few."""
        value, known = self.text(key, default), list(choices)
        if value is not None and value not in known:
            self.told(
                key,
                _("“%(value)s” is not known here; use one of %(choices)s.")
                % {"value": value, "choices": ", ".join(known)}
                + near(value, known),
            )
            return default
        return value

    def flag(self, key: str) -> bool:
        """true or false, false where not given."""
        value = self.content.get(key, False)
        if not isinstance(value, bool):
            self.told(key, _("write true or false."))
            return False
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self.content.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or any(isinstance(v, dict | list) for v in value):
            self.told(key, _("write a list of texts."))
            return ()
        return tuple("" if v is None else as_key(v) for v in value)

    def table(self, key: str) -> dict[str, Any]:
        """A section of free keys, such as a coding."""
        value = self.content.get(key)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.told(key, _("write one line per value, such as “1: male”."))
            return {}
        return {as_key(k): v for k, v in value.items()}

    def section(self, key: str, *, shorthand: str | None = None) -> "Section | None":
        """A section below this one; a bare text stands for `{shorthand: text}`."""
        value = self.content.get(key)
        if value is None:
            return None
        if shorthand and isinstance(value, str | int | float) and not isinstance(value, bool):
            value = {shorthand: str(value)}
        if not isinstance(value, dict):
            self.told(key, _("write a section of keys and values."))
            return None
        return Section(value, self.path(key), self.problems)

    def sections(self, key: str) -> list["Section"]:
        """A list of sections."""
        value = self.content.get(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
            self.told(key, _("write a list of sections, each beginning with “- ”."))
            return []
        return [
            Section(v, f"{self.path(key)}[{place}]", self.problems)
            for place, v in enumerate(value, start=1)
        ]


def as_key(value: object) -> str:
    """A YAML scalar as the text a file would hold: 1 is "1", true is "TRUE"."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return value.isoformat() if isinstance(value, date) else str(value)


def read_mapping(text: str, parse: Callable[[Section], T | None]) -> T:
    """Parse a mapping's YAML; raises Refused with every problem found."""
    try:
        content = read_yaml(text)
    except YamlError as error:
        raise Refused({"mapping": [_("Mapping: %(why)s") % {"why": error}]}) from error
    if not content:
        raise Refused(_("The mapping is empty. Start from one of the examples."))
    if not isinstance(content, dict):
        raise Refused(
            _("Mapping: write keys and values, such as “subject_id: id”; the examples begin so.")
        )
    root = Section(content, "")
    try:
        result = parse(root)
    except EnoughProblems:
        result = None
    if root.problems or result is None:
        raise Refused(
            {"mapping": [_("Mapping: %(problem)s") % {"problem": p} for p in root.problems]}
        )
    return result
