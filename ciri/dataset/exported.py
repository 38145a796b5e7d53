"""A frozen table as one row per subject, for a file, and the readings of such a frame to the bit."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ciri.covariates import shipped
from ciri.covariates.columns import attach
from ciri.covariates.covariate import CODE, Covariate
from ciri.dataset.columns import ENDS, columns_of, first_columns, repeat_of, symbol_of
from ciri.dataset.frozen import FLAGS, MEASUREMENT_COLUMNS, FrozenTable, subject_columns
from ciri.errors import Refused

DATASET_HEAD = ("subject", "site", "cohort", "index_date", "events_until", "simulated")
"""What an analysis dataset begins with; a file of a frozen dataset begins with the columns of its subjects."""
# What joined flags ("below_lloq+missing") say of a cell without a number and with one, strongest first.
_WITHOUT_NUMBER = ("below_lloq", "above_uloq", "missing", "excluded")
_WITH_NUMBER = ("in_range", "extrapolated", *_WITHOUT_NUMBER)


def widen(table: FrozenTable) -> pd.DataFrame:
    """A frozen table as a row per subject, for a file.

    Parameters
    ----------
    table : FrozenTable
        The table.

    Returns
    -------
    DataFrame, one row per subject
        The columns of the table's subjects, and of each analyte the value, flag and limits of every
        reading (see `ciri.dataset.columns`). `freeze_wide` gives the same table back to the bit: the frame
        carries the description of its covariates (`DataFrame.attrs`), and so does a Parquet file of it. With a
        file of another kind, hand the description over.
    """
    measured = table.measurements
    names = columns_of(table.analytes, taken=subject_columns(table.covariates))
    people = table.subjects.set_index("subject")
    parts: dict[str, Any] = {}
    for analyte, readings in measured.groupby("analyte", sort=True):
        for replicate in range(1, int(readings["replicate"].max()) + 1):
            rows = readings[readings["replicate"] == replicate].set_index("subject")
            rows = rows.reindex(people.index)
            name, above = repeat_of(names[str(analyte)], replicate), _above(rows)
            parts[name] = rows["value"]
            parts[f"{name}_flag"] = rows["flag"].astype(object).where(rows["flag"].notna(), None)
            parts[f"{name}_low"] = rows["limit"].mask(above)
            parts[f"{name}_high"] = rows["limit"].where(above)
    wide = pd.concat([people, pd.DataFrame(parts, index=people.index)], axis=1).reset_index()
    return attach(wide, table.covariates)


def _above(rows: pd.DataFrame) -> pd.Series:
    """Whether a reading's limit is an upper one: as its flag says, else as its number does."""
    above: pd.Series = (rows["flag"] == "above_uloq") | (
        (rows["flag"] != "below_lloq") & (rows["value"] > rows["limit"])
    )
    return above


def analytes_in(frame: pd.DataFrame, besides: Collection[str] = ()) -> dict[str, str]:
    """The analytes of an exported frame: symbol -> column of the first reading. besides: columns that are none."""
    columns = [column for column in frame.columns if column not in besides]
    return {symbol_of(column): column for column in first_columns(columns)}


def find_settled(
    frame: pd.DataFrame, covariates: Sequence[Covariate], *, attached: bool = False
) -> set[str]:
    """The columns of numbers that a study exported, under the names that `freeze_wide` has for them: they were
    looked at, and what is odd was confirmed, when the values came in.

    An export is known by what it begins with, in full and in its order, which no frame of one's own has by
    chance; a column of flags alone is nothing of that kind. Columns that were put beside an export's are none
    of them. attached: whether the file itself said what its covariates are.
    """
    columns, head = tuple(frame.columns), subject_columns(covariates)
    numbers = {covariate.name for covariate in covariates if covariate.kind != CODE}
    if columns[: len(head)] == head:
        people = {"time", "event"} | numbers
    elif columns[: len(DATASET_HEAD)] == DATASET_HEAD:
        in_datasets = written_in_datasets(columns)
        written = numbers if attached else numbers & set(in_datasets)
        # An export has other names for these: who put them there wrote them.
        renamed = {name for name, other in in_datasets.items() if name != other}
        people = {"time", "event"} | written
        people -= {"time", "event", *(() if attached else renamed)}.intersection(columns)
    else:
        return set()
    known = set(columns)
    whole = [
        symbol
        for symbol, column in analytes_in(frame, head).items()
        if all(f"{column}{end}" in known for end in ENDS)
    ]
    return people | set(whole)


def written_in_datasets(columns: Collection[str]) -> dict[str, str]:
    """The shipped covariates that an analysis dataset of these columns may hold -> what its column is called.

    Its columns have the names of the study's items. One that has another name for a covariate was exported by 0.1.
    """
    other = shipped.ANALYSIS_DATASET_0_1
    if not any(column in columns for column in other.values() if column):
        other = {}
    written = {name: other.get(name, name) for name in shipped.BY_NAME}
    return {name: column for name, column in written.items() if column is not None}


def readings_in(frame: pd.DataFrame, symbol: str, column: str) -> pd.DataFrame:
    """The readings of one analyte of an exported frame, long (MEASUREMENT_COLUMNS); no row where no flag is."""
    found, replicate = [], 1
    while (name := repeat_of(column, replicate)) in frame.columns:
        if f"{name}_flag" not in frame.columns:
            raise Refused(
                "repeat_without_flags",
                "The column %(column)s stands without its flags, %(column)s_flag; take the export again.",
                column=name,
            )
        known = frame[frame[f"{name}_flag"].notna()]
        found.append(
            pd.DataFrame(
                {
                    "subject": known["subject"],
                    "analyte": symbol,
                    "replicate": replicate,
                    "value": _numbers(known, name),
                    "flag": known[f"{name}_flag"],
                    "limit": _numbers(known, f"{name}_low").fillna(_numbers(known, f"{name}_high")),
                },
                columns=list(MEASUREMENT_COLUMNS),
            )
        )
        replicate += 1
    rows = pd.concat(found, ignore_index=True)
    return rows.assign(
        flag=[_flag(text, value) for text, value in zip(rows["flag"], rows["value"], strict=True)]
    )


def _numbers(frame: pd.DataFrame, name: str) -> pd.Series:
    if name not in frame.columns:
        return pd.Series(np.nan, index=frame.index)
    try:
        return pd.to_numeric(frame[name]).astype(np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise Refused(
            "not_a_number",
            "The column %(column)s holds something that is not a number.",
            column=name,
        ) from error


def _flag(text: str, value: float) -> str:
    """One flag of FLAGS for a cell whose repeats may have had several."""
    told = [
        {"excluded_from_models": "excluded", "outlier": "excluded"}.get(f, f)
        for f in str(text).split("+")
    ]
    if unknown := [flag for flag in told if flag not in FLAGS]:
        raise Refused(
            "unknown_flag",
            "The flag %(flag)s is not known; use one of %(flags)s.",
            flag=repr(unknown[0]),
            flags=", ".join(FLAGS),
        )
    strongest = _WITHOUT_NUMBER if np.isnan(value) else _WITH_NUMBER
    return next((flag for flag in strongest if flag in told), "missing")
