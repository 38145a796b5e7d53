"""REDCap's logic in Yogo's language of expressions: what means the same for every value that its field can hold, or nothing.

Here a blank is unknown; there it is a text without letters, which is other than every value. So `[x] <> '1'` asks here whether x is not
known, too. Where an unknown condition would make more than itself unknown (under "if"), it asks for that as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from clinical.dictionary.definition import NUMBERS, Type
from clinical.dictionary.expressions.reading import LONGEST
from clinical.dictionary.redcap.calling import ask, compute
from clinical.dictionary.redcap.comparing import (
    EQUALITY,
    YES,
    ask_blank,
    compare_to,
    decide,
    refuse_values,
)
from clinical.dictionary.redcap.naming import NUMBER, Named, Names
from clinical.dictionary.redcap.said import (  # fmt: skip
    ATOM,
    SIGN,
    Said,
    call,
    compare,
    deny,
    join,
    know,
    operate,
    quote,
)
from clinical.dictionary.redcap.syntax import Field, Literal, Node, NotTranslated, Operation, parse
from tabular.message import Message

COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")
TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
ARITHMETIC = ("+", "-", "*", "/", "^")
BLANK = Said("0 / 0", binds=5)
"""The number that does not exist, for a calculation that gives nothing."""

BLANK_ORDERED = Message("redcap_doubt_order", "a blank is neither less nor more than anything")


@dataclass(frozen=True)
class Translated:
    """An expression, and where REDCap's own releases or documents disagree about what they do."""

    text: str
    doubts: tuple[Message, ...]


def translate_condition(text: str, names: Names) -> Translated:
    """Branching logic; NotTranslated where it has no certain meaning."""
    return _translate(text, names, lambda one, root: one.ask(root, total=False))


def translate_number(text: str, names: Names) -> Translated:
    """A calculation that gives a number."""
    return _translate(text, names, lambda one, root: one.compute(root))


def translate_text(text: str, names: Names) -> Translated:
    """A calculation that gives a text."""
    return _translate(text, names, lambda one, root: one.say(root))


def _translate(text: str, names: Names, say: Callable[[Translator, Node], Said]) -> Translated:
    translator = Translator(names)
    said = say(translator, parse(text))
    if len(said.text) > LONGEST:
        raise NotTranslated(
            Message("redcap_logic_too_long", "it would have more than %(most)d characters", most=LONGEST)
        )  # fmt: skip
    return Translated(said.text, tuple(dict.fromkeys(translator.doubts)))


