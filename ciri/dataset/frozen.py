"""The frozen table: exactly what a training reads, as canonical bytes under their SHA-256.

The bytes are lines of JSON (one header, then one array per row, sorted), written by this module
alone, so that they do not depend on the version of any library.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ciri.errors import Refused, refuse_damage
from ciri.said import Said

ROLES = ("train", "validate", "other")
FLAGS = ("in_range", "below_lloq", "above_uloq", "extrapolated", "missing", "excluded")
SEXES = ("female", "male")
STAGES = ("I", "II", "III", "I-III", "IV", "recurrence")
PDL1_CLASSES = ("<1", "1-49", ">=50")

NUMERIC_COVARIATES = (
    "age", "bmi", "albumin", "nlr", "pdl1", "pretreated", "combination", "ecog",
)  # fmt: skip
TEXT_COVARIATES = {"sex": SEXES, "stage": STAGES, "pdl1_class": PDL1_CLASSES}

IDENTITY = ("subject", "site", "cohort", "role", "time", "event")
SUBJECT_COLUMNS = (*IDENTITY, *NUMERIC_COVARIATES, *TEXT_COVARIATES)
MEASUREMENT_COLUMNS = ("subject", "analyte", "replicate", "value", "flag", "limit")

FIRST_HALF_DAY = 0.5
_FORMAT = "yogo frozen table 1"


@dataclass(frozen=True)
class FrozenTable:
    """Subjects with outcome and covariates, and their measurements in long form.

    Make one with `freeze`, which checks everything; rows are sorted, so that the order in which they
    arrive never changes a model.

    Parameters
    ----------
    subjects : DataFrame
        One row per subject; `time` in days (float), `event` bool, `role` one of ROLES; age years,
        bmi kg/m2, albumin g/dL, nlr ratio, pdl1 tumour proportion score in percent, pdl1_class one of
        PDL1_CLASSES, sex one of SEXES, stage one of STAGES; unknown is NaN or None.
    measurements : DataFrame
        One row per (subject, analyte, replicate); `flag` one of FLAGS; `limit` the limit of
        quantification that a value is beyond, where the instrument told it, else NaN.
    left_out : list of dict
        Who was left out on the way in, and why (subject, reason); not part of the content.
    """

    subjects: pd.DataFrame
    measurements: pd.DataFrame
    left_out: list[dict[str, str]] = field(default_factory=list, compare=False)

    @classmethod
    def freeze(
        cls, subjects: pd.DataFrame, measurements: pd.DataFrame, *, require_outcome: bool = True
    ) -> FrozenTable:
        """Check and sort two frames (see the class for their columns).

        Parameters
        ----------
        subjects : DataFrame
            Covariate columns may be absent (then unknown for everybody); the columns `site` and `cohort`
            are text. An event on day 0 enters at half a day.
        measurements : DataFrame
            One row per (subject, analyte, replicate).
        require_outcome : bool, default True
            Whether subjects without an outcome, or censored on day 0, are left out with a reason; else (for
            scoring) they are kept in role "other".

        Returns
        -------
        FrozenTable
            The table, its rows sorted.

        Raises
        ------
        ValueError
            Naming the column and the subject.
        """
        people = _check_subjects(subjects)
        values = _check_measurements(measurements, set(people["subject"]))
        people, left_out = _with_outcome(people, require_outcome)
        values = values[values["subject"].isin(people["subject"])]
        people = people.sort_values("subject").reset_index(drop=True)
        values = values.sort_values(["subject", "analyte", "replicate"]).reset_index(drop=True)
        return cls(people, values, left_out)

    def to_bytes(self) -> bytes:
        """The canonical bytes.

        Returns
        -------
        bytes
            UTF-8 lines of JSON, floats in shortest form, unknown as null.
        """
        return "".join(f"{line}\n" for line in self._lines()).encode()

    def _lines(self) -> Iterator[str]:
        yield _json({"format": _FORMAT, "subjects": len(self.subjects)})
        yield from map(_json, _rows(self.subjects, SUBJECT_COLUMNS))
        yield from map(_json, _rows(self.measurements, MEASUREMENT_COLUMNS))

    @classmethod
    def from_bytes(cls, content: bytes) -> FrozenTable:
        """Read canonical bytes.

        Parameters
        ----------
        content : bytes
            What `to_bytes` gave.

        Returns
        -------
        FrozenTable
            The same table.

        Raises
        ------
        ValueError
            Where the bytes are not what `to_bytes` wrote.
        """
        with refuse_damage(Refused("not_a_table", "These bytes are not a frozen table.")):
            return cls._from_lines(content)

    @classmethod
    def _from_lines(cls, content: bytes) -> FrozenTable:
        # and at no other end of a line than the one written: a text may hold others
        lines = [json.loads(line) for line in content.decode().split("\n") if line]
        header, count = lines[0]["format"], lines[0]["subjects"]
        if header != _FORMAT:
            raise Refused(
                "table_format",
                "This frozen table is of format %(format)s; this code reads %(readable)s.",
                format=repr(header),
                readable=repr(_FORMAT),
            )
        subjects = pd.DataFrame(lines[1 : 1 + count], columns=list(SUBJECT_COLUMNS))
        measurements = pd.DataFrame(lines[1 + count :], columns=list(MEASUREMENT_COLUMNS))
        table = cls.freeze(subjects, measurements, require_outcome=False)
        if table.to_bytes() != content:
            raise Refused(
                "table_not_canonical",
                "These bytes are not in the canonical form of a frozen table.",
            )
        return table

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 (hexadecimal) of `to_bytes()`."""
        return hashlib.sha256(self.to_bytes()).hexdigest()

    @property
    def analytes(self) -> list[str]:
        """Every analyte with a measurement, sorted."""
        return sorted(set(self.measurements["analyte"]))

    def counts(self) -> dict[str, int]:
        """Subjects and events of each role.

        Returns
        -------
        dict of int
            {"train": n, "train_events": d, ...}, two keys for each of ROLES.
        """
        counts = {}
        for role in ROLES:
            rows = self.subjects[self.subjects["role"] == role]
            counts[role] = len(rows)
            counts[f"{role}_events"] = int(rows["event"].sum())
        return counts


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _rows(frame: pd.DataFrame, columns: Sequence[str]) -> Iterator[list[Any]]:
    """Rows as plain Python values: float, int, bool, str, and None for unknown."""
    plain = [[_plain(value) for value in frame[column].tolist()] for column in columns]
    return (list(row) for row in zip(*plain, strict=True))


