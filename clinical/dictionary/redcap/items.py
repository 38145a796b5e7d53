"""A row of the data dictionary -> an item and its code list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from clinical.dictionary.definition import (
    CODED,
    NUMBERS,
    Code,
    CodeList,
    Item,
    Range,
    Type,
)
from clinical.dictionary.redcap.choices import read_choices
from clinical.dictionary.redcap.naming import NUMBER
from clinical.dictionary.redcap.plain import strip_markup
from clinical.dictionary.redcap.tables import Field
from clinical.dictionary.redcap.words import FORCED, tags_of, type_of
from tabular.message import Message

BOUNDS = ("text_validation_min", "text_validation_max")
OF_THE_ITEM = ("field_name", "form_name")
READ_AS_THEY_ARE = ("section_header", "field_label", "field_note")
MODELS_READ = (*NUMBERS, Type.YES_NO, Type.CODE)


@dataclass
class CodeLists:
    """Code lists by what they hold: fields with the same choices share one, called as the first of them."""

    by_codes: dict[tuple[tuple[str, str], ...], CodeList] = field(default_factory=dict)

    def share(self, name: str, codes: tuple[Code, ...]) -> str:
        key = tuple((one.code, one.label.get("en", "")) for one in codes)
        return self.by_codes.setdefault(key, CodeList(name, codes)).name

    def made(self) -> tuple[CodeList, ...]:
        return tuple(self.by_codes.values())


def make_item(row: Field, lists: CodeLists, remarks: list[Message]) -> Item:
    """The item of a row, still without its logic; remarks are added to."""
    kind, precision = type_of(row)
    codes: tuple[Code, ...] = ()
    if kind in CODED:
        codes, told = read_choices(row.name, row["select_choices_or_calculations"])
        remarks += told
        if not codes:
            remarks.append(
                Message("redcap_no_choices", "%(field)s has no choices and is a text here.", field=row.name)
            )  # fmt: skip
            kind = Type.TEXT
    identifies = row.says("identifier")
    return Item(
        name=row.name,
        type=kind,
        label=_plain(row["field_label"]),
        note=_plain(row["field_note"]),
        range=_range(row, kind, remarks),
        precision=precision,
        codes=lists.share(row.name, codes) if codes else "",
        required=row.says("required_field") and kind is not Type.HEADING,
        identifier=identifies,
        model_may_read=kind in MODELS_READ and not identifies,
        source_text=_source_text(row),
    )


def _plain(text: str) -> dict[str, str]:
    plain = strip_markup(text)
    return {"en": plain} if plain else {}


def _source_text(row: Field) -> Mapping[str, str]:
    """Every cell that the item does not hold word by word, by the API's name of its column."""
    return {
        name: cell
        for name, cell in row.cells.items()
        if cell
        and name not in OF_THE_ITEM
        and not (name in READ_AS_THEY_ARE and strip_markup(cell) == cell)
    }


def _range(row: Field, kind: Type, remarks: list[Message]) -> Range:
    """Minimum and maximum ask for a second look; they refuse only where an annotation says so."""
    low, high = (_bound(row[name]) for name in BOUNDS)
    given = [row[name] for name in BOUNDS if row[name]]
    fits = kind in NUMBERS and None not in [_bound(text) for text in given]
    if not fits or (low is not None and high is not None and low > high):
        if given and kind is not Type.HEADING:
            remarks.append(
                Message(
                    "redcap_bounds",
                    "%(field)s: the bounds %(bounds)s are kept as text; here a number has bounds, and they are numbers.",
                    field=row.name,
                    bounds=" – ".join(given)[:100],
                )
            )
        return Range()
    if FORCED in tags_of(row["field_annotation"]):
        return Range(low=low, high=high)
    return Range(usual_low=low, usual_high=high)


def _bound(text: str) -> float | None:
    return float(text) if NUMBER.fullmatch(text) else None
