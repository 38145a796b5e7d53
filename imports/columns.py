"""Where a value of a row comes from: a column with its coding and unit, or a constant."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import TypeVar

from imports.reading import near
from imports.tables import Row, Table
from imports.texts import Texts, Unreadable, error_of_cell, quote
from imports.units import factor
from sentences import Sentence
from sentences import storable as _
from studies.refusals import Refused
from tabular.days import NoDay, check_form
from tabular.numbers import exact, half_width
from tabular.section import Section, near_names

T = TypeVar("T")


@dataclass(frozen=True)
class Source:
    """One value per row. `coding` translates texts; `choices` are what may come out of it."""

    where: str
    column: str | None = None
    constant: str | None = None
    coding: Mapping[str, str] = field(default_factory=dict)
    choices: tuple[str, ...] = ()
    factor: float = 1.0
    format: str = "%Y-%m-%d"

    def code_of(self, text: str) -> str | None:
        """The code of the coding that a text is: as written, else in half width, else by its number ("1.0" is
        the code 1); None where it is none. Unreadable where it may be several that mean different things."""
        if text in self.coding:
            return text
        plain = half_width(text)
        if plain in self.coding:
            return plain
        value = exact(plain) if self._by_number else None
        codes = self._by_number.get(value, ()) if value is not None else ()
        if len({self.coding[code] for code in codes}) > 1:
            raise Unreadable(
                _("this may be any of %(codes)s of the coding, which mean different things.")
                % {"codes": quote(codes)}
            )
        return codes[0] if codes else None

    @cached_property
    def _by_number(self) -> dict[Decimal, tuple[str, ...]]:
        found: dict[Decimal, tuple[str, ...]] = {}
        for code in self.coding:
            value = exact(code)
            if value is not None:
                found[value] = (*found.get(value, ()), code)
        return found

    @property
    def label(self) -> str:
        """What a rejection names: the column, or the key of the mapping that holds the constant."""
        return self.column if self.column is not None else self.where


@dataclass(frozen=True)
class Problem:
    """Why a row is rejected: column, the text in it, and a sentence."""

    column: str
    value: str
    why: Sentence | str


@dataclass
class RowReader:
    """The values of one row; what cannot be read is noted as a problem and comes out as unknown."""

    table: Table
    row: Row
    texts: Texts
    problems: list[Problem] = field(default_factory=list)

    def raw(self, source: Source) -> str:
        """The text as written, or the constant."""
        if source.column is None:
            return source.constant or ""
        return self.row.cells[self.table.position(source.column)]

    def reject(self, source: Source, why: Sentence | str) -> None:
        self.problems.append(Problem(source.label, self.raw(source), why))

    def text(self, source: Source | None) -> str | None:
        """The text after the coding; None where unknown or not mapped."""
        if source is None:
            return None
        raw = self.raw(source)
        try:
            code = source.code_of(raw)
        except Unreadable as error:
            self.reject(source, error.said)
            return None
        if code is not None:
            coded = source.coding[code]
            return None if coded == "unknown" and "unknown" not in source.choices else coded
        if self.texts.is_unknown(raw) and raw not in source.choices:
            return None  # but a cause of death may be known to be unknown
        if source.column is not None and (why := error_of_cell(raw)):
            self.reject(source, why)
            return None
        if source.coding and source.column is not None and raw not in source.choices:
            self.reject(
                source,
                _("not in the coding; it knows %(known)s.") % {"known": quote(source.coding)}
                + near(raw, source.coding),
            )
            return None
        if source.choices and raw not in source.choices:
            self.reject(
                source,
                _("must be one of %(choices)s; add a coding to the mapping.")
                % {"choices": quote(source.choices)}
                + near(raw, source.choices),
            )
            return None
        return raw

    def number(self, source: Source | None) -> float | None:
        """The number in the kept unit; None where unknown or not mapped."""
        factor = source.factor if source is not None else 1.0
        return self.read(source, lambda text: _scale(self.texts.number(text), factor))

    def boolean(self, source: Source | None) -> bool | None:
        text = self.text(source)
        return None if text is None else text == "true"

    def read(self, source: Source | None, parse: Callable[[str], T]) -> T | None:
        """The value that `parse` makes of the text; what it refuses is noted."""
        text = self.text(source)
        if source is None or text is None:
            return None
        try:
            return parse(text)
        except Unreadable as error:
            self.reject(source, error.said)
            return None


def _scale(value: float, factor: float) -> float:
    # 38 g/L is 3.8 g/dL, not 3.8000000000000003.
    return value if factor == 1.0 else float(f"{value * factor:.12g}")


def source_from(
    parent: Section,
    key: str,
    *,
    units: Mapping[str, float] | None = None,
    choices: Iterable[str] = (),
    more: Iterable[str] = (),
    dated: bool = False,
) -> Source | None:
    """Read `key: COLUMN` or `key: {column, constant, coding, unit, format}`; None when absent."""
    section = parent.section(key, shorthand="column")
    if section is None:
        return None
    allowed = ["column", "constant", "coding", *more]
    allowed += ["unit"] if units else []
    allowed += ["format", "year"] if dated else []
    section.only(allowed)
    column, constant = section.text("column"), _constant(section)
    if (column is None) == (constant is None):
        parent.refuse(key, "column_or_constant")
    return Source(
        where=section.where,
        column=column,
        constant=constant,
        coding=_coding(section, tuple(choices)),
        choices=tuple(choices),
        factor=_factor(section, units),
        format=_date_form(section) if dated else "",
    )


def _constant(section: Section) -> str | None:
    constant = section.content.get("constant")
    if isinstance(constant, bool):
        return "true" if constant else "false"
    return section.text("constant")


def _coding(section: Section, choices: tuple[str, ...]) -> dict[str, str]:
    coding = {
        code: "unknown" if meaning is None else meaning
        for code, meaning in section.texts_by_key("coding").items()
    }
    if choices and set(choices) >= {"true", "false"}:
        coding = {code: meaning.lower() for code, meaning in coding.items()}
    for code, meaning in coding.items():
        if choices and meaning not in {*choices, "unknown"}:
            near = near_names(meaning, choices)
            section.refuse("coding", "coding", near, code=code, meaning=meaning, choices=choices)
    return coding


def _factor(section: Section, units: Mapping[str, float] | None) -> float:
    unit = section.text("unit")
    if units is None or unit is None:
        return 1.0
    found = factor(units, unit)
    if found is None:
        section.refuse("unit", "unit", unit=unit, units=tuple(units))
        return 1.0
    return found


def _date_form(section: Section) -> str:
    if section.flag("year"):
        return "year"
    form = section.text("format", "%Y-%m-%d") or "%Y-%m-%d"
    try:
        check_form(form)
    except NoDay:
        section.refuse("format", "date_format")
        return "%Y-%m-%d"
    return form


def check_columns(
    table: Table, sources: Iterable[Source], ignore: Iterable[str], *, file: str
) -> tuple[str, ...]:
    """Refuse columns that the file lacks; return its columns that are neither mapped nor ignored."""
    named = {s.column: s.where for s in sources if s.column is not None}
    named |= {column: "ignore" for column in ignore if column not in named}
    missing = {column: where for column, where in named.items() if column not in table.columns}
    if missing:
        has = _("It has: %(columns)s.") % {"columns": quote(table.columns[:60])}
        raise Refused(
            {
                "mapping": [
                    _(
                        "Mapping: %(where)s: row %(row)d of “%(file)s” (the header) has no column “%(column)s”."
                    )
                    % {"where": where, "row": table.header_row, "file": file, "column": column}
                    + near(column, table.columns)
                    for column, where in missing.items()
                ]
                + [has]
            }
        )
    return tuple(column for column in table.columns if column not in named)
