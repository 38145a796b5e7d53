"""The frozen table: exactly what a training reads, as canonical bytes under their SHA-256.

The bytes are lines of JSON (one header, then one array per row, sorted), written by this module
alone, so that they do not depend on the version of any library. The header describes the covariates. Tables of
format 1 described none; what theirs meant stands in `ciri/covariates/shipped.yaml`, and a table that is described
so is written in that format still: the same content keeps its bytes and its hash.
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

from ciri.covariates import shipped
from ciri.covariates.covariate import CODE, Covariate, find_covariate, refuse_twins
from ciri.dataset.checks import (
    check_columns,
    numbers_of,
    refuse_duplicates,
    texts_of,
    words_of,
)
from ciri.errors import Refused, refuse_damage
from ciri.said import Said

ROLES = ("train", "validate", "other")
FLAGS = ("in_range", "below_lloq", "above_uloq", "extrapolated", "missing", "excluded")
IDENTITY = ("subject", "site", "cohort", "role", "time", "event")
MEASUREMENT_COLUMNS = ("subject", "analyte", "replicate", "value", "flag", "limit")

FIRST_HALF_DAY = 0.5
_FORMAT, _UNDESCRIBED = "yogo frozen table 2", "yogo frozen table 1"


def subject_columns(covariates: Sequence[Covariate]) -> tuple[str, ...]:
    """The columns of a table's subjects: who they are and their outcome, numbers and truths, then codes."""
    numbers = [covariate.name for covariate in covariates if covariate.kind != CODE]
    codes = [covariate.name for covariate in covariates if covariate.kind == CODE]
    return (*IDENTITY, *numbers, *codes)


