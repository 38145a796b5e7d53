"""Limits of a wide NPX export, which follow its samples: of detection (for all plates, the highest of the
plates', or a row for each plate), and for quantified values the limits of quantification."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from assays.formats.leaving import LeftOut
from assays.formats.olink.grid import Grid, plain
from assays.formats.values import NAN, NoValue, read_value


@dataclass(frozen=True)
class Limits:
    """lower: (samples, assays), what a value is held against; shown: (assays,), one for all plates; upper:
    (assays,). NaN where not told. differ: whether plates have limits of their own; told: whether there are
    any."""

    lower: Any
    shown: Any
    upper: Any
    differ: bool
    told: bool


def limits_of(grid: Grid, decimal: str, left: LeftOut) -> Limits:
    """Read the limits. A sample is held against its own plate's limit of detection where there is one, and
    against the lower limit of quantification where the values are quantified."""
    found: dict[str, list[tuple[int, Any]]] = {}
    for name, row in grid.below:
        kind = plain(name)
        kind = kind if kind in ("maxlod", "lloq", "uloq") else _lod(name)
        if kind:
            found.setdefault(kind, []).append((row, _numbers(grid, row, name, decimal, left)))
    count = len(grid.assays)
    lloq, upper = (_highest(found.get(kind, []), count) for kind in ("lloq", "uloq"))
    overall = _highest(found.get("lod", []), count)
    most = _highest(found.get("maxlod", []), count)
    common = np.where(np.isnan(overall), most, overall)
    by_plate = _by_plate(grid, found.get("platelod", []))
    own = np.where(np.isnan(by_plate), common, by_plate)
    highest = np.fmax.reduce(by_plate, axis=0)
    shown = np.where(np.isnan(common), highest, common)
    return Limits(
        np.fmax(own, lloq),
        np.where(np.isnan(lloq), shown, lloq),
        upper,
        bool((by_plate < highest).any()),
        not bool(np.isnan(shown).all() and np.isnan(lloq).all()),
    )


def _lod(name: str) -> str:
    if plain(name).startswith("platelod"):
        return "platelod"
    return "lod" if re.match(r"lod\b", name, re.I) else ""


def _numbers(grid: Grid, row: int, name: str, decimal: str, left: LeftOut) -> Any:
    found = []
    for column in grid.assays:
        try:
            found.append(read_value(grid.sheet.cell(row, column), decimal=decimal)[0])
        except NoValue as error:
            left.error(name, grid.sheet.error(row, column, error.message))
            found.append(NAN)
    return np.array(found)


def _highest(rows: list[tuple[int, Any]], count: int) -> Any:
    return np.fmax.reduce([values for _, values in rows] or [np.full(count, NAN)])


def _by_plate(grid: Grid, rows: list[tuple[int, Any]]) -> Any:
    """Each sample's limits (samples, assays), by the plate that a row of limits names in the column of its
    panel's plates; a row that names none holds for all."""
    found = np.full((len(grid.samples), len(grid.assays)), NAN)
    columns = grid.of_panels("Plate ID") if rows else []
    for column in set(columns):
        assays = np.array([i for i, own in enumerate(columns) if own == column])
        by_plate: dict[str, Any] = {}
        for row, values in rows:
            plate = "" if column is None else grid.sheet.cell(row, column)
            by_plate[plate] = np.fmax(by_plate.get(plate, NAN), values[assays])
        for i, sample in enumerate(grid.samples):
            plate = "" if column is None else grid.sheet.cell(sample, column)
            for known in {"", plate} & by_plate.keys():
                found[i, assays] = np.fmax(found[i, assays], by_plate[known])
    return found
