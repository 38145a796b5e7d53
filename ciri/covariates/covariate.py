"""One covariate of a frozen table: what its values are, and the numbers that a forest reads of them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from ciri.errors import Refused
from tabular.section import near_names

NUMBER, TRUTH, CODE = "number", "truth", "code"
KINDS = (NUMBER, TRUTH, CODE)
INDICATOR = "{} = {}"
MOST_CHARACTERS = 100
"""Of a name."""
_NAME = re.compile(r"[^\W\d_][\w.-]*")
_BOUNDS = ("low", "high", "usual_low", "usual_high")

Level = tuple[str, float | None]


@dataclass(frozen=True)
class Covariate:
    """A covariate: its name, what its values are, and from which item of which dictionary it came.

    Parameters
    ----------
    name : str
        A letter, then letters, digits, "_", "." or "-".
    kind : {"number", "truth", "code"}, default "number"
        A number in `unit`; true or false (1 or 0); or one of `levels`.
    unit : str, default ""
        UCUM's.
    levels : sequence of (code, rank), of codes, or mapping of code to rank
        Of a code: each of its codes, in order, with the number that a forest reads for it. Codes without
        ranks have no order: two become 0 and 1, each of more a column of its own, "NAME = CODE".
    low, high : float, optional
        Outside of them a value is not this quantity.
    usual_low, usual_high : float, optional
        Outside of them a value may be true, but a person would look twice.
    item : str, optional
        The lasting identity of the dictionary's item that it came from.
    version : int, optional
        The version of that dictionary.

    Raises
    ------
    ValueError
        With a sentence where the parts do not belong together.

    Examples
    --------
    >>> Covariate("ldh", unit="U/L", low=0, usual_high=2000).features
    ('ldh',)
    >>> Covariate("histology", "code", levels=["adeno", "squamous", "other"]).features
    ('histology = adeno', 'histology = squamous', 'histology = other')
    """

    name: str
    kind: str = NUMBER
    unit: str = ""
    levels: tuple[Level, ...] = ()
    low: float | None = None
    high: float | None = None
    usual_low: float | None = None
    usual_high: float | None = None
    item: str | None = None
    version: int | None = None

    def __post_init__(self) -> None:
        _check_words(self)
        object.__setattr__(self, "levels", _levels(self.name, self.levels))
        for bound in _BOUNDS:
            object.__setattr__(self, bound, _bound(self.name, getattr(self, bound)))
        if (self.kind == CODE) != bool(self.levels):
            raise Refused(
                "covariate_levels",
                "The covariate %(name)s is a %(kind)s; a code has levels, and nothing else has.",
                name=self.name,
                kind=self.kind,
            )
        bounds = (self.low, self.usual_low, self.usual_high, self.high)
        known = [bound for bound in bounds if bound is not None]
        if known != sorted(known) or (known and self.kind != NUMBER):
            raise Refused(
                "covariate_range",
                "The covariate %(name)s has a range that it cannot have: it is of numbers, and low, usual_low, "
                "usual_high and high rise.",
                name=self.name,
            )

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of its levels, in order.

        Returns
        -------
        tuple of str
            Empty for a number or a truth.
        """
        return tuple(code for code, _ in self.levels)

    @property
    def ranks(self) -> dict[str, float] | None:
        """The number that stands for each code.

        Returns
        -------
        dict of float by code, or None
            None where each code has a column of its own, and for a number or a truth.
        """
        if not self.levels or (len(self.levels) > 2 and self.levels[0][1] is None):
            return None
        return {
            code: float(place) if rank is None else rank
            for place, (code, rank) in enumerate(self.levels)
        }

    @property
    def features(self) -> tuple[str, ...]:
        """The columns that a forest reads of it.

        Returns
        -------
        tuple of str
            Its name; of a code without ranks and more than two levels "NAME = CODE" for each.
        """
        if self.kind != CODE or self.ranks is not None:
            return (self.name,)
        return tuple(INDICATOR.format(self.name, code) for code in self.codes)

    def read(self, values: pd.Series) -> pd.DataFrame:
        """The numbers that a forest reads for the values of some patients.

        Parameters
        ----------
        values : Series, shape (n,)
            As a frozen table holds them.

        Returns
        -------
        DataFrame of float, shape (n, len(features))
            Under the values' index; unknown, and a code that it does not know, is NaN in every column.
        """
        if self.kind != CODE:
            return pd.DataFrame({self.name: values.astype(np.float64)})
        if self.ranks is not None:
            return pd.DataFrame({self.name: values.map(self.ranks).astype(np.float64)})
        known = values.isin(self.codes)
        columns = {
            INDICATOR.format(self.name, code): (values == code).astype(np.float64).where(known)
            for code in self.codes
        }
        return pd.DataFrame(columns, index=values.index)

    def agrees_with(self, other: Covariate) -> bool:
        """Whether the numbers of two descriptions mean the same: one kind, and one unit.

        Parameters
        ----------
        other : Covariate
            The other description.

        Returns
        -------
        bool
            Levels and ranges may have been amended; units are compared without UCUM's annotations.
        """
        return self.kind == other.kind and plain_unit(self.unit) == plain_unit(other.unit)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON.

        Returns
        -------
        dict
            What is set, by the name of its field; `levels` as pairs.
        """
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        found["levels"] = [list(level) for level in self.levels]
        return {name: value for name, value in found.items() if value not in (None, "", [])}

    @classmethod
    def from_dict(cls, body: Mapping[str, Any]) -> Covariate:
        """The inverse of `to_dict`.

        Parameters
        ----------
        body : mapping
            name, and any other field.

        Returns
        -------
        Covariate
            The same covariate.

        Raises
        ------
        ValueError
            With a sentence where it describes none.
        """
        known = [field.name for field in fields(cls)]
        unknown = [str(key) for key in body if key not in known]
        if unknown or "name" not in body:
            raise Refused(
                "covariate_keys",
                "A covariate is described by %(known)s, of which it needs a name; here stand %(keys)s.",
                known=", ".join(known),
                keys=", ".join(map(str, body)) or "none",
            )
        return cls(**body)


def is_name(text: Any) -> bool:
    """Whether a covariate may be called so."""
    return (
        isinstance(text, str) and len(text) <= MOST_CHARACTERS and _NAME.fullmatch(text) is not None
    )


def owner_of(feature: str) -> str:
    """The covariate that one of its features belongs to."""
    return feature.partition(INDICATOR.format("", ""))[0]


def _check_words(covariate: Covariate) -> None:
    if not is_name(covariate.name):
        raise Refused(
            "covariate_name",
            "A covariate cannot be called %(name)s: its name begins with a letter and has letters, digits, "
            "“_”, “.” and “-” only, at most %(most)s of them.",
            name=repr(covariate.name)[:200],
            most=MOST_CHARACTERS,
        )
    if covariate.kind not in KINDS:
        raise Refused(
            "covariate_kind",
            "The covariate %(name)s is of kind %(kind)s; it must be one of %(kinds)s.",
            name=covariate.name,
            kind=repr(covariate.kind),
            kinds=", ".join(KINDS),
        )
    texts = isinstance(covariate.unit, str) and isinstance(covariate.item, str | None)
    whole = isinstance(covariate.version, int | None) and not isinstance(covariate.version, bool)
    if not texts or not whole:
        raise Refused(
            "covariate_origin",
            "The covariate %(name)s needs a text as its unit and item, and a whole number as its version.",
            name=covariate.name,
        )


def _levels(name: str, given: Any) -> tuple[Level, ...]:
    """The levels as pairs; they may come as codes alone, and as a mapping."""
    listed = list(given.items()) if isinstance(given, Mapping) else given
    listed = listed if isinstance(listed, list | tuple) else [listed]
    pairs = [tuple(one) if isinstance(one, list | tuple) else (one, None) for one in listed]
    codes = [pair[0] if pair and isinstance(pair[0], str) else "" for pair in pairs]
    ranks = [pair[1] for pair in pairs if len(pair) == 2 and pair[1] is not None]
    if (
        not all(code.strip() for code in codes)
        or any(len(pair) != 2 for pair in pairs)
        or len(set(codes)) < len(codes)
        or len(ranks) not in (0, len(pairs))
        or not all(_is_number(rank) for rank in ranks)
    ):
        raise Refused(
            "covariate_codes",
            "The levels of the covariate %(name)s must be different texts, and all or none of them ranked by "
            "a number.",
            name=name,
        )
    return tuple((code, None if rank is None else float(rank) + 0.0) for code, rank in pairs)


def _bound(name: str, value: Any) -> float | None:
    if value is not None and not _is_number(value):
        raise Refused(
            "covariate_bound",
            "The covariate %(name)s has a range that is bounded by %(value)s; it must be a number.",
            name=name,
            value=repr(value),
        )
    return None if value is None else float(value) + 0.0


def _is_number(value: Any) -> bool:
    if not isinstance(value, Real) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number of hundreds of digits
        return False


def plain_unit(unit: str) -> str:
    """A unit without UCUM's annotations; a mere number has none."""
    plain = re.sub(r"\{[^}]*\}", "", unit)
    return "" if plain == "1" else plain


def find_covariate(covariates: Iterable[Covariate], name: str) -> Covariate:
    """The one of a name; refused with the names that there are, and those that are near."""
    known = {covariate.name: covariate for covariate in covariates}
    if name in known:
        return known[name]
    told = ", ".join(known) or "none"
    if near := near_names(name, known):
        raise Refused(
            "covariate_absent_but_near",
            "The table has no covariate %(name)s; it has %(known)s. Did you mean %(near)s?",
            name=name,
            known=told,
            near=" or ".join(near),
        )
    raise Refused(
        "covariate_absent",
        "The table has no covariate %(name)s; it has %(known)s.",
        name=name,
        known=told,
    )


def refuse_twins(covariates: Sequence[Covariate], taken: Iterable[str] = ()) -> None:
    """Refuse two covariates of one name, and the name of another column, whether or not in capitals."""
    used = {name.casefold() for name in taken}
    for covariate in covariates:
        if covariate.name.casefold() in used:
            raise Refused(
                "covariate_twice",
                "Two columns would be called %(name)s; give the covariate another name.",
                name=covariate.name,
            )
        used.add(covariate.name.casefold())
