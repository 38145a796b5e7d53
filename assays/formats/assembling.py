"""Puts a reading together from what a reader finds on a plate: the one place where roles become types of wells,
and columns become the frames of a `PlateReading`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from assays.formats.leaving import LeftOut
from assays.formats.reading import (
    ANALYTE_COLUMNS,
    CONTROL_COLUMNS,
    MEASUREMENT_COLUMNS,
    REMARK_COLUMNS,
    STANDARD_COLUMNS,
    WELL_COLUMNS,
    Plate,
    PlateReading,
    SampleType,
    frame,
)
from assays.formats.roles import Role, notes_of
from tabular.message import Message

Columns = dict[str, Any]
"""Name of a column -> its values."""


@dataclass
class Wells:
    """The wells of a file in its order: names, what their samples are called, and what stands in each.

    `more` are further columns of WELL_COLUMNS: plate, position, dilution, remark.
    """

    names: Sequence[str]
    samples: Sequence[str]
    roles: Sequence[Role]
    more: Columns = field(default_factory=dict)

    @property
    def kinds(self) -> list[str]:
        """The type of each well, as a text."""
        return [role.kind.value for role in self.roles]

    def frame(self) -> pd.DataFrame:
        """WELL_COLUMNS."""
        told = {
            "well": list(self.names),
            "sample": list(self.samples),
            "sample_type": self.kinds,
            "typed_by": [role.typed_by.value for role in self.roles],
        }
        return frame(WELL_COLUMNS, told | self.more)

    def measurements(self, analytes: Sequence[str], columns: Mapping[str, Any]) -> pd.DataFrame:
        """MEASUREMENT_COLUMNS of wells that all have the same analytes, a row per well and analyte."""
        per = len(analytes)
        told = {
            "well": each(self.names, per),
            "sample": each(self.samples, per),
            "sample_type": each(self.kinds, per),
            "analyte": list(analytes) * len(self.names),
        }
        return frame(MEASUREMENT_COLUMNS, told | dict(columns))

    def notes(self) -> list[Message]:
        """Which names were taken for what."""
        return notes_of(self.samples, self.roles)


def each(values: Iterable[Any], times: int) -> list[Any]:
    """A value of each well, for its measurements of so many analytes."""
    return [value for value in values for _ in range(times)]


def factors_of(
    wells: Sequence[str], told: Sequence[float], roles: Sequence[Role], left: LeftOut
) -> list[float]:
    """The dilution factor of each well as told; where none is told, that in the name of a control or a
    standard. A sample's name is not believed."""
    return [
        role.dilution
        if factor != factor and role.kind != SampleType.SAMPLE and not left.lost_factor(well)
        else factor
        for well, factor, role in zip(wells, told, roles, strict=True)
    ]


def controls_of(measurements: pd.DataFrame) -> Columns:
    """CONTROL_COLUMNS of the controls among the measurements, of a file that says nothing more of them."""
    rows = measurements[measurements["sample_type"] == SampleType.CONTROL.value]
    data: Columns = {name: rows[name].tolist() for name in ("well", "sample", "analyte")}
    return data | {"observed": rows["value"].tolist()}


def remarks_frame(remarks: Iterable[tuple[str, str, str]]) -> pd.DataFrame:
    """REMARK_COLUMNS of triples: well, analyte, text."""
    told = list(remarks)
    return frame(
        REMARK_COLUMNS, {name: [one[i] for one in told] for i, name in enumerate(REMARK_COLUMNS)}
    )


def build_reading(
    *,
    format: str,
    plate: Plate,
    wells: Wells,
    measurements: pd.DataFrame,
    analytes: Columns,
    standards: Columns | None = None,
    controls: Columns | None = None,
    remarks: Iterable[tuple[str, str, str]] = (),
    header: dict[str, str] | None = None,
    extra: dict[str, list[list[str]]] | None = None,
    notes: Iterable[Message] = (),
    left: LeftOut,
) -> PlateReading:
    """The reading of a file whose parts have been checked against each other.

    `measurements` has MEASUREMENT_COLUMNS; analytes, standards and controls are columns of theirs, those left
    out are empty. What was guessed of wells' names, and what was left out, is told after `notes`.
    """
    return PlateReading(
        format=format,
        plate=plate,
        measurements=measurements,
        wells=wells.frame(),
        standards=frame(STANDARD_COLUMNS, standards or {}),
        controls=frame(CONTROL_COLUMNS, controls or {}),
        analytes=frame(ANALYTE_COLUMNS, analytes),
        remarks=remarks_frame([*left.remarks(), *remarks]),
        header=header or {},
        extra=extra or {},
        notes=(*notes, *wells.notes(), *left.notes()),
    )
