"""Reading one section of a specification: every value checked, every unknown key named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

MAX_ENTRIES = 20_000
"""Of a list."""
MAX_NAME = 200
"""Characters of a name in a list."""


class SpecificationError(ValueError):
    """A specification that cannot be followed; the message is a sentence for its author."""


def shown(value: Any) -> str:
    """A value as a sentence quotes it: never longer than a line."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**30:
        return "a number of more than 30 digits"
    if isinstance(value, Mapping):
        return "a section"
    if isinstance(value, list | tuple):
        return f"a list of {len(value):,}"
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


class Section:
    """A mapping of a specification, read key by key; what is never read is an unknown key."""

    def __init__(self, mapping: Any, name: str) -> None:
        if not isinstance(mapping, Mapping):
            raise SpecificationError(
                f"{name} must be a mapping of keys to values, not {shown(mapping)}."
            )
        self._mapping = mapping
        self._name = name
        self._known: list[str] = []

    def _at(self, key: str) -> str:
        return key if self._name == "the specification" else f"{self._name}.{key}"

    def _get(self, key: str, default: Any) -> Any:
        self._known.append(key)
        return self._mapping.get(key, default)

    def section(self, key: str) -> Section:
        """The mapping under a key; a key left out is an empty one."""
        found = self._get(key, {})
        return Section({} if found is None else found, key)

    def choice(self, key: str, allowed: Sequence[str], default: str) -> str:
        """One word of a short list. (YAML reads a bare `none` as text, `null` and `~` as nothing.)"""
        found = self._get(key, default)
        if found is None and "none" in allowed:
            found = "none"
        if found not in allowed:
            raise SpecificationError(
                f"{self._at(key)} is {shown(found)}; it must be {' or '.join(allowed)}."
            )
        return str(found)

    def whole(self, key: str, default: int, low: int, high: int) -> int:
        """A whole number between two bounds, both allowed."""
        return self._whole(self._get(key, default), key, low, high)

    def _whole(self, found: Any, key: str, low: int, high: int) -> int:
        if isinstance(found, bool) or not isinstance(found, int) or not low <= found <= high:
            raise SpecificationError(
                f"{self._at(key)} is {shown(found)}; it must be a whole number from {low} to {high}."
            )
        return found

    def wholes(self, key: str, default: Sequence[int], low: int, high: int) -> tuple[int, ...]:
        """A list of whole numbers between two bounds."""
        found = self._get(key, default)
        if isinstance(found, str) or not isinstance(found, Sequence):
            raise SpecificationError(f"{self._at(key)} is {shown(found)}; it must be a list.")
        self._check_length(key, found)
        return tuple(self._whole(one, key, low, high) for one in found)

    def _check_length(self, key: str, found: Sequence[Any]) -> None:
        if len(found) > MAX_ENTRIES:
            raise SpecificationError(
                f"{self._at(key)} has {len(found):,} entries; at most {MAX_ENTRIES:,} are read."
            )

    def number(self, key: str, default: float, low: float, high: float) -> float:
        """A number between two bounds, both allowed."""
        found = self._get(key, default)
        number = isinstance(found, int | float) and not isinstance(found, bool)
        if not number or not low <= found <= high:
            raise SpecificationError(
                f"{self._at(key)} is {shown(found)}; it must be a number from {low:g} to {high:g}."
            )
        return float(found)

    def optional_number(self, key: str, low: float, high: float) -> float | None:
        """A number between two bounds, or nothing."""
        if self._mapping.get(key) is None:
            self._known.append(key)
            return None
        return self.number(key, low, low, high)

    def words(
        self, key: str, default: Sequence[str], allowed: Sequence[str] | None = None
    ) -> tuple[str, ...]:
        """A list of different words, of a closed list where one is given; order is kept."""
        found = self._get(key, default)
        if isinstance(found, str) or not isinstance(found, Sequence):
            raise SpecificationError(f"{self._at(key)} is {shown(found)}; it must be a list.")
        self._check_length(key, found)
        for word in found:
            if not isinstance(word, str) or not word.strip() or not word.isprintable():
                raise SpecificationError(
                    f"{self._at(key)} holds {shown(word)}; each entry is a name."
                )
            if len(word) > MAX_NAME:
                raise SpecificationError(
                    f"{self._at(key)} holds {shown(word)}; a name has at most {MAX_NAME} characters."
                )
            if allowed is not None and word not in allowed:
                raise SpecificationError(
                    f"{self._at(key)} holds {shown(word)}; it knows {', '.join(allowed)}."
                )
        if twice := sorted(word for word, times in Counter(found).items() if times > 1):
            raise SpecificationError(
                f"{self._at(key)} names {', '.join(twice[:10])} more than once."
            )
        return tuple(found)

    def words_or_all(self, key: str) -> tuple[str, ...] | None:
        """A list of names, or the word `all` (returned as None, also when the key is left out)."""
        if self._mapping.get(key, "all") == "all":
            self._known.append(key)
            return None
        return tuple(sorted(self.words(key, ())))

    def max_features(self, key: str) -> str | int | float | None:
        """Features tried at a node: sqrt, log2, all, a whole number or a fraction."""
        found = self._get(key, "sqrt")
        if found is None or found == "all":
            return None
        if found in ("sqrt", "log2"):
            return str(found)
        if isinstance(found, int) and not isinstance(found, bool) and 1 <= found <= 100_000:
            return found
        if isinstance(found, float) and 0 < found <= 1:
            return found
        raise SpecificationError(
            f"{self._at(key)} is {shown(found)}; it must be sqrt, log2, all, "
            "a whole number of features or a fraction up to 1.0."
        )

    def refuse_unknown(self) -> None:
        """Name the first key that nothing read, with the nearest known one."""
        for key in self._mapping:
            if key not in self._known:
                near = get_close_matches(str(key)[:MAX_NAME], self._known, n=1)
                hint = f" Did you mean {shown(near[0])}?" if near else ""
                raise SpecificationError(
                    f"{self._name} has an unknown key {shown(key)}; it knows "
                    f"{', '.join(self._known)}.{hint}"
                )
