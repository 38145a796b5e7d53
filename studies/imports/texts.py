"""Texts of cells -> values. Each refuses with a sentence that says what was expected."""

import math
import re
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

UNKNOWN = frozenset(
    {"", "na", "n/a", "#n/a", "nan", "null", "none", "unknown", "unk", "not known", ".", "不明"}
)
NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")


class Unreadable(ValueError):
    """A text that does not hold what its column must hold; the message says why."""


@dataclass(frozen=True)
class Texts:
    """How a file writes numbers and what it writes where a value is unknown."""

    decimal: str = "."
    unknown: frozenset[str] = UNKNOWN

    def is_unknown(self, text: str) -> bool:
        return text.strip().lower() in self.unknown

    def number(self, text: str) -> float:
        """A finite number; Unreadable for anything else."""
        plain = text.strip()
        if self.decimal == ",":
            if "." in plain:
                raise Unreadable(_("not a number with a decimal comma"))
            plain = plain.replace(",", ".")
        if not NUMBER.fullmatch(plain):
            if self.decimal == "." and NUMBER.fullmatch(plain.replace(",", ".")):
                raise Unreadable(
                    _(
                        "not a number with a decimal point (for a comma, add decimal: ',' to the mapping)"
                    )
                )
            raise Unreadable(_("not a number"))
        value = float(plain)
        if not math.isfinite(value):
            raise Unreadable(_("too large for a number"))
        return value


def day(text: str, form: str) -> date:
    """A date written as `form` (strptime), a bare `year` meaning its 1 January, or ISO 8601."""
    if form == "year":
        if not re.fullmatch(r"(19|20)\d\d(\.0)?", text):
            raise Unreadable(_("not a year of four digits"))
        return date(int(text[:4]), 1, 1)
    try:
        return datetime.strptime(text, form).date()
    except ValueError as error:
        raise Unreadable(_("not a date written as %(form)s") % {"form": spelled(form)}) from error


def spelled(form: str) -> str:
    """A strptime form as people write it: %Y-%m-%d is YYYY-MM-DD."""
    letters = {
        "%Y": "YYYY",
        "%m": "MM",
        "%d": "DD",
        "%b": "Mon",
        "%y": "YY",
        "%H": "hh",
        "%M": "mm",
    }
    for code, plain in letters.items():
        form = form.replace(code, plain)
    return form


def quoted(texts: object) -> str:
    """Names in quotation marks, with commas."""
    return ", ".join(f"“{text}”" for text in texts)  # type: ignore[attr-defined]
