"""Every function and operator: what it takes, what it gives, how it is computed.

Unknown is not zero, not empty and not false. What is computed from something unknown is unknown, except where the rest decides
already ("or" with a truth, "and" with a falsehood: Kleene's logic), and in functions of several values, which pass over it. A
number that does not exist (a division by zero, the root of a negative number) is unknown.

Sums run from left to right over columns, never along one, so that a row alone and the same row among a hundred thousand are
equal to the bit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np

from clinical.dictionary.expressions import days
from clinical.dictionary.expressions.columns import BLANKS, Column, Values
from clinical.dictionary.expressions.syntax import Kind
from tabular.numbers import number

NUMBER, TEXT, DAY, TRUTH, CODES = Kind.NUMBER, Kind.TEXT, Kind.DAY, Kind.TRUTH, Kind.CODES
# Of numbers a little below a half, as decimals such as 2.675 are in binary: they are rounded as they were written.
HALF = 0.5 + 1e-9
MOST_PLACES = 12
Compute = Callable[..., Column]


@dataclass(frozen=True)
class Signature:
    """Kinds of the arguments and of the result; `more`: the last may be given again, any number of times."""

    takes: tuple[Kind, ...]
    gives: Kind
    more: bool = False

    def stretch(self, n: int) -> tuple[Kind, ...] | None:
        """The kinds of n arguments, or None where there cannot be as many."""
        if self.more and n >= len(self.takes):
            return self.takes + self.takes[-1:] * (n - len(self.takes))
        return self.takes if n == len(self.takes) else None


@dataclass(frozen=True)
class Function:
    """usage: how it is written; of_item: its first argument is an item, for what is asked of was not computed."""

    usage: str
    signatures: tuple[Signature, ...]
    compute: Compute
    of_item: bool = False


def strict(gives: Kind, function: Callable[..., Any]) -> Compute:
    """Of arrays: what is unknown anywhere is unknown in the result, and so is a number that does not exist."""

    def compute(*columns: Column) -> Column:
        known = np.logical_and.reduce([column.known for column in columns])
        with np.errstate(all="ignore"):
            values = np.asarray(function(*(column.values for column in columns)))
        if gives is NUMBER:
            known = known & np.isfinite(values)
        values = np.where(known, values, _blank(gives)).astype(values.dtype)
        return Column(gives, values, known)

    return compute


def each(gives: Kind, function: Callable[..., Any]) -> Compute:
    """Of Python's values, one after the other; blanks stand where one is unknown."""

    def compute(*columns: Column) -> Column:
        known = np.logical_and.reduce([column.known for column in columns])
        rows = zip(*(column.values for column in columns), strict=True)
        dtype = np.float64 if gives is NUMBER else np.bool_ if gives is TRUTH else object
        values = np.empty(len(known), dtype=dtype)
        values[:] = [function(*row) for row in rows]
        return Column(gives, values, known)

    return compute


def over(function: Callable[[Values, Values], Any]) -> Compute:
    """Of several numbers, passing over unknown ones: values with NaN where unknown, and how many are known, of
    shapes (k, n) and (n,)."""

    def compute(*columns: Column) -> Column:
        known = np.stack([column.known for column in columns])
        values = np.stack([column.values for column in columns]).astype(np.float64)
        count = known.sum(axis=0)
        with np.errstate(all="ignore"):
            found = function(np.where(known, values, np.nan), count)
        defined = (count > 0) & np.isfinite(found)
        return Column(NUMBER, np.where(defined, found, 0.0), defined)

    return compute


def _sum(values: Values, _count: Values) -> Values:
    return reduce(np.add, np.nan_to_num(values), np.zeros(values.shape[1]))


def _mean(values: Values, count: Values) -> Values:
    return _sum(values, count) / count


def _stdev(values: Values, count: Values) -> Values:
    """Of a sample: n - 1 below; of one value it is unknown."""
    return np.sqrt(_sum((values - _mean(values, count)) ** 2, count) / (count - 1.0))


def _median(values: Values, count: Values) -> Values:
    ordered = np.sort(values, axis=0)  # NaN last
    row = np.arange(values.shape[1])
    lower, upper = np.maximum(count - 1, 0) // 2, np.minimum(count // 2, len(values) - 1)
    return (ordered[lower, row] + ordered[upper, row]) / 2


def _least(values: Values, _count: Values) -> Values:
    return reduce(np.fmin, values)


def _greatest(values: Values, _count: Values) -> Values:
    return reduce(np.fmax, values)


def _how_many(*columns: Column) -> Column:
    count = np.sum([column.known for column in columns], axis=0).astype(np.float64)
    return Column(NUMBER, count, np.ones(len(count), dtype=np.bool_))


