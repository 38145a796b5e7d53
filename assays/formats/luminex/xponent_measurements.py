"""The blocks of an xPONENT file -> measurements, standards, controls, analytes and remarks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from assays.formats.errors import PlateFormatError
from assays.formats.leaving import LeftOut
from assays.formats.luminex.xponent_head import header_of
from assays.formats.reading import (
    ANALYTE_COLUMNS,
    CONTROL_COLUMNS,
    MEASUREMENT_COLUMNS,
    REMARK_COLUMNS,
    STANDARD_COLUMNS,
    WELL_COLUMNS,
    Flag,
    Plate,
    PlateReading,
    SampleType,
    frame,
)
from assays.formats.roles import brightness_of, notes_of, roles_of
from assays.formats.values import NAN, limit_of, optional_number, read_value
from assays.formats.wells import plate_size
from tabular.numbers import number
from tabular.text import Record

if TYPE_CHECKING:
    from assays.formats.luminex.xponent import Block, WellTable

NUMBER_BLOCKS = ("Median", "Net MFI", "Count")
EXPECTED = "Standard Expected Concentration"
CONTROLS = {
    "expected": "Control Expected Concentration",
    "low": "Control Range - Low",
    "high": "Control Range - High",
}
INTERPRETED = {
    *NUMBER_BLOCKS,
    *("Result", "Comments", "% Recovery", "Units", EXPECTED, "Dilution Factor"),
    *("Analysis Types", "Analysis Coefficients", "R^2", "Warnings/Errors"),
    *CONTROLS.values(),
}
FACTOR = re.compile(r"1\s*[:/]\s*")  # "1/400" and "1:400" are written for 400
NUMERIC = re.compile(r"[<>=*\s+-]*[\d.,]+(?:[eE][+-]?\d+)?")
LETTERS = ("A", "B", "C", "D", "F")
ROUNDING = 0.02  # a recovery is written with two decimals, an observed value with all


class Numbers:
    """Reads cells as numbers in the decimal mark of the file; errors name line and analyte. What no value
    needs is left out instead of refused (`optional`)."""

    def __init__(
        self, tables: dict[str, WellTable], delimiter_is_comma: bool, left: LeftOut
    ) -> None:
        self.decimal, self.left = _decimal_mark(tables, delimiter_is_comma), left

    def of(self, record: Record, text: str, what: str) -> float:
        found = number(text, decimal=self.decimal)
        if found is not None:
            return found
        try:
            return optional_number(text, decimal=self.decimal)
        except ValueError as error:
            raise PlateFormatError(f"{what}: {error}", line=record.line) from error

    def optional(self, record: Record, text: str, block: str, what: str = "") -> float:
        """A number of a block that is not one of values; NaN where it cannot be read, which is told."""
        try:
            return self.of(record, text, what or block)
        except PlateFormatError as error:
            self.left.error(block, error)
            return NAN

    def value(self, record: Record, text: str, what: str) -> tuple[float, Flag]:
        try:
            return read_value(text, decimal=self.decimal)
        except ValueError as error:
            raise PlateFormatError(f"{what}: {error}", line=record.line) from error


def _decimal_mark(tables: dict[str, WellTable], delimiter_is_comma: bool) -> str:
    """ "." or ",", by the blocks of values; PlateFormatError where they have both, or where a comma could as
    well part thousands. Where they have neither, the fluorescence less the background may tell."""
    for blocks in (("Median", "Result"), ("Net MFI",)):
        read = [tables[name] for name in blocks if name in tables]
        point, comma, where = _marks(read, delimiter_is_comma)
        if comma and point and blocks[0] == "Median":
            raise PlateFormatError(
                "Numbers have commas that could be decimal marks or part thousands. Export the file "
                "again without thousands separators.",
                line=where,
            )
        if comma or point:
            return "," if comma and not point else "."
    return "."


def _marks(tables: list[WellTable], delimiter_is_comma: bool) -> tuple[bool, bool, int]:
    """Whether numbers have points, whether they have commas, and the last line with a comma; a comma that
    could part thousands counts as both."""
    point, comma, sure, where = False, False, False, 1
    for table in tables:
        for record, cells in table.values():
            numeric = [cell for cell in cells if NUMERIC.fullmatch(cell)]
            point = point or any("." in cell for cell in numeric)
            if any("," in cell for cell in numeric):
                comma, where = True, record.line
                sure = sure or any(re.search(r",(\d{1,2}|\d{4,})(\D|$)", cell) for cell in numeric)
    return point or (comma and delimiter_is_comma and not sure), comma, where


def assembled(
    plate: Plate,
    head: list[Record],
    blocks: dict[str, Block],
    tables: dict[str, WellTable],
    outside: list[Record],
    notes: list[str],
    left: LeftOut,
) -> PlateReading:
    """The reading of a file whose blocks have been checked against each other."""
    numbers = Numbers(
        tables,
        delimiter_is_comma=all(len(r.cells) < 2 or ";" not in r.cells[0] for r in head[:1]),
        left=left,
    )
    wells = list(tables["Median"])
    names = [
        c
        for c in blocks["Median"].header.cells[2:]
        if c.lower() not in ("", "total events", "notes")
    ]
    samples = [record.cell(1) for record, _ in tables["Median"].values()]
    columns = _columns(tables, wells, names, numbers)
    by_analyte = {
        name: _analyte_table(block, left if name in INTERPRETED else LeftOut())
        for name, block in blocks.items()
        if not block.by_well
    }
    units = [_unit(by_analyte, name) for name in names]
    per = len(names)
    cells = frame(
        MEASUREMENT_COLUMNS,
        {
            "well": np.repeat(np.array(wells, dtype=object), per),
            "analyte": names * len(wells),
            "mfi": columns["mfi"],
        },
    )
    roles = roles_of(
        samples,
        known=_listed(by_analyte),
        brightness=brightness_of(wells, cells),
    )
    notes += notes_of(samples, roles)
    kinds = [role.kind for role in roles]
    told = _dilutions(blocks, tables, wells, numbers)
    dilution = [
        role.dilution if factor != factor and role.kind != SampleType.SAMPLE else factor
        for factor, role in zip(told, roles, strict=True)
    ]
    measurements = frame(
        MEASUREMENT_COLUMNS,
        {
            "well": np.repeat(np.array(wells, dtype=object), per),
            "sample": np.repeat(np.array(samples, dtype=object), per),
            "sample_type": np.repeat(np.array([kind.value for kind in kinds], dtype=object), per),
            "analyte": names * len(wells),
            "unit": units * len(wells),
            "dilution": np.repeat(dilution, per),
            **columns,
        },
    )
    grid = Grid(wells, samples, kinds, names, columns)
    remarks = _remarks(blocks, tables, names, wells)
    standards = _standards(grid, by_analyte, tables, numbers)
    remarks += _wrong_expectations(standards, notes)
    if plate.wells is None:
        plate = _with_size(plate, wells)
    extra = {name: _as_written(block) for name, block in blocks.items() if name not in INTERPRETED}
    if extra:
        notes.append(f"Blocks kept as written: {', '.join(extra)}.")
    if outside:
        extra["lines of no block"] = [record.cells for record in outside]
    if "Result" not in tables:
        notes.append("The file holds fluorescence only: no concentration was computed.")
    controls = _controls(grid, by_analyte, numbers, notes)
    notes += left.notes()
    return PlateReading(
        format="xponent",
        plate=plate,
        measurements=measurements,
        wells=frame(
            WELL_COLUMNS,
            {
                "well": wells,
                "position": wells,
                "sample": samples,
                "sample_type": [kind.value for kind in kinds],
                "typed_by": [role.typed_by.value for role in roles],
                "dilution": dilution,
                "remark": _well_remarks(blocks, wells),
            },
        ),
        standards=frame(STANDARD_COLUMNS, standards),
        controls=frame(CONTROL_COLUMNS, controls),
        analytes=frame(ANALYTE_COLUMNS, _analytes(names, units, by_analyte, columns, numbers)),
        remarks=frame(
            REMARK_COLUMNS, dict(zip(REMARK_COLUMNS, zip(*remarks, strict=True), strict=True))
        )
        if remarks
        else frame(REMARK_COLUMNS, {}),
        header=header_of(head),
        extra=extra,
        notes=tuple(notes),
    )


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


def _columns(
    tables: dict[str, WellTable], wells: list[str], names: list[str], numbers: Numbers
) -> dict[str, Any]:
    """Fluorescence, counts, texts, values and flags, a row per well and analyte."""
    found: dict[str, Any] = {
        "mfi": [
            numbers.of(record, text, f"Median, {name}")
            for record, cells in (tables["Median"][well] for well in wells)
            for name, text in zip(names, cells, strict=True)
        ]
    }
    for column, block in (("net_mfi", "Net MFI"), ("bead_count", "Count")):
        if block in tables:
            found[column] = _optional(tables[block], block, wells, names, numbers)
    for row, count in enumerate(found.get("bead_count", [])):
        if count < 0:
            record = tables["Count"][wells[row // len(names)]][0]
            why = f"{names[row % len(names)]}: a count of {count:g} beads"
            numbers.left.add("Count", why, line=record.line)
            found["bead_count"][row] = NAN
    texts, values, flags = [], [], []
    comments = tables.get("Comments", {})
    for well in wells:
        result, cells = tables["Result"][well] if "Result" in tables else (None, [""] * len(names))
        said = comments[well][1] if well in comments else [""] * len(names)
        for name, text, comment in zip(names, cells, said, strict=True):
            value, flag = (
                numbers.value(result, text, f"Result, {name}") if result else (NAN, Flag.MISSING)
            )
            if flag == Flag.IN_RANGE and comment.lower().startswith("extrapolated"):
                flag = Flag.EXTRAPOLATED
            texts.append(text)
            values.append(value)
            flags.append(flag.value)
    return found | {"raw_text": texts, "value": values, "flag": flags}


def _optional(
    table: WellTable, block: str, wells: list[str], names: list[str], numbers: Numbers
) -> list[float]:
    """The numbers of a block that no value needs; NaN for wells that it does not tell of."""
    empty = (Record(0, []), [""] * len(names))
    return [
        numbers.optional(record, text, block, name)
        for record, cells in (table.get(well, empty) for well in wells)
        for name, text in zip(names, cells, strict=True)
    ]


def _dilutions(
    blocks: dict[str, Block], tables: dict[str, WellTable], wells: list[str], numbers: Numbers
) -> list[float]:
    block = blocks.get("Dilution Factor")
    if block is None or not block.by_well or "Dilution Factor" not in block.header.cells:
        return [NAN] * len(wells)
    column = block.header.cells.index("Dilution Factor")
    told = {well: record for well, (record, _) in tables["Dilution Factor"].items()}
    return [_factor(told.get(well), column, numbers) for well in wells]


def _factor(record: Record | None, column: int, numbers: Numbers) -> float:
    if record is None:
        return NAN
    text = FACTOR.sub("", record.cell(column), count=1)
    factor = numbers.optional(record, text, "Dilution Factor")
    if factor <= 0:
        numbers.left.add("Dilution Factor", f"a factor of {factor:g}", line=record.line)
        return NAN
    return factor


def _analyte_table(block: Block, left: LeftOut) -> dict[str, dict[str, tuple[Record, str]]]:
    """Row name -> analyte -> record and cell, of a block whose columns are analytes. A row of another width
    than its header is left out, for its cells may stand under the wrong names."""
    wide = _width(block.header.cells)
    found: dict[str, dict[str, tuple[Record, str]]] = {}
    for row in block.rows:
        if len(row.cells) < wide or _width(row.cells) > max(wide, len(block.header.cells)):
            if _width(row.cells) > 1:
                why = f"{len(row.cells)} cells under {len(block.header.cells)} names"
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


def _listed(tables: Tables) -> dict[str, SampleType]:
    """Names that the file itself lists as standards or controls."""
    standards = dict.fromkeys(tables.get(EXPECTED, {}), SampleType.STANDARD)
    controls = {
        name: SampleType.CONTROL for block in CONTROLS.values() for name in tables.get(block, {})
    }
    return {name: kind for name, kind in (controls | standards).items() if name}


Tables = dict[str, dict[str, dict[str, tuple[Record, str]]]]


def _cell(tables: Tables, block: str, row: str, analyte: str) -> str:
    return tables.get(block, {}).get(row, {}).get(analyte, (None, ""))[1]


def _number(tables: Tables, numbers: Numbers, block: str, row: str, analyte: str) -> float:
    record, text = tables.get(block, {}).get(row, {}).get(analyte, (None, ""))
    return NAN if record is None else numbers.optional(record, text, block, analyte)


def _unit(tables: Tables, analyte: str) -> str:
    unit = _cell(tables, "Units", "Units:", analyte)
    return "" if unit.lower() == "bead" else unit


def _standards(
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
            "expected": _number(by_analyte, numbers, EXPECTED, sample, analyte),
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


def _controls(
    grid: Grid, by_analyte: Tables, numbers: Numbers, notes: list[str]
) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {column: [] for column in CONTROL_COLUMNS}
    for well, sample, analyte, row in grid.rows(SampleType.CONTROL):
        values = {"well": well, "sample": sample, "analyte": analyte}
        known = {
            column: _number(by_analyte, numbers, block, sample, analyte)
            for column, block in CONTROLS.items()
        }
        for column, value in (values | known | {"observed": grid.columns["value"][row]}).items():
            found[column].append(value)
    told = zip(found["sample"], found["low"], found["high"], strict=True)
    points = {sample for sample, low, high in told if low is not None and low == high}
    if points:
        notes.append(
            f"Control ranges that are one number allow nothing, so no rule judges by them: "
            f"{', '.join(sorted(points))}."
        )
    return found


def _wrong_expectations(
    standards: dict[str, list[Any]], notes: list[str]
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
            f"{len(found)} expected concentrations contradict the recovery in the same file (a decimal "
            f"point may be lost): {', '.join(names)}. They are kept as written."
        )
    return found


def _remarks(
    blocks: dict[str, Block], tables: dict[str, WellTable], names: list[str], wells: list[str]
) -> list[tuple[str, str, str]]:
    found = [
        (well, name, text)
        for well in wells
        if well in tables.get("Comments", {})
        for name, text in zip(names, tables["Comments"][well][1], strict=True)
        if text and not text.lower().startswith("extrapolated")
    ]
    return found + [(well, "", text) for well, text in _warnings(blocks) if well in wells]


def _warnings(blocks: dict[str, Block]) -> list[tuple[str, str]]:
    rows = blocks["Warnings/Errors"].rows if "Warnings/Errors" in blocks else []
    return [
        (
            re.sub(r".*[,;(]\s*", "", row.cell(0)).strip(" )"),
            ": ".join(c for c in row.cells[1:] if c),
        )
        for row in rows
    ]


def _well_remarks(blocks: dict[str, Block], wells: list[str]) -> list[str]:
    told: dict[str, list[str]] = {}
    for well, text in _warnings(blocks):
        told.setdefault(well, []).append(text)
    return ["; ".join(told.get(well, [])) for well in wells]


def _analytes(
    names: list[str], units: list[str], tables: Tables, columns: dict[str, Any], numbers: Numbers
) -> dict[str, list[Any]]:
    """Analytes with their limits (where "< n" names one limit only) and the vendor's curve."""
    limits: dict[tuple[str, str], set[float]] = {}
    for row, text in enumerate(columns["raw_text"]):
        if text[:1] in ("<", ">"):
            known = limit_of(text, decimal=numbers.decimal)
            limits.setdefault((names[row % len(names)], text[0]), set()).add(
                NAN if known is None else known
            )
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


def _as_written(block: Block) -> list[list[str]]:
    return [block.header.cells, *(row.cells for row in block.rows)]


def _with_size(plate: Plate, wells: list[str]) -> Plate:
    return replace(plate, wells=plate_size(wells))