@dataclass
class Translator:
    names: Names
    doubts: list[Message] = field(default_factory=list)

    def ask(self, node: Node, *, total: bool) -> Said:
        """A condition; `total`: it is never unknown where a blank decides it."""
        if isinstance(node, Field):
            return self._ask_field(node, total)
        if not isinstance(node, Operation):
            raise _refuse("a condition", node)
        if node.name == "()":
            return self.ask(node.parts[0], total=total)
        if node.name in ("and", "or"):
            return join(node.name, [self.ask(part, total=total) for part in node.parts])
        if node.name in COMPARISONS:
            left, right = node.parts
            return self._compare(left, node.name, right, total)
        if node.name == "if" and len(node.parts) == 3:
            condition, *values = node.parts
            told = [self.ask(value, total=total) for value in values]
            return call("if", self.ask(condition, total=True), *told)
        return ask(self, node, total)

    def _ask_field(self, node: Field, total: bool) -> Said:
        named = self.names.find(node)
        if named.item.type not in (Type.CODES, Type.YES_NO):
            raise _refuse("a condition", node)
        found = compare_to(named, "=", Literal(YES), self.names, total)
        return found if found is not None else named.said

    def _compare(self, left: Node, sign: str, right: Node, total: bool) -> Said:
        left, right = _bare(left), _bare(right)
        if isinstance(left, Literal):
            left, sign, right = right, TURNED.get(sign, sign), left
        if isinstance(right, Literal):
            found = self._compare_to(left, sign, right, total)
            if found is not None:
                return found
        elif isinstance(left, Field) and isinstance(right, Field):
            found = self._compare_fields(self.names.find(left), sign, self.names.find(right), total)
            if found is not None:
                return found
        return self._compare_numbers(left, sign, right, total)

    def _compare_to(self, left: Node, sign: str, right: Literal, total: bool) -> Said | None:
        if right.text == "" and sign not in EQUALITY:
            raise _refuse("something to compare", right)
        if isinstance(left, Field):
            named = self.names.find(left)
            if right.text == "":
                return ask_blank(named, self.names, sign)
            if named.item.type is Type.DATE and sign not in EQUALITY:
                self.doubts.append(BLANK_ORDERED)
            return compare_to(named, sign, right, self.names, total)
        if right.text == "":
            known = know(self.compute(left))
            return deny(known) if sign == "=" else known
        return None

    def _compare_fields(self, left: Named, sign: str, right: Named, total: bool) -> Said | None:
        """Two days, or two codes of one list; None where both are compared as numbers."""
        kinds = {left.item.type, right.item.type}
        days = kinds == {Type.DATE}
        codes = kinds == {Type.CODE} and left.item.codes == right.item.codes and sign in EQUALITY
        if days or codes:
            return self._hold(left.said, sign, right.said, total)
        if not kinds <= {*NUMBERS, Type.CODE, Type.YES_NO, Type.CODES}:
            raise refuse_values(left, right.item.name)
        return None

    def _compare_numbers(self, left: Node, sign: str, right: Node, total: bool) -> Said:
        if isinstance(right, Literal):
            first, value = self.compute(left, ordered=sign not in EQUALITY), self.compute(right)
            if sign == "=":
                return decide(compare(first, sign, value), first, total)
            if sign == "<>":
                return join("or", [deny(know(first)), compare(first, sign, value)])
            self.doubts.append(BLANK_ORDERED)
            return compare(first, sign, value)
        return self._hold(self.compute(left), sign, self.compute(right), total)

    def _hold(self, left: Said, sign: str, right: Said, total: bool) -> Said:
        """Two values that may both be blank: then they are equal."""
        found = compare(left, sign, right)
        if sign not in EQUALITY:
            self.doubts.append(BLANK_ORDERED)
            return found
        if self.names.missing:
            raise NotTranslated(
                Message("redcap_logic_missing_equal", "whether two missing-data codes are equal is not certain")
            )  # fmt: skip
        sure = join("and", [know(left), know(right), found]) if total or sign == "<>" else found
        if sign == "<>":
            return join("or", [compare(know(left), "<>", know(right)), sure])
        return join("or", [join("and", [deny(know(left)), deny(know(right))]), sure])

    def compute(self, node: Node, *, ordered: bool = True) -> Said:
        """A number; a condition is 1 or 0. `ordered`: more is asked of it than whether it is a certain number."""
        if isinstance(node, Literal):
            return _number(node)
        if isinstance(node, Field):
            return self._compute_field(self.names.find(node), ordered)
        if not isinstance(node, Operation):
            raise _refuse("a number", node)
        if node.name == "()":
            return self.compute(node.parts[0])
        if node.name == "negative":
            return Said(f"-{self.compute(node.parts[0]).within(ATOM)}", SIGN)
        if node.name in ARITHMETIC:
            left, right = (self.compute(part) for part in node.parts)
            return operate(left, node.name, right)
        if node.name == "if" and len(node.parts) == 3:
            condition, *values = node.parts
            return call("if", self.ask(condition, total=True), *(self.compute(v) for v in values))
        if node.name in (*COMPARISONS, "and", "or"):
            return call("if", self.ask(node, total=True), Said("1"), Said("0"))
        return compute(self, node)

    def _compute_field(self, named: Named, ordered: bool) -> Said:
        item = named.item
        if ordered and self.names.numbers_are_missing:
            raise NotTranslated(
                Message("redcap_logic_missing_number", "whether REDCap computes with missing-data codes that are numbers is not certain")
            )  # fmt: skip
        if item.type in NUMBERS:
            return named.said
        if item.type is Type.YES_NO:
            return call("if", named.said, Said("1"), Said("0"))
        if item.type is Type.CODES:
            if named.away:
                raise _refuse("a number", item.name)
            ticked = decide(call("has", named.said, quote(named.code)), named.said, total=True)
            return call("if", ticked, Said("1"), Said("0"))
        if item.type is Type.CODE and all(map(NUMBER.fullmatch, self.names.codes_of(item))):
            return call("number", named.said)
        raise _refuse("a number", item.name)

    def say(self, node: Node) -> Said:
        """A text."""
        node = _bare(node)
        if isinstance(node, Literal):
            return quote(node.text)
        if isinstance(node, Field):
            named = self.names.find(node)
            if named.item.type in (Type.TEXT, Type.CODE):
                return named.said
        if isinstance(node, Operation) and node.name == "if" and len(node.parts) == 3:
            condition, *values = node.parts
            return call("if", self.ask(condition, total=True), *(self.say(v) for v in values))
        raise _refuse("a text", node)


def _bare(node: Node) -> Node:
    """A node without the parentheses around it."""
    while isinstance(node, Operation) and node.name == "()":
        node = node.parts[0]
    return node


def _number(node: Literal) -> Said:
    if node.text == "":
        return BLANK
    if not NUMBER.fullmatch(node.text):
        raise _refuse("a number", node)
    return Said(node.text.lstrip("+"), SIGN if node.text.startswith("-") else ATOM)


def _refuse(wanted: str, found: Node | str) -> NotTranslated:
    shown = (
        found.text
        if isinstance(found, Literal)
        else found.name
        if isinstance(found, Operation)
        else str(found)
    )
    return NotTranslated(
        Message(
            "redcap_logic_kind",
            "“%(found)s” is not %(wanted)s here",
            found=shown[:50],
            wanted=wanted,
        )
    )