def _and(*columns: Column) -> Column:
    refuted = np.logical_or.reduce([column.known & ~column.values for column in columns])
    known = refuted | np.logical_and.reduce([column.known for column in columns])
    return Column(TRUTH, known & ~refuted, known)


def _or(*columns: Column) -> Column:
    holds = np.logical_or.reduce([column.holds() for column in columns])
    known = holds | np.logical_and.reduce([column.known for column in columns])
    return Column(TRUTH, holds, known)


def _if(condition: Column, then: Column, otherwise: Column) -> Column:
    known = condition.known & np.where(condition.values, then.known, otherwise.known)
    values = np.where(condition.values, then.values, otherwise.values)
    return Column(
        then.kind, np.where(known, values, _blank(then.kind)).astype(then.values.dtype), known
    )


def _first_known(*columns: Column) -> Column:
    values, known = columns[-1].values, columns[-1].known
    for column in reversed(columns[:-1]):
        values = np.where(column.known, column.values, values)
        known = column.known | known
    return Column(columns[0].kind, values, known)


def _among(of: Column, *constants: Column) -> Column:
    found = np.logical_or.reduce([of.values == one.values for one in constants])
    return Column(TRUTH, found.astype(np.bool_) & of.known, of.known)


def _has(of: Column, *codes: Column) -> Column:
    pairs = zip(of.values, zip(*(one.values for one in codes), strict=True), strict=True)
    found = np.array([not given.isdisjoint(any_of) for given, any_of in pairs], dtype=np.bool_)
    return Column(TRUTH, found & of.known, of.known)


def _number(of: Column) -> Column:
    """Of a code or a text that is a number; any other is unknown."""
    found = [
        number(text) if known else None for text, known in zip(of.values, of.known, strict=True)
    ]
    return Column.of(NUMBER, found)


def _known(of: Column) -> Column:
    return Column(TRUTH, of.known, np.ones(len(of), dtype=np.bool_))


def _missing(of: Column, *codes: Column) -> Column:
    """Whether a missing code was given (one of these, if any are named)."""
    certain = np.ones(len(of), dtype=np.bool_)
    if of.missing is None:
        return Column(TRUTH, ~certain, certain)
    found = of.missing != ""
    if codes:
        found = np.logical_or.reduce([of.missing == one.values for one in codes])
    return Column(TRUTH, found.astype(np.bool_) & ~of.known, certain)


def _round_by(nearest: Callable[[Values], Values]) -> Callable[[Values, Values], Values]:
    def round_numbers(values: Values, places: Values) -> Values:
        usable = (places == np.floor(places)) & (places >= 0) & (places <= MOST_PLACES)
        scale = 10.0 ** np.where(usable, places, 0)
        return np.where(usable, np.sign(values) * nearest(np.abs(values) * scale) / scale, np.nan)

    return round_numbers


def _blank(kind: Kind) -> Any:
    return np.datetime64(BLANKS[kind]) if kind is DAY else BLANKS[kind]


def _compare_by(function: Callable[[Any, Any], Any]) -> Compute:
    return strict(TRUTH, lambda left, right: np.asarray(function(left, right), dtype=np.bool_))


NUMBERS = (Signature((NUMBER, NUMBER), NUMBER),)
ONE_NUMBER = (Signature((NUMBER,), NUMBER),)
MANY_NUMBERS = (Signature((NUMBER,), NUMBER, more=True),)
TEXTS = (Signature((TEXT, TEXT), TRUTH),)
TRUTHS = (Signature((TRUTH,), TRUTH, more=True),)
DAYS = (Signature((DAY, DAY), NUMBER),)
ORDERED = tuple(Signature((kind, kind), TRUTH) for kind in (NUMBER, DAY))
EQUALS = tuple(Signature((kind, kind), TRUTH) for kind in (NUMBER, TEXT, DAY, TRUTH))
LISTED = tuple(Signature((kind, kind), TRUTH, more=True) for kind in (NUMBER, TEXT, DAY))
ANY = tuple(Signature((kind,), TRUTH) for kind in Kind)
PLACES = (Signature((NUMBER, NUMBER), NUMBER),)

