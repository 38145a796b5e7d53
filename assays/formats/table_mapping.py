"""Which column of a table of no instrument is what: the mapping of `assays.formats.generic`, checked key by key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from assays.formats.errors import PlateFormatError
from assays.formats.reading import Plate
from tabular.message import Message
from tabular.section import EnoughProblems, Problem, Section

NUMERIC = ("mfi", "net_mfi", "bead_count")
FIELDS = ("well", "sample", "sample_type", "analyte", "value", "unit", *NUMERIC, "dilution")
LAYOUTS = ("long", "wide")
MARKS = (".", ",")
WRONG = {
    found.code: found
    for found in (
        Message("no_text", "write a text."),
        Message("no_texts", "write a list of texts."),
        Message("sample_column", "name the column that holds the sample."),
        Message("long_needs", "a long file needs analyte and value."),
        Message(
            "long_lists_none",
            "a list of analytes belongs to a wide file; a long one names them in a column.",
        ),
        Message(
            "wide_has_none",
            "analyte and value belong to a long file; a wide one names analytes in its header.",
        ),
    )
}
"""What can be wrong, for whoever reads a plate without Yogo's pages."""


@dataclass(frozen=True)
class TableMapping:
    """columns: key of FIELDS -> name of the column; analytes: the columns of a wide table, () for all others."""

    columns: dict[str, str]
    is_wide: bool = False
    analytes: tuple[str, ...] = ()
    decimal: str = "."
    unit_text: str = ""
    sheet: str | None = None
    plate: Plate = field(default_factory=Plate)


def table_mapping(section: Section) -> TableMapping:
    """Read the mapping; what is wrong is collected in `section.problems`."""
    layout = section.one_of("layout", LAYOUTS, "wide" if section.has("analytes") else "long")
    found = TableMapping(
        columns={key: name for key in FIELDS if (name := section.text(key)) is not None},
        is_wide=layout == "wide",
        analytes=section.texts("analytes"),
        decimal=section.one_of("decimal", MARKS) or ".",
        unit_text=section.text("unit_text") or "",
        sheet=section.text("sheet"),
        plate=Plate(
            name=section.text("name") or "",
            instrument=section.text("instrument") or "",
            lot=section.text("lot") or "",
        ),
    )
    section.refuse_unread()
    if not section.has("sample"):
        section.refuse("sample", "sample_column")
    if found.is_wide and (section.has("analyte") or section.has("value")):
        section.refuse("analyte", "wide_has_none")
    if not found.is_wide and not (section.has("analyte") and section.has("value")):
        section.refuse("analyte", "long_needs")
    if not found.is_wide and section.has("analytes"):
        section.refuse("analytes", "long_lists_none")
    return found


def read_table_mapping(mapping: Mapping[str, Any]) -> TableMapping:
    """The same; PlateFormatError with the first problems where something is wrong."""
    plain = {
        key: list(value) if isinstance(value, tuple) else value for key, value in mapping.items()
    }
    section = Section(plain)
    try:
        found = table_mapping(section)
    except EnoughProblems:
        found = TableMapping({})
    if section.problems:
        told = [_say(problem) for problem in section.problems[:3]]
        raise PlateFormatError(
            Message("mapping_of_table", "The mapping: %(problems)s", problems=told)
        )
    return found


def _say(problem: Problem) -> Message:
    """A problem with its place, and with known names that are near."""
    why = Message("problem_at", "%(where)s: %(why)s", where=problem.where, why=_why(problem))
    if not problem.near:
        return why
    return Message(
        "near", "%(why)s Did you mean %(names)s?", why=why, names=", ".join(problem.near)
    )


def _why(problem: Problem) -> Message:
    told = problem.parameters
    if problem.code == "unknown_key":
        return Message(
            "unknown_key",
            "this key is not known here; use one of %(keys)s.",
            keys=", ".join(told["keys"]),
        )
    if problem.code == "not_one_of":
        return Message(
            "not_one_of",
            "“%(value)s” is not known here; use one of %(choices)s.",
            value=told["value"],
            choices=", ".join(told["choices"]),
        )
    return WRONG[problem.code]
