"""From raw covariates and measurements to the columns a forest reads; fitted on training rows only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ciri.dataset.frozen import PDL1_CLASSES, FrozenTable
from ciri.errors import Refused
from ciri.specification.specification import Specification

SEX_CODE = {"female": 0.0, "male": 1.0}
# Ordered by extent. "I-III" (not told apart) takes the middle; recurrence after earlier treatment
# ranks last, as the source study lists it.
STAGE_CODE = {"I": 1.0, "II": 2.0, "III": 3.0, "I-III": 2.0, "IV": 4.0, "recurrence": 5.0}
PDL1_CODE = dict(zip(PDL1_CLASSES, (0.0, 1.0, 2.0), strict=True))
BELOW_FACTOR = {"lloq/2": 0.5, "lloq/sqrt2": 0.5**0.5, "lloq": 1.0}
INDICATOR = "{} is missing"


@dataclass(frozen=True)
class Column:
    """What one column remembers of the training rows.

    lowest, highest: extreme in-range values (raw scale), standing in for an unknown limit.
    median: of the training rows, on the model's scale. gaps: whether any training row lacked it.
    """

    name: str
    lowest: float | None
    highest: float | None
    median: float | None
    gaps: bool


@dataclass(frozen=True)
class Transform:
    """Rules of the specification and what they learnt from the training rows; plain values only."""

    scale: str
    below_lloq: str
    repeats: str
    pdl1: str
    missing: str
    analytes: tuple[Column, ...]
    covariates: tuple[Column, ...]

    @classmethod
    def fit(
        cls,
        specification: Specification,
        table: FrozenTable,
        subjects: Collection[str],
        analytes: Sequence[str],
    ) -> Transform:
        """Learn from the measurements and covariates of `subjects` (the training rows) alone."""
        if clash := sorted(set(analytes) & set(specification.covariates)):
            raise Refused(
                "analyte_and_covariate",
                "%(name)s names both an analyte and a covariate; rename one.",
                name=repr(clash[0]),
            )
        rules = specification.analytes
        blank = cls(
            scale=rules.scale,
            below_lloq=rules.below_lloq,
            repeats=rules.repeats,
            pdl1=specification.pdl1,
            missing=specification.missing,
            analytes=(),
            covariates=tuple(_make_unfitted(name) for name in specification.covariates),
        )
        rows = _only(table, subjects)
        extremes = blank._with_extremes(rows.measurements, analytes)
        values, factors = extremes._analyte_values(rows), extremes._covariate_values(rows)
        return replace(
            extremes,
            analytes=tuple(_with_median(column, values) for column in extremes.analytes),
            covariates=tuple(_with_median(column, factors) for column in extremes.covariates),
        )

    def restrict(self, analytes: Sequence[str], *, covariates: bool = True) -> Transform:
        """The same transform for some of its analytes, in the order given."""
        known = {column.name: column for column in self.analytes}
        return replace(
            self,
            analytes=tuple(known[name] for name in analytes),
            covariates=self.covariates if covariates else (),
        )

    def raw(self, table: FrozenTable) -> pd.DataFrame:
        """Columns on the model's scale, indexed by subject, with unknown as NaN; never imputed."""
        return pd.concat([self._analyte_values(table), self._covariate_values(table)], axis=1)

    def apply(self, table: FrozenTable, *, indicators: bool = True) -> pd.DataFrame:
        """Features of every subject: a float frame (subjects x features) in fixed column order.

        With missing "native" unknown stays NaN. With "median" it becomes the training median, and
        each column that had gaps in training is followed by an indicator (0 or 1).
        """
        values = self.raw(table)
        if self.missing == "native":
            return values
        features = {}
        for column in (*self.analytes, *self.covariates):
            known = values[column.name]
            features[column.name] = known.fillna(np.nan if column.median is None else column.median)
            if column.gaps and indicators:
                features[INDICATOR.format(column.name)] = known.isna().astype(np.float64)
        return pd.DataFrame(features, index=values.index)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, body: dict[str, Any]) -> Transform:
        """The inverse of `to_dict`."""
        columns = {
            part: tuple(Column(**column) for column in body[part])
            for part in ("analytes", "covariates")
        }
        return cls(**{**body, **columns})

    def _with_extremes(self, measurements: pd.DataFrame, analytes: Sequence[str]) -> Transform:
        in_range = measurements[measurements["flag"] == "in_range"]
        if self.scale == "log2":
            in_range = in_range[in_range["value"] > 0]
        by_analyte = in_range.groupby("analyte")["value"]
        lowest, highest = by_analyte.min().to_dict(), by_analyte.max().to_dict()
        columns = [
            replace(_make_unfitted(name), lowest=lowest.get(name), highest=highest.get(name))
            for name in analytes
        ]
        return replace(self, analytes=tuple(columns))

    def _analyte_values(self, table: FrozenTable) -> pd.DataFrame:
        names = [column.name for column in self.analytes]
        rows = table.measurements[table.measurements["analyte"].isin(names)]
        rows = rows.assign(scaled=self._scale(rows)).dropna(subset="scaled")
        repeats = rows.groupby(["subject", "analyte"])["scaled"]
        one = repeats.first() if self.repeats == "first" else repeats.mean()
        wide = one.unstack("analyte") if len(one) else pd.DataFrame()
        values = wide.reindex(index=table.subjects["subject"], columns=names).astype(np.float64)
        return values.rename_axis(index="subject", columns=None)

    def _scale(self, rows: pd.DataFrame) -> pd.Series:
        """One number on the model's scale per measurement; NaN where there is none.

        A concentration of zero or less has no logarithm and counts as below the limit.
        """
        lowest = rows["analyte"].map({c.name: c.lowest for c in self.analytes}).astype(np.float64)
        highest = rows["analyte"].map({c.name: c.highest for c in self.analytes}).astype(np.float64)
        limit, value, flag = rows["limit"], rows["value"], rows["flag"]
        measured = flag.isin(["in_range", "extrapolated"])
        below, above = flag == "below_lloq", flag == "above_uloq"
        if self.scale == "log2":
            limit = limit.where(limit > 0)
            below |= measured & (value <= 0)
        factor = BELOW_FACTOR[self.below_lloq]
        known = value.where(measured).mask(above, limit.fillna(highest))
        floor = limit.fillna(lowest)
        if self.scale == "log2":
            scaled: pd.Series = np.log2(known.mask(below, floor * factor))
            return scaled
        return known.mask(below, floor + np.log2(factor))

    def _covariate_values(self, table: FrozenTable) -> pd.DataFrame:
        subjects = table.subjects.set_index("subject")
        codes = {"sex": SEX_CODE, "stage": STAGE_CODE}
        values = {}
        for name in (column.name for column in self.covariates):
            if name == "pdl1" and self.pdl1 == "category":
                values[name] = _pdl1_class(subjects).map(PDL1_CODE)
            else:
                values[name] = subjects[name].map(codes[name]) if name in codes else subjects[name]
        return pd.DataFrame(values, index=subjects.index).astype(np.float64)


def _pdl1_class(subjects: pd.DataFrame) -> pd.Series:
    """The class of the score where it is known, else the class as reported."""
    score = subjects["pdl1"]
    from_score = pd.Series(
        np.select([score < 1, score < 50, score >= 50], list(PDL1_CLASSES), default=""),
        index=subjects.index,
        dtype=object,
    )
    return from_score.where(score.notna(), subjects["pdl1_class"])


def _only(table: FrozenTable, subjects: Collection[str]) -> FrozenTable:
    people, values = table.subjects, table.measurements
    return FrozenTable(
        people[people["subject"].isin(subjects)], values[values["subject"].isin(subjects)]
    )


def _make_unfitted(name: str) -> Column:
    return Column(name=name, lowest=None, highest=None, median=None, gaps=False)


def _with_median(column: Column, values: pd.DataFrame) -> Column:
    known = values[column.name].dropna()
    median = float(known.median()) if len(known) else None
    return replace(column, median=median, gaps=bool(len(known) < len(values)))
