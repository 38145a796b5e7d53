"""Texts of cells -> values. Each refuses with a sentence that says what was expected."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from sentences import Sentence, as_sentence
from sentences import storable as _
from tabular.cell_errors import is_error
from tabular.days import NoDay, read_day
from tabular.numbers import exact, half_width, number

UNKNOWN = frozenset(
    {"", "na", "n/a", "#n/a", "nan", "null", "none", "unknown", "unk", "not known", ".", "不明"}
)


class Unreadable(ValueError):
    """A text that does not hold what its column must hold; `said` tells why."""

    def __init__(self, said: Sentence | str) -> None:
        self.said = said
        super().__init__(str(said))


@dataclass(frozen=True)
class Texts:
    """How a file writes numbers and what it writes where a value is unknown."""

    decimal: str = "."
    unknown: frozenset[str] = UNKNOWN

    def is_unknown(self, text: str) -> bool:
        """Whether a text is one of those written for a value that is unknown: "9.0" is, where 9 is."""
        plain = half_width(text).lower()
        if plain in self.unknown:
            return True
        written = exact(plain) if self._unknown_numbers else None
        return written is not None and written in self._unknown_numbers

    @cached_property
    def _unknown_numbers(self) -> frozenset[Decimal]:
        found = (exact(text) for text in self.unknown)
        return frozenset(value for value in found if value is not None)

    def number(self, text: str) -> float:
        """A finite number; Unreadable for anything else."""
        value = number(text, decimal=self.decimal)
        if value is not None:
            return value
        if self.decimal == ",":
            raise Unreadable(_("not a number with a decimal comma"))
        if number(text.replace("，", ","), decimal=",") is not None:
            raise Unreadable(
                _(
                    "not a number with a decimal point (for a comma, add decimal: ',' to the mapping)"
                )
            )
        raise Unreadable(_("not a number, or too large for one"))


def error_of_cell(text: str) -> Sentence | None:
    """Why a cell that holds an error of the spreadsheet ("#REF!") is no value; None for any other text."""
    if not is_error(text):
        return None
    return _(
        "the cell holds an error of the spreadsheet, not a value; correct it in the spreadsheet and save "
        "the file again."
    )


def day(text: str, form: str) -> date:
    """A date as the file writes it (`tabular.days`); Unreadable with the reason."""
    try:
        return read_day(text, form)
    except NoDay as error:
        raise Unreadable(as_sentence(error.message)) from error


def quote(texts: object) -> str:
    """Names in quotation marks, with commas."""
    return ", ".join(f"“{text}”" for text in texts)  # type: ignore[attr-defined]
