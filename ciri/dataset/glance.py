"""What a person would see at a glance in a frame that is about to be frozen."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

import pandas as pd

from ciri.covariates.covariate import CODE, TRUTH, Covariate, plain_unit
from ciri.errors import Refused
from plausibility import (
    CODES,
    QUANTITIES,
    Cell,
    Doubt,
    Quantity,
    look_at_durations,
    look_at_numbers,
    look_at_outcomes,
)

_WORDS = {
    "a": "years",
    "mo": "months",
    "wk": "weeks",
    "d": "days",
}  # UCUM's signs, as people read them
_ROWS_NAMED = 5


def refuse_doubts(
    people: pd.DataFrame,
    covariates: Sequence[Covariate],
    measured: pd.DataFrame,
    accept: Iterable[tuple[str, str]],
    settled: Collection[str],
    *,
    concentrations: bool,
) -> None:
    """ValueError with every doubt about the columns that is not in `accept`, pairs of code and column.

    people: subject, covariates, and time (days) and event where outcomes are needed; measured: subject, analyte, value; settled: columns that are beyond doubt; concentrations: whether those cannot be
    negative. An entry of `accept` that matches no doubt is refused, too.
    """
    accepted = _pairs(accept)
    doubts = [*_of_people(people, covariates), *_of_measurements(measured, concentrations)]
    there = {(doubt.code, doubt.column) for doubt in doubts}
    if idle := [pair for pair in accepted if pair not in there]:
        raise Refused(
            "accept_idle",
            "accept holds %(pair)s, but nothing of that code and column is there to accept; "
            "take it out. There is: %(there)s.",
            pair=repr(idle[0]),
            there=", ".join(map(repr, sorted(there))) or "nothing",
        )
    waiting = [
        doubt
        for doubt in doubts
        if doubt.column not in settled and (doubt.code, doubt.column) not in accepted
    ]
    if waiting:
        lines = [f"- {d.code}, column {d.column}: {d.sentence()}{_rows(d)}" for d in waiting]
        pairs = ", ".join(f'("{d.code}", "{d.column}")' for d in waiting)
        raise Refused(
            "frame_in_doubt",
            "This frame looks wrong:\n%(doubts)s\nCorrect it; or, what is right, accept by code and column: "
            "accept=[%(pairs)s].",
            doubts="\n".join(lines),
            pairs=pairs,
        )


def _pairs(accept: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    pairs = [] if isinstance(accept, str) else [tuple(entry) for entry in accept]
    if isinstance(accept, str) or any(len(pair) != 2 for pair in pairs):
        raise Refused(
            "accept_not_pairs",
            'accept must be a list of pairs (code, column), such as ("constant", "IL6").',
        )
    for code, _column in pairs:
        if code not in CODES:
            raise Refused(
                "accept_unknown_code",
                "accept knows no code %(code)s; it knows %(codes)s.",
                code=repr(code),
                codes=", ".join(CODES),
            )
    return [(code, column) for code, column in pairs]


def _of_people(people: pd.DataFrame, covariates: Sequence[Covariate]) -> Iterator[Doubt]:
    for covariate in covariates:
        name = covariate.name
        if name not in people or covariate.kind == CODE:
            continue
        cells = _cells(people["subject"], people[name])
        if covariate.kind == TRUTH:  # that one is true of all is a study's choice, not a slip
            odd = [cell for cell in cells if not QUANTITIES["truth"].is_usual(cell.value)]
            yield from look_at_numbers(name, odd, QUANTITIES["truth"])
        else:
            yield from look_at_numbers(name, cells, _quantity(covariate))
    if "time" in people:
        yield from _of_outcomes(people)


def _quantity(covariate: Covariate) -> Quantity:
    """A covariate's ranges."""
    unit = plain_unit(covariate.unit)
    bounds = (covariate.low, covariate.usual_low, covariate.usual_high, covariate.high)
    return Quantity.bounded(_WORDS.get(unit, unit), *bounds)


def _of_outcomes(people: pd.DataFrame) -> Iterator[Doubt]:
    times = _cells(people["subject"], people["time"])
    events = _cells(people["subject"], people["event"])
    yield from look_at_durations("time", times, "days")
    known = {cell.row for cell in times} & {cell.row for cell in events}
    ended = [cell.value == 1 for cell in events if cell.row in known]
    yield from look_at_outcomes("event", ended, len(people) - len(ended))


def _of_measurements(measured: pd.DataFrame, concentrations: bool) -> Iterator[Doubt]:
    quantity = QUANTITIES["concentration"] if concentrations else None
    for analyte, rows in measured.groupby("analyte", sort=False):
        yield from look_at_numbers(str(analyte), _cells(rows["subject"], rows["value"]), quantity)


def _cells(subjects: pd.Series, values: pd.Series) -> list[Cell]:
    """Known numbers; what is no number is refused by `FrozenTable.freeze` in its own words."""
    numbers = pd.to_numeric(values, errors="coerce")
    known = numbers.notna()
    return [
        Cell(subject, float(value))
        for subject, value in zip(subjects[known], numbers[known], strict=True)
    ]


def _rows(doubt: Doubt) -> str:
    if not doubt.rows:
        return ""
    named = ", ".join(str(row) for row in doubt.rows[:_ROWS_NAMED])
    more = len(doubt.rows) - _ROWS_NAMED
    return f" Subjects {named}" + (f" and {more} more." if more > 0 else ".")
