"""What REDCap's logic is made of, and its parser."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lark import Lark, Token, Transformer, UnexpectedInput, UnexpectedToken, v_args

from tabular.message import CodedError, Message

DEEPEST = 200
NEAR = 20


class NotTranslated(CodedError):
    """Logic that has no certain meaning here, and why."""


@dataclass(frozen=True)
class Literal:
    """A number or a text in quotation marks: REDCap does not tell '1' from 1."""

    text: str


@dataclass(frozen=True)
class Field:
    """What stands in brackets, one after the other: an event, a field, an instance."""

    parts: tuple[str, ...]

    def __str__(self) -> str:
        return "".join(f"[{part}]" for part in self.parts)


@dataclass(frozen=True)
class Word:
    """A bare word, such as true."""

    name: str


@dataclass(frozen=True)
class Operation:
    """An operator by its sign, or a function by its name in lower case; "()" is a pair of parentheses."""

    name: str
    parts: tuple[Node, ...]


Node = Literal | Field | Word | Operation


def parse(text: str) -> Node:
    """The parts of a text; NotTranslated where it is not understood."""
    try:
        root: Node = _parser().parse(text)  # type: ignore[assignment]
    except UnexpectedInput as error:
        raise NotTranslated(_why(text, error)) from error
    if _depth(root) > DEEPEST:
        raise NotTranslated(
            Message("redcap_logic_too_deep", "more than %(most)d steps stand inside each other", most=DEEPEST)
        )  # fmt: skip
    return root


def _why(text: str, error: UnexpectedInput) -> Message:
    place = error.pos_in_stream
    if place is None or (isinstance(error, UnexpectedToken) and error.token.type == "$END"):
        return Message("redcap_logic_ends", "it ends where something more is needed")
    return Message(
        "redcap_logic_not_understood",
        "“%(found)s” is not understood",
        found=" ".join(text[place : place + NEAR].split()),
    )


def _depth(root: Node) -> int:
    deepest, level = 0, [root]
    while level:
        deepest += 1
        level = [part for one in level if isinstance(one, Operation) for part in one.parts]
    return deepest


@cache
def _parser() -> Lark:
    grammar = (Path(__file__).parent / "logic.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", transformer=_Builder(), propagate_positions=False)


@v_args(inline=True)
class _Builder(Transformer[Token, Node]):
    """Makes nodes while the text is parsed, so that no depth of it can exhaust the stack."""

    def either(self, left: Node, right: Node) -> Node:
        return _join("or", left, right)

    def both(self, left: Node, right: Node) -> Node:
        return _join("and", left, right)

    def operated(self, left: Node, sign: Token, right: Node) -> Node:
        return Operation("<>" if sign == "!=" else str(sign), (left, right))

    def signed(self, sign: Token, of: Node) -> Node:
        if isinstance(of, Operation) and of.name == "^":
            raise NotTranslated(
                Message("redcap_logic_sign_of_power", "a sign before a power can be read in two ways: write parentheses")
            )  # fmt: skip
        return Operation("negative", (of,)) if sign == "-" else of

    def grouped(self, of: Node) -> Node:
        return of if isinstance(of, Literal | Field) else Operation("()", (of,))

    def number(self, token: Token) -> Node:
        return Literal(str(token))

    def text(self, token: Token) -> Node:
        return Literal(str(token)[1:-1])

    def field(self, *brackets: Token) -> Node:
        return Field(tuple(str(one)[1:-1].strip() for one in brackets))

    def word(self, name: Token) -> Node:
        return Word(str(name).lower())

    def called(self, name: Token, *arguments: Node | None) -> Node:
        return Operation(str(name).lower(), tuple(one for one in arguments if one is not None))


def _join(name: str, left: Node, right: Node) -> Node:
    """Of many with the same word between them, one, so that a long list is not a deep one."""
    parts = [
        part
        for one in (left, right)
        for part in (one.parts if isinstance(one, Operation) and one.name == name else (one,))
    ]
    return Operation(name, tuple(parts))
