"""Standards and controls of an xPONENT file, with what was expected of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from assays.formats.luminex.xponent.analytes import CONTROLS, EXPECTED, Tables, number_in
from assays.formats.luminex.xponent.blocks import WellTable
from assays.formats.luminex.xponent.numbers import Numbers
from assays.formats.reading import CONTROL_COLUMNS, STANDARD_COLUMNS, SampleType
from assays.formats.values import NAN
from tabular.message import Message

ROUNDING = 0.02  # a recovery is written with two decimals, an observed value with all


class Grid:
    """Wells by analytes: index of a well and analyte in the long columns."""

    def __init__(
        self,
        wells: list[str],
        samples: list[str],
        kinds: list[SampleType],
        names: list[str],
        columns: dict[str, Any],
    ) -> None:
        self.wells, self.samples, self.kinds, self.names = wells, samples, kinds, names
        self.columns = columns

    def rows(self, kind: SampleType) -> Iterable[tuple[str, str, str, int]]:
        """Well, sample, analyte and row of every measurement of a type of sample."""
        for i, (well, sample) in enumerate(zip(self.wells, self.samples, strict=True)):
            if self.kinds[i] == kind:
                for j, name in enumerate(self.names):
                    yield well, sample, name, i * len(self.names) + j


def standards_of(
    grid: Grid, by_analyte: Tables, tables: dict[str, WellTable], numbers: Numbers
) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {column: [] for column in STANDARD_COLUMNS}
    recovery = tables.get("% Recovery", {})
    position = {name: i for i, name in enumerate(grid.names)}
    for well, sample, analyte, row in grid.rows(SampleType.STANDARD):
        told = recovery.get(well)
        values = {
            "well": well,
            "sample": sample,
            "analyte": analyte,
            "expected": number_in(by_analyte, numbers, EXPECTED, sample, analyte),
            "observed": grid.columns["value"][row],
            "recovery": numbers.optional(told[0], told[1][position[analyte]], "% Recovery")
            if told
            else NAN,
            "mfi": grid.columns["mfi"][row],
            "net_mfi": grid.columns["net_mfi"][row] if "net_mfi" in grid.columns else NAN,
        }
        for column, value in values.items():
            found[column].append(value)
    return found


def controls_of(
    grid: Grid, by_analyte: Tables, numbers: Numbers, notes: list[Message]
) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {column: [] for column in CONTROL_COLUMNS}
    for well, sample, analyte, row in grid.rows(SampleType.CONTROL):
        values = {"well": well, "sample": sample, "analyte": analyte}
        known = {
            column: number_in(by_analyte, numbers, block, sample, analyte)
            for column, block in CONTROLS.items()
        }
        for column, value in (values | known | {"observed": grid.columns["value"][row]}).items():
            found[column].append(value)
    told = zip(found["sample"], found["low"], found["high"], strict=True)
    points = {sample for sample, low, high in told if low is not None and low == high}
    if points:
        notes.append(
            Message(
                "control_ranges_one_number",
                "Control ranges that are one number allow nothing, so no rule judges by them: %(names)s.",
                names=", ".join(sorted(points)),
            )
        )
    return found


def wrong_expectations(
    standards: dict[str, list[Any]], notes: list[Message]
) -> list[tuple[str, str, str]]:
    """Standards whose expected concentration, as written, contradicts the vendor's own recovery."""
    expected, observed, recovery = (
        np.asarray(standards[name], dtype=np.float64)
        for name in ("expected", "observed", "recovery")
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        wrong = np.abs(100 * observed / expected - recovery) > np.maximum(ROUNDING * recovery, 0.01)
    found = [
        (
            standards["well"][i],
            standards["analyte"][i],
            f"expected concentration as written ({expected[i]:g}) contradicts the recovery of "
            f"{recovery[i]:g} %; {100 * observed[i] / recovery[i]:.4g} would agree",
        )
        for i in np.flatnonzero(wrong)
    ]
    if found:
        names = sorted({standards["sample"][i] for i in np.flatnonzero(wrong)})
        notes.append(
            Message(
                "expected_concentrations_contradict_recovery",
                "%(n)s expected concentrations contradict the recovery in the same file (a decimal point may be lost): %(names)s. They are kept as written.",
                n=len(found),
                names=", ".join(names),
            )
        )
    return found
