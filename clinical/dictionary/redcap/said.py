"""Parts of an expression of Yogo as they are written, each with how strongly it binds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from clinical.dictionary.redcap.syntax import NotTranslated
from tabular.message import Message

OR, AND, NOT, COMPARISON, SUM, PRODUCT, SIGN, POWER, ATOM = range(9)
BINDS = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "^": POWER}


@dataclass(frozen=True)
class Said:
    text: str
    binds: int = ATOM

    def within(self, binds: int) -> str:
        """The text for a place where what binds less stands in parentheses."""
        return f"({self.text})" if self.binds < binds else self.text


def join(word: str, parts: Iterable[Said]) -> Said:
    """Parts with "and" or "or" between them."""
    binds = AND if word == "and" else OR
    return Said(f" {word} ".join(part.within(binds) for part in parts), binds)


def deny(of: Said) -> Said:
    return Said(f"not {of.within(COMPARISON)}", NOT)


def compare(left: Said, sign: str, right: Said) -> Said:
    return Said(f"{left.within(SUM)} {sign} {right.within(SUM)}", COMPARISON)


def operate(left: Said, sign: str, right: Said) -> Said:
    """Two numbers with a sign between them; what stands on the right binds more, so that the order is the same."""
    binds = BINDS[sign]
    return Said(f"{left.within(ATOM if sign == '^' else binds)} {sign} {right.within(ATOM if sign == '^' else binds + 1)}", binds)  # fmt: skip


def call(name: str, *parts: Said) -> Said:
    return Said(f"{name}({', '.join(part.text for part in parts)})")


def know(of: Said) -> Said:
    return call("known", of)


def quote(text: str) -> Said:
    """A text in quotation marks that it does not hold."""
    mark = next((one for one in "'\"" if one not in text), None)
    if mark is None or not text:
        raise NotTranslated(
            Message("redcap_logic_text", "“%(text)s” cannot be written as a text", text=text[:50])
        )
    return Said(f"{mark}{text}{mark}")