def _plain(value: Any) -> Any:
    return None if value is None or (isinstance(value, float) and math.isnan(value)) else value


def _check_subjects(frame: pd.DataFrame) -> pd.DataFrame:
    _check_columns(frame, "subjects", IDENTITY, SUBJECT_COLUMNS)
    people = pd.DataFrame(index=range(len(frame)))
    for column in ("subject", "site", "cohort"):
        people[column] = _text(frame, column)
    people["role"] = _words(frame, "role", ROLES, optional=False)
    for column in ("time", "event", *NUMERIC_COVARIATES):
        people[column] = _numbers(frame, column)
    for column, words in TEXT_COVARIATES.items():
        people[column] = _words(frame, column, words)
    _refuse_duplicates(people, ["subject"], "subjects")
    wrong = ~(people["event"].isin([0.0, 1.0]) | people["event"].isna()) | (people["time"] < 0)
    if wrong.any():
        raise Refused(
            "impossible_outcome",
            "subjects: %(subject)s has an outcome that cannot be: time is in days from the "
            "index date, not before it, and event is true or false.",
            subject=repr(people["subject"][wrong].iloc[0]),
        )
    return people[list(SUBJECT_COLUMNS)]


def _check_measurements(frame: pd.DataFrame, subjects: set[str]) -> pd.DataFrame:
    _check_columns(frame, "measurements", MEASUREMENT_COLUMNS, MEASUREMENT_COLUMNS)
    values = pd.DataFrame(index=range(len(frame)))
    values["subject"] = _text(frame, "subject")
    values["analyte"] = _text(frame, "analyte")
    replicate = _numbers(frame, "replicate")
    if not np.all(replicate == np.floor(replicate)):
        raise Refused(
            "replicate_not_whole",
            "measurements: replicate must be a whole number, 1 for the first.",
        )
    values["replicate"] = replicate.astype(np.int64)
    values["value"] = _numbers(frame, "value")
    values["flag"] = _words(frame, "flag", FLAGS, optional=False)
    values["limit"] = _numbers(frame, "limit")
    if strangers := sorted(set(values["subject"]) - subjects):
        raise Refused(
            "measured_stranger",
            "measurements: %(subject)s is not among the subjects; give every measured "
            "subject a row there.",
            subject=repr(strangers[0]),
        )
    _refuse_duplicates(values, ["subject", "analyte", "replicate"], "measurements")
    hollow = values["flag"].isin(["in_range", "extrapolated"]) & values["value"].isna()
    if hollow.any():
        row = values[hollow].iloc[0]
        raise Refused(
            "flagged_without_value",
            "measurements: %(analyte)s of %(subject)s is flagged %(flag)s but has no value; flag "
            "it missing.",
            analyte=row["analyte"],
            subject=repr(row["subject"]),
            flag=row["flag"],
        )
    return values


def _check_columns(
    frame: pd.DataFrame, name: str, required: Sequence[str], known: Sequence[str]
) -> None:
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


def _text(frame: pd.DataFrame, column: str) -> pd.Series:
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


def _words(
    frame: pd.DataFrame, column: str, words: Sequence[str], *, optional: bool = True
) -> pd.Series:
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


def _numbers(frame: pd.DataFrame, column: str) -> pd.Series:
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


def _refuse_duplicates(frame: pd.DataFrame, keys: list[str], name: str) -> None:
    twice = frame.duplicated(keys)
    if twice.any():
        row = ", ".join(str(value) for value in frame.loc[twice, keys].iloc[0])
        raise Refused(
            "row_twice",
            "%(name)s: there is more than one row for (%(row)s); keep one.",
            name=name,
            row=row,
        )


def _with_outcome(
    people: pd.DataFrame, required: bool
) -> tuple[pd.DataFrame, list[dict[str, str]]]:
    """Apply the rules of day 0 and of the missing outcome."""
    event = people["event"] == 1.0
    unknown = people["time"].isna() | people["event"].isna()
    at_once = ~unknown & (people["time"] == 0) & ~event
    people = people.assign(
        time=people["time"].mask((people["time"] == 0) & event, FIRST_HALF_DAY).mask(unknown),
        event=event & ~unknown,
    )
    reasons = {Said("no_outcome"): unknown, Said("censored_at_once"): at_once}
    left_out = [
        {"subject": subject, "reason": reason}
        for reason, rows in reasons.items()
        for subject in sorted(people["subject"][rows])
    ]
    if required:
        return people[~(unknown | at_once)], left_out
    return people.assign(role=people["role"].mask(unknown | at_once, "other")), []
