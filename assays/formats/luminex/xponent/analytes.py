"""Blocks with a column for each analyte: units, expected concentrations, limits and the vendor's curves."""

from __future__ import annotations

from typing import Any

from assays.formats.leaving import LeftOut
from assays.formats.luminex.xponent.blocks import Block
from assays.formats.luminex.xponent.numbers import Numbers
from assays.formats.reading import SampleType
from assays.formats.values import NAN
from tabular.message import Message
from tabular.numbers import beyond, half_width
from tabular.text import Record

Tables = dict[str, dict[str, dict[str, tuple[Record, str]]]]
"""Block -> row -> analyte -> record and cell."""
EXPECTED = "Standard Expected Concentration"
CONTROLS = {
    "expected": "Control Expected Concentration",
    "low": "Control Range - Low",
    "high": "Control Range - High",
}
LETTERS = ("A", "B", "C", "D", "F")


def analyte_table(block: Block, left: LeftOut) -> dict[str, dict[str, tuple[Record, str]]]:
    """Row name -> analyte -> record and cell, of a block whose columns are analytes. A row of another width
    than its header is left out, for its cells may stand under the wrong names."""
    wide = _width(block.header.cells)
    found: dict[str, dict[str, tuple[Record, str]]] = {}
    for row in block.rows:
        if len(row.cells) < wide or _width(row.cells) > max(wide, len(block.header.cells)):
            if _width(row.cells) > 1:
                why = Message(
                    "cells_under_names",
                    "%(cells)d cells under %(names)d names",
                    cells=len(row.cells),
                    names=len(block.header.cells),
                )
                left.add(block.name, why, line=row.line)
            continue
        found[row.cell(0)] = {
            name: (row, row.cell(column))
            for column, name in enumerate(block.header.cells)
            if column and name
        }
    return found


def _width(cells: list[str]) -> int:
    return max((i for i, cell in enumerate(cells) if cell), default=-1) + 1


def read_sample_types(tables: Tables) -> dict[str, SampleType]:
    """Names that the file itself lists as standards or controls."""
    standards = dict.fromkeys(tables.get(EXPECTED, {}), SampleType.STANDARD)
    controls = {
        name: SampleType.CONTROL for block in CONTROLS.values() for name in tables.get(block, {})
    }
    return {name: kind for name, kind in (controls | standards).items() if name}


def _cell(tables: Tables, block: str, row: str, analyte: str) -> str:
    return tables.get(block, {}).get(row, {}).get(analyte, (None, ""))[1]


def number_in(tables: Tables, numbers: Numbers, block: str, row: str, analyte: str) -> float:
    record, text = tables.get(block, {}).get(row, {}).get(analyte, (Record(0, []), ""))
    return numbers.optional(record, text, block, analyte)


def unit_in(tables: Tables, analyte: str) -> str:
    unit = _cell(tables, "Units", "Units:", analyte)
    return "" if unit.lower() == "bead" else unit


def analyte_columns(
    names: list[str], units: list[str], tables: Tables, columns: dict[str, Any], numbers: Numbers
) -> dict[str, list[Any]]:
    """Analytes with their limits (where "< n" names one limit only) and the vendor's curve."""
    limits: dict[tuple[str, str], set[float]] = {}
    for row, text in enumerate(columns["raw_text"]):
        mark = half_width(text[:1])
        if mark in ("<", ">"):
            told = beyond(text, decimal=numbers.decimal)
            limits.setdefault((names[row % len(names)], mark), set()).add(told[1] if told else NAN)
    kinds = [_cell(tables, "Analysis Types", "AnalysisType", name) for name in names]
    return {
        "analyte": names,
        "unit": units,
        "lloq": [_only(limits.get((name, "<"), set())) for name in names],
        "uloq": [_only(limits.get((name, ">"), set())) for name in names],
        "curve": [_curve(tables, name) for name in names],
        "curve_kind": [
            {"logistic 5p": "5PL", "logistic 4p": "4PL"}.get(k.lower(), k) for k in kinds
        ],
    }


def _only(found: set[float]) -> float:
    return next(iter(found)) if len(found) == 1 else NAN


def _curve(tables: Tables, analyte: str) -> str:
    """The vendor's coefficients as the formula that they belong to: A and B are the asymptotes, C the
    concentration in the middle, D the slope, F the asymmetry."""
    a, b, c, d, f = (
        _cell(tables, "Analysis Coefficients", f"Coefficient {x}", analyte) for x in LETTERS
    )
    if not (a and b and c and d):
        return ""
    return f"FI = {a} + ({b} - {a}) / ((1 + (Conc / {c})^{d}))^{f or 1}"
