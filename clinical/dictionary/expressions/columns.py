"""Values of an item over many forms: each known or unknown. What was answered and what was not are never one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from clinical.dictionary.expressions.syntax import Kind

Values = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]

DTYPES: dict[Kind, Any] = {
    Kind.NUMBER: np.float64,
    Kind.TEXT: object,
    Kind.DAY: "datetime64[D]",
    Kind.TRUTH: np.bool_,
    Kind.CODES: object,
}
# Stands where a value is unknown, so that arithmetic passes over it; never read as a value.
BLANKS: dict[Kind, Any] = {
    Kind.NUMBER: 0.0,
    Kind.TEXT: "",
    Kind.DAY: date(1970, 1, 1),
    Kind.TRUTH: False,
    Kind.CODES: frozenset(),
}


@dataclass(frozen=True)
class Column:
    """Values of one kind.

    Attributes
    ----------
    kind : Kind
    values : array of shape (n,)
        float64, datetime64[D], bool, or objects: text, frozensets of codes.
    known : bool array of shape (n,)
        False where there is no value; `values` holds nothing of meaning there.
    missing : object array of shape (n,), optional
        The missing code that was given ("" where none was): only of items, and only where there is no value.
    """

    kind: Kind
    values: Values
    known: Mask
    missing: Values | None = None

    @classmethod
    def of(cls, kind: Kind, values: Sequence[Any], missing: Iterable[str] | None = None) -> Column:
        """From values, with None where one is unknown."""
        known = np.array([value is not None for value in values], dtype=np.bool_)
        filled = np.empty(len(values), dtype=DTYPES[kind])
        for place, value in enumerate(values):
            filled[place] = BLANKS[kind] if value is None else value
        codes = None if missing is None else _objects(list(missing))
        return cls(kind, filled, known, codes)

    def __len__(self) -> int:
        return len(self.values)

    def to_list(self) -> list[Any]:
        """Values as Python has them, None where one is unknown."""
        pairs = zip(self.values.tolist(), self.known.tolist(), strict=True)
        return [value if known else None for value, known in pairs]

    def holds(self) -> Mask:
        """Of truths: where it is known to be true."""
        return self.values & self.known


def constant(kind: Kind, value: Any, n: int) -> Column:
    values = np.empty(n, dtype=DTYPES[kind])
    values[:] = value
    return Column(kind, values, np.ones(n, dtype=np.bool_))


def _objects(values: list[str]) -> Values:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array
