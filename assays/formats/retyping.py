"""A reading with what people say of its wells: another type, expected concentrations, a dilution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from assays.formats.reading import (
    CONTROL_COLUMNS,
    STANDARD_COLUMNS,
    PlateReading,
    SampleType,
    frame,
)
from assays.formats.roles import Role, TypedBy, notes_of
from tabular.message import Message


@dataclass(frozen=True)
class Said:
    """What somebody says of a well; None: nothing. expected: by the file's name of the analyte."""

    kind: SampleType | None = None
    dilution: float | None = None
    expected: Mapping[str, float] = field(default_factory=dict)


def retype(reading: PlateReading, said: Mapping[str, Said]) -> PlateReading:
    """The reading with what is said of its wells, by the file's name of each. What stands in the file itself
    is kept where nothing else is said."""
    if not said:
        return reading
    wells, rows = reading.wells.copy(), reading.measurements.copy()
    for place, well in enumerate(wells["well"].tolist()):
        told = said.get(well)
        if told is not None and told.kind is not None:
            wells.loc[place, ["sample_type", "typed_by"]] = [told.kind.value, TypedBy.PERSON.value]
        if told is not None and told.dilution is not None:
            wells.loc[place, "dilution"] = told.dilution
    kinds = dict(zip(wells["well"], wells["sample_type"], strict=True))
    rows["sample_type"] = [kinds[well] for well in rows["well"]]
    diluted = {well: told.dilution for well, told in said.items() if told.dilution is not None}
    if diluted:
        rows["dilution"] = rows["well"].map(diluted).fillna(rows["dilution"]).astype("float64")
    return replace(
        reading,
        wells=wells,
        measurements=rows,
        standards=_of_kind(
            rows, SampleType.STANDARD, STANDARD_COLUMNS, reading.standards, reading.controls, said
        ),
        controls=_of_kind(
            rows, SampleType.CONTROL, CONTROL_COLUMNS, reading.controls, reading.standards, said
        ),
        notes=_notes(reading, wells),
    )


def _of_kind(
    rows: pd.DataFrame,
    kind: SampleType,
    columns: tuple[str, ...],
    own: pd.DataFrame,
    other: pd.DataFrame,
    said: Mapping[str, Said],
) -> pd.DataFrame:
    """The standards (controls) of the plate as it is now: what the file told of each, or what is said."""
    known = {
        (row["well"], row["analyte"]): row
        for part in (other, own)
        for row in part.to_dict("records")
    }
    found: dict[str, list[object]] = {column: [] for column in columns}
    chosen = rows[rows["sample_type"] == kind.value]
    for row in chosen.to_dict("records"):
        at = (row["well"], row["analyte"])
        told = {"observed": row["value"], **row, **known.get(at, {})}
        if (expected := said.get(at[0], Said()).expected.get(at[1])) is not None:
            told |= {"expected": expected, "recovery": float("nan")}
        for column in columns:
            found[column].append(told.get(column, float("nan")))
    return frame(columns, found)


def _notes(reading: PlateReading, wells: pd.DataFrame) -> tuple[Message, ...]:
    """The reader's notes, with those on names as they are now."""
    names = wells["sample"].tolist()
    before, now = (
        notes_of(
            names,
            [
                Role(SampleType(kind), TypedBy(by or TypedBy.FILE))
                for kind, by in zip(part["sample_type"], part["typed_by"], strict=True)
            ],
        )
        for part in (reading.wells, wells)
    )
    return (*(note for note in reading.notes if note not in before), *now)
