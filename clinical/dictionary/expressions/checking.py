"""Whether the parts of an expression fit together: names that are there, kinds that can be compared, codes that exist."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from difflib import get_close_matches

from clinical.dictionary.expressions.errors import ExpressionError
from clinical.dictionary.expressions.functions import FUNCTIONS, Function
from clinical.dictionary.expressions.syntax import Call, Constant, Item, Kind, Node, Reference
from tabular.message import Message

Codes = Mapping[Item, Collection[str]]
HELD_AGAINST_CODES = ("=", "<>", "in", "has")


def check(node: Node, kinds: Mapping[Item, Kind], codes: Codes) -> tuple[Node, Kind]:
    """The node, with texts that stand for days as days, and what it gives."""
    if isinstance(node, Constant):
        return node, node.kind
    if isinstance(node, Reference):
        return node, _kind_of(node, kinds)
    function = FUNCTIONS.get(node.name)
    if function is None:
        raise ExpressionError(
            node.place,
            Message(
                "expression_no_function",
                "There is no function “%(name)s”.%(perhaps)s",
                name=node.name,
                perhaps=_perhaps(node.name, FUNCTIONS),
            ),
        )
    pairs = [check(part, kinds, codes) for part in node.arguments]
    _refuse_empty_texts(node)
    _refuse_unknown_codes(node, codes)
    if function.of_item and not (pairs and isinstance(pairs[0][0], Reference)):
        raise ExpressionError(
            node.place,
            Message(
                "expression_needs_item",
                "“%(name)s” needs an item in its first place: %(usage)s.",
                name=node.name,
                usage=function.usage,
            ),
        )
    return _fit(node, function, pairs)


def _kind_of(node: Reference, kinds: Mapping[Item, Kind]) -> Kind:
    kind = kinds.get(node.item)
    if kind is None:
        raise ExpressionError(
            node.place,
            Message(
                "expression_no_item",
                "There is no item “%(name)s”.%(perhaps)s",
                name=str(node.item),
                perhaps=_perhaps(str(node.item), map(str, kinds)),
            ),
        )
    return kind


def _fit(node: Call, function: Function, pairs: list[tuple[Node, Kind]]) -> tuple[Node, Kind]:
    """The call by the first of its signatures that fits, with days for texts where one asks for them."""
    for signature in function.signatures:
        wanted = signature.stretch(len(pairs))
        if wanted is None:
            continue
        parts = [_as_kind(part, kind, to) for (part, kind), to in zip(pairs, wanted, strict=True)]
        if all(part is not None for part in parts):
            fitting = tuple(part for part in parts if part is not None)
            return Call(node.place, node.name, fitting), signature.gives
    raise ExpressionError(
        node.place,
        Message(
            "expression_does_not_fit",
            "“%(name)s” cannot be used with %(kinds)s: %(usage)s.",
            name=node.name,
            kinds=" and ".join(str(kind) for _part, kind in pairs) or "nothing",
            usage=function.usage,
        ),
    )


def _as_kind(part: Node, kind: Kind, to: Kind) -> Node | None:
    """The part where it is of a kind, or a written day that can be; None where it does not fit."""
    if kind is to:
        return part
    if to is Kind.DAY and isinstance(part, Constant) and kind is Kind.TEXT:
        try:
            return Constant(part.place, Kind.DAY, date.fromisoformat(str(part.value)).isoformat())
        except ValueError:
            return None
    return None


def _refuse_empty_texts(node: Call) -> None:
    for part in node.arguments:
        if isinstance(part, Constant) and part.value == "":
            raise ExpressionError(
                part.place,
                Message(
                    "expression_empty_text",
                    "Nothing equals an empty text: ask not known(...) for what was not answered.",
                ),
            )


def _refuse_unknown_codes(node: Call, codes: Codes) -> None:
    """A code that is in no list of the item it is held against would never be found, in silence."""
    if node.name not in HELD_AGAINST_CODES:
        return
    items = [part.item for part in node.arguments if isinstance(part, Reference)]
    lists = [codes[item] for item in items if codes.get(item)]
    for part in node.arguments:
        if lists and isinstance(part, Constant) and part.value not in lists[0]:
            raise ExpressionError(
                part.place,
                Message(
                    "expression_no_code",
                    "“%(item)s” has no code “%(code)s”: it has %(codes)s.",
                    item=str(items[0]),
                    code=str(part.value),
                    codes=", ".join(lists[0]),
                ),
            )


def _perhaps(name: str, among: Collection[str] | map[str]) -> Message | str:
    near = get_close_matches(name, list(among), n=1)
    return Message("perhaps_meant", " Did you mean “%(name)s”?", name=near[0]) if near else ""
