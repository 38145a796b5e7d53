"""What the columns of a frame are, where nothing or something else describes them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ciri.covariates.covariate import CODE, NUMBER, TRUTH, Covariate, Level, refuse_twins
from ciri.covariates.shipped import BY_NAME
from ciri.errors import Refused, refuse_damage
from tabular.checked_yaml import read_yaml

MOST_LEVELS = 50
"""Of a code that nobody described."""
ATTACHED = "covariates"
"""Under which a frame that was a frozen table carries its description (`DataFrame.attrs`)."""
DIGITS = tuple("0123456789")
"""Codes that are the numbers which they look like: of a performance status, or a grade."""
MAX_BYTES = 2_000_000
"""Of a description."""

Given = Sequence[Covariate | str] | Mapping[str, Any] | str | PathLike[str]

_KINDS = {
    "boolean": TRUTH,
    **dict.fromkeys(("integer", "floating", "mixed-integer-float", "decimal", "empty"), NUMBER),
    **dict.fromkeys(("string", "categorical"), CODE),
}


def describe_columns(frame: pd.DataFrame, given: Given) -> tuple[Covariate, ...]:
    """The covariates that are asked for: as described, else as shipped under that name, else as the column is.

    given: covariates and names of columns; or a description as `read_covariates` takes it.
    """
    if isinstance(given, Mapping | str | PathLike):
        return read_covariates(given)
    found = []
    for one in given:
        if isinstance(one, Covariate):
            found.append(one)
        elif one not in frame:
            raise Refused(
                "covariate_column_missing",
                "The frame has no column %(name)s to take for a covariate.",
                name=str(one),
            )
        else:
            found.append(BY_NAME.get(one) or infer_covariate(one, frame[one]))
    refuse_twins(found)
    return tuple(found)


def infer_covariate(name: str, column: pd.Series) -> Covariate:
    """What a column holds: numbers, truths, the ordered categories of pandas (ranked from 0), or texts."""
    kind = _KINDS.get(pd.api.types.infer_dtype(column, skipna=True))
    if kind != CODE and kind is not None:
        return Covariate(name, kind)
    levels: list[Level] = []
    if isinstance(column.dtype, pd.CategoricalDtype):
        ranked = bool(column.dtype.ordered)
        texts = [as_code(one) for one in column.cat.categories]
        levels = [(text, float(n) if ranked else None) for n, text in enumerate(texts)]
    elif kind == CODE:
        levels = [(text, None) for text in sorted(set(column.dropna()))]
    if not levels or len(levels) > MOST_LEVELS:
        raise Refused(
            "covariate_not_inferred",
            "What the column %(name)s holds is no covariate by itself: neither numbers nor truths, nor one of at "
            "most %(most)s texts. Describe it (`ciri.Covariate`), or leave it out.",
            name=name,
            most=MOST_LEVELS,
        )
    return Covariate(name, CODE, levels=tuple(levels))


def read_covariates(
    source: Mapping[str, Any] | Sequence[Mapping[str, Any]] | str | PathLike[str],
) -> tuple[Covariate, ...]:
    """Read a description of covariates.

    Parameters
    ----------
    source : path, mapping or sequence
        A YAML or JSON file, or what it holds: a list of covariates, or a mapping that has it under
        `covariates`. Each is a mapping of the fields of `Covariate`.

    Returns
    -------
    tuple of Covariate
        As described.

    Raises
    ------
    ValueError
        With a sentence where it describes none.
    OSError
        Where the file cannot be opened.
    """
    if isinstance(source, str | PathLike):
        path = Path(source)
        text = path.read_bytes().decode("utf-8-sig", errors="replace")
        damaged = Refused(
            "description_damaged",
            "The description of covariates cannot be read as YAML or JSON.",
        )
        with refuse_damage(damaged):
            if path.suffix == ".json" and len(text) <= MAX_BYTES:
                return read_covariates(json.loads(text))
            return read_covariates(read_yaml(text, max_bytes=MAX_BYTES))
    listed = source.get(ATTACHED) if isinstance(source, Mapping) else source
    if not isinstance(listed, list | tuple) or not all(isinstance(one, Mapping) for one in listed):
        raise Refused(
            "description_no_list",
            "A description of covariates is a list of them, each with a name, under the key “covariates”.",
        )
    found = tuple(Covariate.from_dict(one) for one in listed)
    refuse_twins(found)
    return found


def attach(frame: pd.DataFrame, covariates: Iterable[Covariate]) -> pd.DataFrame:
    """The frame, which carries the description of its covariates from now on."""
    frame.attrs[ATTACHED] = [covariate.to_dict() for covariate in covariates]
    return frame


def attached_to(frame: pd.DataFrame) -> tuple[Covariate, ...] | None:
    """The description that a frame carries; None without one."""
    return read_covariates(frame.attrs[ATTACHED]) if ATTACHED in frame.attrs else None


def as_cells(covariate: Covariate, column: pd.Series) -> pd.Series:
    """A column with the codes of a covariate as it has them: a file that held 0 and 1 may have given numbers; and
    the other way round, where the codes of a study are numbers, and are described as numbers here."""
    if covariate.kind != CODE:
        known = column.dropna()
        codes = covariate.kind == NUMBER and bool(len(known)) and known.isin(DIGITS).all()
        return column.astype(np.float64) if codes else column
    by_number = {_as_number(code): code for code in reversed(covariate.codes)}
    read = {
        value: value if value in covariate.codes else by_number.get(_as_number(value), value)
        for value in {as_code(one) for one in column.dropna()}
    }
    return column.astype(object).map(lambda one: one if pd.isna(one) else read[as_code(one)])


def as_code(value: Any) -> str:
    """A value as the text of a code: 1.0 is "1"."""
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _as_number(text: str) -> float | str:
    """The number that a text is; true and false, which files write in capitals too, as one word."""
    try:
        return float(text)
    except ValueError:
        return text.casefold() if text.casefold() in ("true", "false") else text
