"""From raw covariates and measurements to the columns a forest reads; fitted on training rows only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ciri.covariates import shipped
from ciri.covariates.covariate import Covariate, owner_of
from ciri.dataset.frozen import FrozenTable
from ciri.errors import Refused
from ciri.specification.specification import Specification

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
    """Rules of the specification and what they learnt from the training rows; plain values only.

    readings: of each number that has classes, which of the two is read (`Specification.readings`). covariates: the
    columns of covariates; an unordered code has one for each level. described: what the training table said of
    each covariate that is read.
    """

    scale: str
    below_lloq: str
    repeats: str
    readings: tuple[tuple[str, str], ...]
    missing: str
    analytes: tuple[Column, ...]
    covariates: tuple[Column, ...]
    described: tuple[Covariate, ...]

    @classmethod
    def fit(
        cls,
        specification: Specification,
        table: FrozenTable,
        subjects: Collection[str],
        analytes: Sequence[str],
    ) -> Transform:
        """Learn from the measurements and covariates of `subjects` (the training rows) alone."""
        readings = dict(specification.readings)
        factors = [_as_read(name, readings, table) for name in specification.covariates]
        names = [feature for factor in factors for feature in factor.features]
        if clash := sorted(set(analytes) & {*specification.covariates, *names}):
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
            readings=specification.readings,
            missing=specification.missing,
            analytes=(),
            covariates=tuple(_make_unfitted(name) for name in names),
            described=tuple(factors),
        )
        rows = _only(table, subjects)
        extremes = blank._with_extremes(rows.measurements, analytes)
        values, clinical = extremes._analyte_values(rows), extremes._covariate_values(rows)
        return replace(
            extremes,
            analytes=tuple(_with_median(column, values) for column in extremes.analytes),
            covariates=tuple(_with_median(column, clinical) for column in extremes.covariates),
        )

    def restrict(self, analytes: Sequence[str], *, covariates: bool = True) -> Transform:
        """The same transform for some of its analytes, in the order given."""
        known = {column.name: column for column in self.analytes}
        return replace(
            self,
            analytes=tuple(known[name] for name in analytes),
            covariates=self.covariates if covariates else (),
            described=self.described if covariates else (),
        )

    def raw(self, table: FrozenTable) -> pd.DataFrame:
        """Columns on the model's scale, indexed by subject, with unknown as NaN; never imputed."""
        return pd.concat([self._analyte_values(table), self._covariate_values(table)], axis=1)

    def known(self, table: FrozenTable) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Whether each analyte, and each covariate, is known of every subject (bool, subjects x inputs).

        A code with a column for each level is one covariate: its columns are known or unknown together.
        """
        values = self.raw(table).notna()
        factors = {owner_of(column.name): column.name for column in self.covariates}
        analytes = [column.name for column in self.analytes]
        return values[analytes], values[list(factors.values())].set_axis(list(factors), axis=1)

    def apply(self, table: FrozenTable, *, indicators: bool = True) -> pd.DataFrame:
        """Features of every subject: a float frame (subjects x features) in fixed column order.

        With missing "native" unknown stays NaN. With "median" it becomes the training median, and
        each column that had gaps in training is followed by an indicator (0 or 1).
        """
        values = self.raw(table)
        if self.missing == "native":
            return values
        features = {}
        inputs = [(column, column.name) for column in self.analytes]
        inputs += [(column, owner_of(column.name)) for column in self.covariates]
        for column, name in inputs:
            known = values[column.name]
            features[column.name] = known.fillna(np.nan if column.median is None else column.median)
            if column.gaps and indicators:
                features.pop(INDICATOR.format(name), None)  # once, behind the last of its columns
                features[INDICATOR.format(name)] = known.isna().astype(np.float64)
        return pd.DataFrame(features, index=values.index)

    @property
    def is_described(self) -> bool:
        """Whether it needs a description of its own: it reads covariates otherwise than shipped ones are read."""
        readings = dict(self.readings)
        return any(_shipped_as_read(one.name, readings) != one for one in self.described)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON; covariates are described where they are not as shipped."""
        body = {
            name: value
            for name, value in asdict(self).items()
            if name not in ("readings", "described")
        }
        if self.is_described:
            body["described"] = [covariate.to_dict() for covariate in self.described]
        return {**body, **dict(self.readings)}

    @classmethod
    def from_dict(cls, body: dict[str, Any]) -> Transform:
        """The inverse of `to_dict`."""
        rest = dict(body)
        readings = tuple((one.number, rest.pop(one.number)) for one in shipped.CLASSES)
        analytes = tuple(Column(**column) for column in rest.pop("analytes"))
        covariates = tuple(Column(**column) for column in rest.pop("covariates"))
        if "described" in rest:
            described = tuple(Covariate.from_dict(one) for one in rest.pop("described"))
        else:
            found = (_shipped_as_read(column.name, dict(readings)) for column in covariates)
            described = tuple(one for one in found if one is not None)
        features = [feature for one in described for feature in one.features]
        if features != [column.name for column in covariates]:
            raise Refused(
                "model_covariates",
                "The stored model does not describe each covariate that it reads.",
            )
        return cls(
            **rest,
            readings=readings,
            analytes=analytes,
            covariates=covariates,
            described=described,
        )

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
        people = table.subjects.set_index("subject")
        parts = [one.read(self._cells(one, table, people)) for one in self.described]
        empty = pd.DataFrame(index=people.index)
        return pd.concat([empty, *parts], axis=1).astype(np.float64)

    def _cells(self, factor: Covariate, table: FrozenTable, people: pd.DataFrame) -> pd.Series:
        """What the table holds of a covariate; by class, the class of the number where it is known, else the
        class as reported."""
        classes = _classes_read(factor.name, dict(self.readings))
        if classes is None:
            _refuse_other_meaning(factor, table.covariate(factor.name))
            return people[factor.name]
        nobody = pd.Series(None, index=people.index, dtype=object)
        number, reported = people.get(classes.number, nobody), people.get(classes.code, nobody)
        return shipped.cut(number, classes.cuts, factor.codes).where(number.notna(), reported)


