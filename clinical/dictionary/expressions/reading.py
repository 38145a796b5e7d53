"""A text as an expression: read by the grammar, then held against the kinds of what it names."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lark import Lark, Token, Transformer, UnexpectedInput, UnexpectedToken, v_args

from clinical.dictionary.expressions.checking import check
from clinical.dictionary.expressions.errors import ExpressionError
from clinical.dictionary.expressions.syntax import (
    Call,
    Constant,
    Item,
    Kind,
    Node,
    Reference,
    depth,
    walk,
)
from tabular.message import Message

LONGEST = 4000  # the longest in public REDCap dictionaries has 1,935 characters
DEEPEST = 200
NEAR = 20


@dataclass(frozen=True)
class Expression:
    """A text that was understood.

    Attributes
    ----------
    text : str
        As it was written.
    root : Node
        What it is made of.
    kind : Kind
        What it gives.
    """

    text: str
    root: Node
    kind: Kind

    def items(self) -> tuple[Item, ...]:
        """The items that it names, each once, in the order of the text."""
        named = [one.item for one in walk(self.root) if isinstance(one, Reference)]
        return tuple(dict.fromkeys(named))


def read(
    text: str,
    kinds: Mapping[Item, Kind],
    codes: Mapping[Item, Collection[str]] | None = None,
    gives: Kind | None = None,
) -> Expression:
    """Read an expression.

    Parameters
    ----------
    text : str
        At most LONGEST characters.
    kinds : mapping of Item to Kind
        Every item that may be named.
    codes : mapping of Item to codes, optional
        Codes of the items that have a code list: another code is refused, for it would never be found.
    gives : Kind, optional
        What the place of the expression needs: a truth for "shown when" and checks.

    Raises
    ------
    ExpressionError
        Where it cannot be read, names what is not there, or computes with what does not fit.
    """
    if len(text) > LONGEST:
        raise ExpressionError(
            LONGEST,
            Message(
                "expression_too_long",
                "An expression may have %(most)d characters; this has %(n)d.",
                most=LONGEST,
                n=len(text),
            ),
        )
    root = _parse(text)
    if depth(root) > DEEPEST:
        raise ExpressionError(
            0,
            Message(
                "expression_too_deep",
                "More than %(most)d steps stand inside each other: make it two items.",
                most=DEEPEST,
            ),
        )
    root, kind = check(root, kinds, {} if codes is None else codes)
    if gives is not None and kind is not gives:
        raise ExpressionError(
            0,
            Message(
                "expression_gives_another_kind",
                "This gives a %(found)s where a %(wanted)s is needed.",
                found=str(kind),
                wanted=str(gives),
            ),
        )
    return Expression(text, root, kind)


def _parse(text: str) -> Node:
    try:
        return _parser().parse(text)  # type: ignore[return-value]
    except UnexpectedInput as error:
        raise _refusal(text, error) from error


def _refusal(text: str, error: UnexpectedInput) -> ExpressionError:
    place = error.pos_in_stream
    ended = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    if place is None or ended:
        return ExpressionError(
            len(text),
            Message("expression_ends", "The expression ends where something more is needed."),
        )
    return ExpressionError(
        place,
        Message(
            "expression_not_understood",
            "“%(found)s” is not understood at character %(place)d.",
            found=text[place : place + NEAR],
            place=place + 1,
        ),
    )


@cache
def _parser() -> Lark:
    grammar = (Path(__file__).parent / "grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", transformer=_Builder(), propagate_positions=False)


@v_args(inline=True)
class _Builder(Transformer[Token, Node]):
    """Makes nodes while the text is parsed, so that no depth of it can exhaust the stack."""

    def either(self, left: Node, right: Node) -> Node:
        return _join("or", left, right)

    def both(self, left: Node, right: Node) -> Node:
        return _join("and", left, right)

    def denied(self, of: Node) -> Node:
        return Call(of.place, "not", (of,))

    def compared(self, left: Node, sign: Token, right: Node) -> Node:
        name = "<>" if sign == "!=" else str(sign)
        return Call(_place(sign), name, (left, right))

    def combined(self, left: Node, sign: Token, right: Node) -> Node:
        return Call(_place(sign), str(sign), (left, right))

    def among(self, of: Node, *constants: Node) -> Node:
        return Call(of.place, "in", (of, *constants))

    def signed(self, sign: Token, of: Node) -> Node:
        return Call(_place(sign), "negative", (of,)) if sign == "-" else of

    def called(self, name: Token, *arguments: Node | None) -> Node:
        given = tuple(one for one in arguments if one is not None)
        return Call(_place(name), str(name).lower(), given)

    def number(self, token: Token) -> Node:
        return Constant(_place(token), Kind.NUMBER, float(token))

    def text(self, token: Token) -> Node:
        return Constant(_place(token), Kind.TEXT, str(token)[1:-1])

    def item(self, event: Token | None, name: Token, instance: Token | None) -> Node:
        item = Item(
            str(name),
            None if event is None else str(event),
            None if instance is None else str(instance),
        )
        return Reference(_place(name if event is None else event), item)


def _join(name: str, left: Node, right: Node) -> Node:
    """Of many with the same word between them, one call, so that a long list is not a deep one."""
    parts = [
        part
        for one in (left, right)
        for part in (one.arguments if isinstance(one, Call) and one.name == name else (one,))
    ]
    return Call(left.place, name, tuple(parts))


def _place(token: Token) -> int:
    return token.start_pos or 0