@dataclass(frozen=True)
class FrozenTable:
    """Subjects with outcome and covariates, and their measurements in long form.

    Make one with `freeze`, which checks everything; rows are sorted, so that the order in which they
    arrive never changes a model.

    Parameters
    ----------
    subjects : DataFrame
        One row per subject; `time` in days (float), `event` bool, `role` one of ROLES; of each covariate
        the number in its unit, 1 or 0 for true or false, or one of its codes; unknown is NaN or None.
    measurements : DataFrame
        One row per (subject, analyte, replicate); `flag` one of FLAGS; `limit` the limit of
        quantification that a value is beyond, where the instrument told it, else NaN.
    covariates : tuple of Covariate
        What each covariate's column holds, in the order in which models read them.
    left_out : list of dict
        Who was left out on the way in, and why (subject, reason); not part of the content.
    """

    subjects: pd.DataFrame
    measurements: pd.DataFrame
    covariates: tuple[Covariate, ...] = shipped.COVARIATES
    left_out: list[dict[str, str]] = field(default_factory=list, compare=False)

    @classmethod
    def freeze(
        cls,
        subjects: pd.DataFrame,
        measurements: pd.DataFrame,
        covariates: Sequence[Covariate] | None = None,
        *,
        require_outcome: bool = True,
    ) -> FrozenTable:
        """Check and sort two frames (see the class for their columns).

        Parameters
        ----------
        subjects : DataFrame
            Covariate columns may be absent (then unknown for everybody); the columns `site` and `cohort`
            are text. An event on day 0 enters at half a day.
        measurements : DataFrame
            One row per (subject, analyte, replicate).
        covariates : sequence of Covariate, optional
            What the covariate columns hold; by default those that `ciri/covariates/shipped.yaml` describes.
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
        described = shipped.COVARIATES if covariates is None else tuple(covariates)
        refuse_twins(described, taken=IDENTITY)
        people = _check_subjects(subjects, described)
        values = _check_measurements(measurements, set(people["subject"]))
        people, left_out = _with_outcome(people, require_outcome)
        values = values[values["subject"].isin(people["subject"])]
        people = people.sort_values("subject").reset_index(drop=True)
        values = values.sort_values(["subject", "analyte", "replicate"]).reset_index(drop=True)
        return cls(people, values, described, left_out)

    def to_bytes(self) -> bytes:
        """The canonical bytes.

        Returns
        -------
        bytes
            UTF-8 lines of JSON, floats in shortest form, unknown as null.
        """
        return "".join(f"{line}\n" for line in self._lines()).encode()

    def _lines(self) -> Iterator[str]:
        size = {"subjects": len(self.subjects)}
        if self.covariates == shipped.COVARIATES:
            yield _json({"format": _UNDESCRIBED, **size})
        else:
            described = [covariate.to_dict() for covariate in self.covariates]
            yield _json({"format": _FORMAT, **size, "covariates": described})
        yield from map(_json, _rows(self.subjects, subject_columns(self.covariates)))
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
        header, count = lines[0], lines[0]["subjects"]
        covariates = shipped.COVARIATES
        if header["format"] == _FORMAT:
            covariates = tuple(Covariate.from_dict(one) for one in header["covariates"])
        elif header["format"] != _UNDESCRIBED:
            raise Refused(
                "table_format",
                "This frozen table is of format %(format)s; this code reads %(readable)s.",
                format=repr(header["format"]),
                readable=f"{_UNDESCRIBED!r} and {_FORMAT!r}",
            )
        columns = list(subject_columns(covariates))
        subjects = pd.DataFrame(lines[1 : 1 + count], columns=columns)
        measurements = pd.DataFrame(lines[1 + count :], columns=list(MEASUREMENT_COLUMNS))
        table = cls.freeze(subjects, measurements, covariates, require_outcome=False)
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

    def covariate(self, name: str) -> Covariate:
        """The description of one covariate.

        Parameters
        ----------
        name : str
            Its name.

        Returns
        -------
        Covariate
            What its column holds.

        Raises
        ------
        ValueError
            Where the table has none of that name; the sentence names those that it has.
        """
        return find_covariate(self.covariates, name)

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


def _check_subjects(frame: pd.DataFrame, covariates: Sequence[Covariate]) -> pd.DataFrame:
    columns = subject_columns(covariates)
    check_columns(frame, "subjects", IDENTITY, columns)
    checked = {column: texts_of(frame, column) for column in ("subject", "site", "cohort")}
    checked["role"] = words_of(frame, "role", ROLES, optional=False)
    for column in ("time", "event"):
        checked[column] = numbers_of(frame, column)
    for covariate in covariates:
        name = covariate.name
        is_code = covariate.kind == CODE
        checked[name] = (
            words_of(frame, name, covariate.codes) if is_code else numbers_of(frame, name)
        )
    people = pd.DataFrame(checked)
    refuse_duplicates(people, ["subject"], "subjects")
    wrong = ~(people["event"].isin([0.0, 1.0]) | people["event"].isna()) | (people["time"] < 0)
    if wrong.any():
        raise Refused(
            "impossible_outcome",
            "subjects: %(subject)s has an outcome that cannot be: time is in days from the "
            "index date, not before it, and event is true or false.",
            subject=repr(people["subject"][wrong].iloc[0]),
        )
    return people[list(columns)]


def _check_measurements(frame: pd.DataFrame, subjects: set[str]) -> pd.DataFrame:
    check_columns(frame, "measurements", MEASUREMENT_COLUMNS, MEASUREMENT_COLUMNS)
    values = pd.DataFrame(index=range(len(frame)))
    values["subject"] = texts_of(frame, "subject")
    values["analyte"] = texts_of(frame, "analyte")
    replicate = numbers_of(frame, "replicate")
    if not np.all(replicate == np.floor(replicate)):
        raise Refused(
            "replicate_not_whole",
            "measurements: replicate must be a whole number, 1 for the first.",
        )
    values["replicate"] = replicate.astype(np.int64)
    values["value"] = numbers_of(frame, "value")
    values["flag"] = words_of(frame, "flag", FLAGS, optional=False)
    values["limit"] = numbers_of(frame, "limit")
    if strangers := sorted(set(values["subject"]) - subjects):
        raise Refused(
            "measured_stranger",
            "measurements: %(subject)s is not among the subjects; give every measured "
            "subject a row there.",
            subject=repr(strangers[0]),
        )
    refuse_duplicates(values, ["subject", "analyte", "replicate"], "measurements")
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