def _as_read(name: str, readings: dict[str, str], table: FrozenTable) -> Covariate:
    """A covariate as a model reads it: a number that is read by its class is the code of that class."""
    classes, known = _classes_read(name, readings), {one.name: one for one in table.covariates}
    if classes is None or not {classes.number, classes.code} & set(known):
        return table.covariate(name)
    code = known.get(classes.code, shipped.BY_NAME[classes.code])
    if len(code.codes) != len(classes.cuts) + 1:
        raise Refused(
            "classes_not_the_same",
            "%(name)s cannot be read by its class: %(code)s of the table has the levels %(levels)s.",
            name=name,
            code=code.name,
            levels=", ".join(code.codes) or "none",
        )
    return replace(code, name=name)


def _shipped_as_read(name: str, readings: dict[str, str]) -> Covariate | None:
    classes = _classes_read(name, readings)
    if classes is None:
        return shipped.BY_NAME.get(name)
    return replace(shipped.BY_NAME[classes.code], name=name)


def _classes_read(name: str, readings: dict[str, str]) -> shipped.Classes | None:
    """The classes of a number that is read by them."""
    found = (one for one in shipped.CLASSES if one.number == name)
    return next(found, None) if readings.get(name) == shipped.CATEGORY else None


def _refuse_other_meaning(learnt: Covariate, met: Covariate) -> None:
    if not learnt.agrees_with(met):
        raise Refused(
            "covariate_differs",
            "%(name)s is a %(met)s in this table, and the model learnt a %(learnt)s: their numbers do not mean the "
            "same.",
            name=learnt.name,
            met=f"{met.kind} {met.unit}".strip(),
            learnt=f"{learnt.kind} {learnt.unit}".strip(),
        )


def _only(table: FrozenTable, subjects: Collection[str]) -> FrozenTable:
    people, values = table.subjects, table.measurements
    return replace(
        table,
        subjects=people[people["subject"].isin(subjects)],
        measurements=values[values["subject"].isin(subjects)],
    )


def _make_unfitted(name: str) -> Column:
    return Column(name=name, lowest=None, highest=None, median=None, gaps=False)


def _with_median(column: Column, values: pd.DataFrame) -> Column:
    known = values[column.name].dropna()
    median = float(known.median()) if len(known) else None
    return replace(column, median=median, gaps=bool(len(known) < len(values)))
