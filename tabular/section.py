"""One section of YAML, read key by key. What is wrong is collected as codes with their parameters, all of it at
once; whoever shows it has the sentences, in the reader's language."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

MAX_PROBLEMS = 100
MAX_ENTRIES = 20_000
"""Of a list."""
MAX_NAME = 200
"""Characters of a name in a list."""
LONGEST_NAME, MOST_KNOWN = 100, 500
"""Of what is compared to find a near name."""

CODES = (
    "unknown_key",  # key, section ("" for the whole), keys
    "no_text",  # value, choices, where one of a few was wanted
    "not_one_of",  # value, choices
    "no_flag",
    "no_list",  # value
    "no_texts",
    "no_table",
    "no_section",  # value
    "no_sections",
    "no_whole",  # value, low, high
    "no_number",  # value, low, high
    "too_many",  # n, most
    "no_name",  # value
    "name_too_long",  # value, most
    "not_among",  # value, choices
    "twice",  # names
)
"""What a section says of itself, with the parameters of each; readers add codes of their own."""

S = TypeVar("S", bound="Section")


@dataclass(frozen=True)
class Problem:
    """Something wrong at a place ("survival.overall"): a code, its parameters, and known names that are near."""

    where: str
    code: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    near: tuple[str, ...] = ()


class EnoughProblems(Exception):
    """So much is wrong that looking for more would only take time."""


class Section:
    """A section: each method reads a key and gives its value, or the default where the key is left out or what
    it holds was refused."""

    def __init__(
        self, content: dict[str, Any], where: str = "", problems: list[Problem] | None = None
    ) -> None:
        self.content, self.where = content, where
        self.problems: list[Problem] = [] if problems is None else problems
        self._read: list[str] = []

    def path(self, key: str) -> str:
        return f"{self.where}.{key}" if self.where else key

    def refuse(self, key: str, code: str, near: tuple[str, ...] = (), /, **parameters: Any) -> None:
        """Note a problem at a key; "" for the section itself."""
        where = self.path(key) if key else self.where
        self.problems.append(Problem(where, code, parameters, near))
        if len(self.problems) >= MAX_PROBLEMS:
            raise EnoughProblems

    def has(self, key: str) -> bool:
        return self.content.get(key) is not None

    def is_given(self, key: str) -> bool:
        """Whether a key is there to be read: here, one that holds nothing is as good as left out."""
        self._read.append(key)
        return self.has(key)

    def only(self, keys: Iterable[str]) -> None:
        """Refuse every key that is not one of `keys`."""
        known = list(keys)
        for key in self.content:
            if key not in known:
                self.refuse(
                    str(key),
                    "unknown_key",
                    near_names(str(key), known),
                    key=str(key),
                    section=self.where,
                    keys=tuple(known),
                )

    def refuse_unread(self) -> None:
        """Refuse every key that nothing has read."""
        self.only(dict.fromkeys(self._read))

    def text(self, key: str, default: str | None = None) -> str | None:
        """A text (or number, written as text)."""
        if not self.is_given(key):
            return default
        value = self.content[key]
        if isinstance(value, bool | dict | list):
            self.refuse(key, "no_text")
            return default
        return str(value)

    def one_of(self, key: str, choices: Iterable[str], default: str | None = None) -> str | None:
        """A text out of a few. (YAML reads a bare `null` or `~` as nothing: where `none` is a choice, that.)"""
        if not self.is_given(key):
            return default
        value, known = self.content[key], tuple(choices)
        if value is None and "none" in known:
            return "none"
        plain = not isinstance(value, bool | dict | list) and value is not None
        if not plain or str(value) not in known:
            near = near_names(str(value), known) if plain else ()
            code = "not_one_of" if plain else "no_text"
            self.refuse(key, code, near, value=value, choices=known)
            return default
        return str(value)

    def flag(self, key: str) -> bool:
        """true or false, false where not given."""
        value = self.content[key] if self.is_given(key) else False
        if not isinstance(value, bool):
            self.refuse(key, "no_flag")
            return False
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        if not self.is_given(key):
            return ()
        value = self.content[key]
        if not isinstance(value, list) or any(isinstance(v, dict | list) for v in value):
            self.refuse(key, "no_texts")
            return ()
        return tuple("" if v is None else as_key(v) for v in value)

    def table(self, key: str) -> dict[str, Any]:
        """A section of free keys, such as a coding."""
        if not self.is_given(key):
            return {}
        value = self.content[key]
        if not isinstance(value, dict):
            self.refuse(key, "no_table")
            return {}
        return {as_key(k): v for k, v in value.items()}

    def texts_by_key(self, key: str) -> dict[str, str | None]:
        """A section of free keys, each with a text (or number, or true or false, as a file would hold it); None
        for a key that holds nothing."""
        found: dict[str, str | None] = {}
        for name, value in self.table(key).items():
            if isinstance(value, dict | list):
                self.refuse(f"{key}.{name}", "no_text")
            else:
                found[name] = None if value is None else as_key(value)
        return found

    def section(self: S, key: str, *, shorthand: str | None = None) -> S | None:
        """A section below this one; a bare text stands for `{shorthand: text}`."""
        if not self.is_given(key):
            return None
        value = self.content[key]
        if shorthand and isinstance(value, str | int | float) and not isinstance(value, bool):
            value = {shorthand: str(value)}
        if not isinstance(value, dict):
            self.refuse(key, "no_section", value=value)
            return None
        return type(self)(value, self.path(key), self.problems)

    def sections(self: S, key: str) -> list[S]:
        """A list of sections."""
        if not self.is_given(key):
            return []
        value = self.content[key]
        if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
            self.refuse(key, "no_sections")
            return []
        return [
            type(self)(v, f"{self.path(key)}[{place}]", self.problems)
            for place, v in enumerate(value, start=1)
        ]

    def whole(self, key: str, default: int, low: int, high: int) -> int:
        """A whole number between two bounds, both allowed."""
        if not self.is_given(key):
            return default
        return (
            default if self._is_no_whole(key, self.content[key], low, high) else self.content[key]
        )

    def wholes(self, key: str, default: Sequence[int], low: int, high: int) -> tuple[int, ...]:
        """A list of whole numbers between two bounds."""
        found = self.items(key)
        if found is None or any(self._is_no_whole(key, one, low, high) for one in found):
            return tuple(default)
        return tuple(found)

    def _is_no_whole(self, key: str, value: Any, low: int, high: int) -> bool:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.refuse(key, "no_whole", value=value, low=low, high=high)
            return True
        return False

    def number(self, key: str, default: float, low: float, high: float) -> float:
        """A number between two bounds, both allowed."""
        if not self.is_given(key):
            return default
        value = self.content[key]
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not low <= value <= high:
            self.refuse(key, "no_number", value=value, low=low, high=high)
            return default
        return float(value)

    def items(self, key: str) -> Sequence[Any] | None:
        """A list of anything; None where there is none."""
        if not self.is_given(key):
            return None
        value = self.content[key]
        if isinstance(value, str) or not isinstance(value, Sequence):
            self.refuse(key, "no_list", value=value)
            return None
        if len(value) > MAX_ENTRIES:
            self.refuse(key, "too_many", n=len(value), most=MAX_ENTRIES)
            return None
        return value

    def names(
        self, key: str, default: Sequence[str], allowed: Sequence[str] | None = None
    ) -> tuple[str, ...]:
        """A list of different names, out of a closed list where one is given; order is kept."""
        found = self.items(key)
        if found is None:
            return tuple(default)
        for name in found:
            if not isinstance(name, str) or not name.strip() or not name.isprintable():
                self.refuse(key, "no_name", value=name)
                return tuple(default)
            if len(name) > MAX_NAME:
                self.refuse(key, "name_too_long", value=name, most=MAX_NAME)
                return tuple(default)
            if allowed is not None and name not in allowed:
                near = near_names(name, allowed)
                self.refuse(key, "not_among", near, value=name, choices=tuple(allowed))
                return tuple(default)
        if again := sorted(name for name, times in Counter(found).items() if times > 1):
            self.refuse(key, "twice", names=tuple(again[:10]))
            return tuple(default)
        return tuple(found)


def as_key(value: object) -> str:
    """A YAML scalar as the text a file would hold: 1 is "1", true is "TRUE"."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return str(value)


def near_names(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Known names that are close to one that is not known."""
    return _near(name[:LONGEST_NAME], tuple(known))


@lru_cache(maxsize=1024)
def _near(name: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Remembered: a file may hold the same wrong text in each of a million rows."""
    by_lower = {k[:LONGEST_NAME].lower(): k for k in known[:MOST_KNOWN]}
    return tuple(by_lower[c] for c in difflib.get_close_matches(name.lower(), by_lower, n=3))