FUNCTIONS: dict[str, Function] = {
    "or": Function("a or b", TRUTHS, _or),
    "and": Function("a and b", TRUTHS, _and),
    "not": Function("not a", (Signature((TRUTH,), TRUTH),), strict(TRUTH, np.logical_not)),
    "=": Function("two of one kind", EQUALS, _compare_by(np.equal)),
    "<>": Function("two of one kind", EQUALS, _compare_by(np.not_equal)),
    "<": Function("two numbers or two days", ORDERED, _compare_by(np.less)),
    "<=": Function("two numbers or two days", ORDERED, _compare_by(np.less_equal)),
    ">": Function("two numbers or two days", ORDERED, _compare_by(np.greater)),
    ">=": Function("two numbers or two days", ORDERED, _compare_by(np.greater_equal)),
    "in": Function("an item in ('a', 'b')", LISTED, _among),
    "+": Function("two numbers", NUMBERS, strict(NUMBER, np.add)),
    "-": Function("two numbers", NUMBERS, strict(NUMBER, np.subtract)),
    "*": Function("two numbers", NUMBERS, strict(NUMBER, np.multiply)),
    "/": Function("two numbers", NUMBERS, strict(NUMBER, np.divide)),
    "^": Function("two numbers", NUMBERS, strict(NUMBER, np.power)),
    "negative": Function("-a number", ONE_NUMBER, strict(NUMBER, np.negative)),
    "abs": Function("abs(number)", ONE_NUMBER, strict(NUMBER, np.abs)),
    "sqrt": Function("sqrt(number)", ONE_NUMBER, strict(NUMBER, np.sqrt)),
    "exp": Function("exp(number)", ONE_NUMBER, strict(NUMBER, np.exp)),
    "log": Function("log(number), natural", ONE_NUMBER, strict(NUMBER, np.log)),
    "log10": Function("log10(number)", ONE_NUMBER, strict(NUMBER, np.log10)),
    "round": Function(
        "round(number, places), halves away from zero",
        PLACES,
        strict(NUMBER, _round_by(lambda values: np.floor(values + HALF))),
    ),
    "roundup": Function(
        "roundup(number, places), away from zero",
        PLACES,
        strict(NUMBER, _round_by(lambda values: np.ceil(values - 1e-9))),
    ),
    "rounddown": Function(
        "rounddown(number, places), towards zero",
        PLACES,
        strict(NUMBER, _round_by(lambda values: np.floor(values + 1e-9))),
    ),
    "sum": Function("sum(number, ...) of those known", MANY_NUMBERS, over(_sum)),
    "mean": Function("mean(number, ...) of those known", MANY_NUMBERS, over(_mean)),
    "median": Function("median(number, ...) of those known", MANY_NUMBERS, over(_median)),
    "stdev": Function("stdev(number, ...) of those known", MANY_NUMBERS, over(_stdev)),
    "min": Function("min(number, ...) of those known", MANY_NUMBERS, over(_least)),
    "max": Function("max(number, ...) of those known", MANY_NUMBERS, over(_greatest)),
    "how_many": Function(
        "how_many(number, ...), those known",
        tuple(Signature((kind,), NUMBER, more=True) for kind in Kind),
        _how_many,
    ),
    "days_between": Function("days_between(day, day)", DAYS, strict(NUMBER, days.days_between)),
    "whole_months_between": Function(
        "whole_months_between(day, day)", DAYS, strict(NUMBER, days.whole_months_between)
    ),
    "whole_years_between": Function(
        "whole_years_between(day, day), birthdays counted",
        DAYS,
        strict(NUMBER, days.whole_years_between),
    ),
    "contains": Function(
        "contains(text, text)", TEXTS, each(TRUTH, lambda text, part: part in text)
    ),
    "starts_with": Function("starts_with(text, text)", TEXTS, each(TRUTH, str.startswith)),
    "lower": Function("lower(text)", (Signature((TEXT,), TEXT),), each(TEXT, str.lower)),
    "number": Function(
        "number(text or code that is written as a number)", (Signature((TEXT,), NUMBER),), _number
    ),
    "length": Function("length(text)", (Signature((TEXT,), NUMBER),), each(NUMBER, len)),
    "has": Function(
        "has(item of several codes, 'code', ...)",
        (Signature((CODES, TEXT), TRUTH, more=True),),
        _has,
        of_item=True,
    ),
    "known": Function("known(value)", ANY, _known),
    "missing": Function(
        "missing(item) or missing(item, 'code', ...)",
        (*ANY, *(Signature((kind, TEXT), TRUTH, more=True) for kind in Kind)),
        _missing,
        of_item=True,
    ),
    "if": Function(
        "if(truth, value, other value)",
        tuple(Signature((TRUTH, kind, kind), kind) for kind in Kind),
        _if,
    ),
    "first_known": Function(
        "first_known(value, ...)",
        tuple(Signature((kind,), kind, more=True) for kind in Kind),
        _first_known,
    ),
}
