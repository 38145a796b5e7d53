"""The names of columns in files that leave the house, and back: one row per patient, a few columns per analyte.

An analyte's columns are SYMBOL (the value), SYMBOL_flag, SYMBOL_low and SYMBOL_high (the limit that the value
is below, or above); further readings of a frozen table add "SYMBOL (repeat 2)" and so on. Any set of symbols
gives names of which no two are equal, not even for a reader who does not tell upper from lower case; a symbol
that would not is marked "SYMBOL (analyte)". `symbol_of` leads back.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import count

ENDS = ("_flag", "_low", "_high")
_MARK = re.compile(r" \(analyte(?: [0-9]+)?\)$")
_REPEAT = " (repeat {})"
FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


def columns_of(symbols: Collection[str], taken: Collection[str] = ()) -> dict[str, str]:
    """The name of each symbol's column, in alphabetical order; `taken` names the file's other columns."""
    used = {name.casefold() for name in taken}
    found = {}
    for symbol in sorted(symbols):
        found[symbol] = free_name(symbol, used, as_it_is=not seems_made(symbol))
    return found


def free_name(
    wanted: str,
    used: set[str],
    *,
    as_it_is: bool = True,
    mark: str = "analyte",
    ends: Collection[str] = ENDS,
) -> str:
    """`wanted`, or the first of its marked forms whose columns are all free; they are used from now on.

    used: casefolded names. as_it_is: whether the name may stand unmarked. ends: of the columns beside it.
    """
    for name in _forms(wanted, as_it_is, mark):
        columns = {f"{name}{end}".casefold() for end in ("", *ends)}
        if not columns & used:
            break
    used |= columns
    return name


def symbol_of(column: str) -> str:
    """The symbol that `columns_of` named so."""
    return _MARK.sub("", column)


def repeat_of(column: str, replicate: int) -> str:
    """The name of the column that holds a further reading; the first has the name itself."""
    return column if replicate == 1 else column + _REPEAT.format(replicate)


def first_columns(columns: Collection[str]) -> list[str]:
    """Of a file's columns those that hold the first reading of an analyte: a column of flags stands beside."""
    known = set(columns)
    repeats = re.compile(r" \(repeat [0-9]+\)$")
    return [c for c in columns if f"{c}_flag" in known and not repeats.search(c)]


def _forms(wanted: str, as_it_is: bool, mark: str) -> Iterator[str]:
    if as_it_is:
        yield wanted
    yield f"{wanted} ({mark})"
    yield from (f"{wanted} ({mark} {n})" for n in count(2))


def seems_made(symbol: str) -> bool:
    """Whether a symbol looks like a name that is made here; it would not be found again."""
    return symbol.endswith(")") or symbol.casefold().endswith(ENDS)


def guard(text: str) -> str:
    """A text as a cell that no spreadsheet takes for a formula: an apostrophe in front where it could.
    `unguard` takes away what this puts there, and nothing else."""
    return f"'{text}" if text.lstrip("'").startswith(FORMULA_STARTS) else text


def unguard(text: str) -> str:
    """The inverse of `guard`."""
    guarded = text.startswith("'") and text.lstrip("'").startswith(FORMULA_STARTS)
    return text[1:] if guarded else text
