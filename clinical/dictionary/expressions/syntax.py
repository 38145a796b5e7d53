"""What an expression is made of: constants, items, and functions of these. Operators are functions by their sign."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a value is. A code of a code list is text; several of a code list are codes."""

    NUMBER = "number"
    TEXT = "text"
    DAY = "day"
    TRUTH = "truth"
    CODES = "codes"


@dataclass(frozen=True)
class Item:
    """An item by its name; of the same form and event, unless another event (or instance) is named."""

    name: str
    event: str | None = None
    instance: str | None = None  # a number from 1, "first", "last" or "previous"

    def __str__(self) -> str:
        event = f"{self.event}." if self.event else ""
        instance = f"[{self.instance}]" if self.instance else ""
        return f"{event}{self.name}{instance}"


@dataclass(frozen=True)
class Constant:
    place: int
    kind: Kind
    value: float | str


@dataclass(frozen=True)
class Reference:
    place: int
    item: Item


@dataclass(frozen=True)
class Call:
    place: int
    name: str
    arguments: tuple[Node, ...]


Node = Constant | Reference | Call


def depth(node: Node) -> int:
    """How deep calls stand inside each other."""
    deepest, level = 0, [node]
    while level:
        deepest += 1
        level = [part for one in level if isinstance(one, Call) for part in one.arguments]
    return deepest


def walk(node: Node) -> Iterator[Node]:
    """The node and all that it is made of, from left to right."""
    yield node
    if isinstance(node, Call):
        for part in node.arguments:
            yield from walk(part)
