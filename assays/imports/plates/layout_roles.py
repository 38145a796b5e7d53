"""What a layout says of a well beside whose blood stood in it: its type, expected concentrations, dilution."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assays.formats import SampleType
from assays.formats.factors import read_factor
from assays.formats.leaving import names_factors
from assays.formats.retyping import Said
from assays.formats.values import NoValue
from imports.columns import Problem
from imports.reading import near
from sentences import as_sentence
from sentences import storable as _
from tabular.cell_errors import UNAVAILABLE
from tabular.numbers import number

TYPE = ("type", "welltype", "sampletype")
EXPECTED = re.compile(
    r"exp(?:ected|\.)?[\s_]*(?:conc(?:entration)?s?\.?)?[\s_:\-]*(?P<analyte>.*)", re.IGNORECASE
)
WORDS = {
    "unknown": SampleType.SAMPLE,
    "patient": SampleType.SAMPLE,
    "background": SampleType.BLANK,
    "qc": SampleType.CONTROL,
    "calibrator": SampleType.STANDARD,
} | {kind.value: kind for kind in SampleType}


@dataclass(frozen=True)
class RoleColumns:
    """Places of these columns; expected: by the analyte's name in the header, "" for all of them."""

    type: int | None
    dilution: int | None
    expected: dict[str, int]

    def __bool__(self) -> bool:
        return self.type is not None or bool(self.expected)


def role_columns(columns: Sequence[str]) -> RoleColumns:
    """The columns that say something of wells themselves: type, dilution, expected, expected IL-6."""
    bare = [re.sub(r"[^a-z]", "", column.lower()) for column in columns]
    type_at = next((bare.index(name) for name in TYPE if name in bare), None)
    dilution_at = next((i for i, name in enumerate(columns) if names_factors(name)), None)
    expected = {
        told["analyte"].strip(): place
        for place, column in enumerate(columns)
        if (told := EXPECTED.fullmatch(column.strip()))
    }
    return RoleColumns(type_at, dilution_at, expected)


def read_role(cells: Sequence[str], columns: RoleColumns, problems: list[Problem]) -> Said:
    """What a row says; what cannot be meant is added to `problems`."""

    def cell(place: int | None) -> str:
        text = cells[place].strip() if place is not None else ""
        return "" if text == UNAVAILABLE else text

    written = cell(columns.type)
    kind = WORDS.get(written.lower())
    if written and kind is None:
        why = _("write sample, standard, control or blank.") + near(written, WORDS)
        problems.append(Problem("type", written, why))
    expected = {}
    for analyte, place in columns.expected.items():
        if text := cell(place):
            found = _number(text)
            if found is None or found < 0:
                why = _("an expected concentration is a number, 0 or more.")
                problems.append(Problem(f"expected {analyte}".strip(), text, why))
            else:
                expected[analyte] = found
    if expected and kind in (SampleType.SAMPLE, SampleType.BLANK):
        why = _("only a standard or a control has an expected concentration.")
        problems.append(Problem("expected", written, why))
    return Said(kind, _dilution(cell(columns.dilution), problems), expected)


def _dilution(text: str, problems: list[Problem]) -> float | None:
    try:
        found = read_factor(text, decimal=None)
    except NoValue as error:
        problems.append(Problem("dilution", text, as_sentence(error.parameters["why"])))
        return None
    return None if found != found else found


def _number(text: str) -> float | None:
    found = number(text)
    return number(text, decimal=",") if found is None else found
