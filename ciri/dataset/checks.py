"""The columns of a frame that is about to be frozen, each checked by itself."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ciri.errors import Refused


def check_columns(
    frame: pd.DataFrame, name: str, required: Sequence[str], known: Sequence[str]
) -> None:
    """Refuse a frame that lacks a column, or has one that nobody knows."""
    if absent := [column for column in required if column not in frame.columns]:
        raise Refused(
            "column_absent",
            "%(name)s: the column %(absent)s is absent.",
            name=name,
            absent=", ".join(absent),
        )
    if unknown := [str(column) for column in frame.columns if column not in known]:
        raise Refused(
            "column_unknown",
            "%(name)s: the column %(unknown)s is unknown; known are %(known)s.",
            name=name,
            unknown=", ".join(unknown),
            known=", ".join(known),
        )


def texts_of(frame: pd.DataFrame, column: str) -> pd.Series:
    """A column of text, refused where a row has none."""
    found = frame[column].astype(object).reset_index(drop=True)
    for value in found:
        if not isinstance(value, str) or not value:
            raise Refused(
                "not_text",
                "The column %(column)s holds %(value)s; it must be text on every row.",
                column=column,
                value=repr(value),
            )
    return found


def words_of(
    frame: pd.DataFrame, column: str, words: Sequence[str], *, optional: bool = True
) -> pd.Series:
    """A column whose every value is one of a few words, or unknown where it may be."""
    if column not in frame.columns:
        return pd.Series([None] * len(frame), dtype=object)
    found = [None if pd.isna(value) else value for value in frame[column].tolist()]
    for value in found:
        if not (value in words or (optional and value is None)):
            raise Refused(
                "not_one_of",
                "The column %(column)s holds %(value)s; it must be one of %(words)s.",
                column=column,
                value=repr(value),
                words=", ".join(words),
            )
    return pd.Series(found, dtype=object)


def numbers_of(frame: pd.DataFrame, column: str) -> pd.Series:
    """A column as numbers, unknown where it is absent."""
    if column not in frame.columns:
        return pd.Series(np.nan, index=range(len(frame)), dtype=np.float64)
    try:
        if any(isinstance(value, str) for value in frame[column].tolist()):
            raise ValueError("text")
        numbers = frame[column].astype(object).where(frame[column].notna(), np.nan)
        found = numbers.astype(np.float64).reset_index(drop=True)
    except (TypeError, ValueError, OverflowError) as error:
        raise Refused(
            "not_a_number",
            "The column %(column)s holds something that is not a number.",
            column=column,
        ) from error
    if np.isinf(found).any():
        raise Refused(
            "infinite_value",
            "The column %(column)s holds an infinite value; leave it empty if unknown.",
            column=column,
        )
    return found + 0.0  # -0.0 and 0.0 are the same number and must be the same bytes


def refuse_duplicates(frame: pd.DataFrame, keys: list[str], name: str) -> None:
    """Refuse two rows of the same keys."""
    twice = frame.duplicated(keys)
    if twice.any():
        row = ", ".join(str(value) for value in frame.loc[twice, keys].iloc[0])
        raise Refused(
            "row_twice",
            "%(name)s: there is more than one row for (%(row)s); keep one.",
            name=name,
            row=row,
        )
