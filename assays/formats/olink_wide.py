"""Wide NPX exports: a head, the rows Assay, Uniprot ID and OlinkID, a row for each sample, then the limits
of detection and the frequencies of missing data."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from assays.formats.olink_names import sample_type, unique_names
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
from assays.formats.source import PlateSource
from assays.formats.text import check_ended, records
from assays.formats.values import NAN, read_value
from assays.formats.workbook import Sheet

TEXT = "file"
SIGNS = {"Assay", "OlinkID"}
EXTRA_CELLS = 200_000


def recognizes(file: PlateSource) -> bool:
    """Whether the first column of a sheet has the rows Assay and OlinkID."""
    if file.is_parquet:
        return False
    if file.is_text:
        return bool(re.search(r'^"?Assay"?[;,\t]', file.text, re.M)) and bool(
            re.search(r'^"?OlinkID"?[;,\t]', file.text, re.M)
        )
    return any(_is_npx(sheet) for sheet in file.sheets)


def _is_npx(sheet: Sheet) -> bool:
    return {row[0] for row in sheet.rows if row} >= SIGNS


def read(file: PlateSource) -> PlateReading:
    """Read a wide export; the sheet with the NPX must be one only."""
    sheets = [_text_sheet(file.text)] if file.is_text else file.sheets
    npx = [sheet for sheet in sheets if _is_npx(sheet)]
    if len(npx) > 1:
        raise npx[1].error(0, 0, f"The file mixes exports: “{npx[0].name}” holds NPX too.")
    others = [sheet for sheet in sheets if not _is_npx(sheet) and any(any(r) for r in sheet.rows)]
    return _reading(_grid(npx[0]), others)


def _text_sheet(text: str) -> Sheet:
    check_ended(text)
    mark = re.search(r'^"?Assay"?([;,\t])', text, re.M)
    found = records(text, mark[1] if mark else ",")
    rows: list[list[str]] = []
    for record in found:
        rows += [[] for _ in range(record.line - 1 - len(rows))]  # so that row numbers are lines
        rows.append(record.cells)
    width = max((len(row) for row in rows), default=0)
    return Sheet(TEXT, [row + [""] * (width - len(row)) for row in rows])


@dataclass(frozen=True)
class Grid:
    """Where everything stands in the sheet: rows by their first cell, columns of assays and of quality."""

    sheet: Sheet
    told: dict[str, int]
    samples: list[int]
    assays: list[int]
    quality: list[int]

    def row(self, name: str, columns: Iterable[int]) -> list[str]:
        """Cells of a named row; empty where the export has no such row."""
        if name not in self.told:
            return ["" for _ in columns]
        return [self.sheet.cell(self.told[name], column) for column in columns]


def _grid(sheet: Sheet) -> Grid:
    first = [row[0] if row else "" for row in sheet.rows]
    told = {text: i for i, text in reversed(list(enumerate(first))) if text}
    start = (
        max(told[name] for name in ("Assay", "Uniprot ID", "OlinkID", "Unit") if name in told) + 1
    )
    while start < len(first) and not any(sheet.rows[start]):
        start += 1
    stop = next((i for i in range(start, len(first)) if not any(sheet.rows[i])), len(first))
    width = len(sheet.rows[told["Assay"]])
    ids = [sheet.cell(told["OlinkID"], c) for c in range(width)]
    names = [sheet.cell(told["Assay"], c) for c in range(width)]
    assays = [c for c in range(1, width) if ids[c]]
    quality = [c for c in range(1, width) if names[c] and not ids[c]]
    for column in assays:
        if not names[column]:
            raise sheet.error(told["Assay"], column, f"{ids[column]} has no name of an assay.")
    if not assays or start == stop:
        raise sheet.error(told["Assay"], 0, "The table holds no samples: the file was cut.")
    below = {text: i for i, text in enumerate(first[stop:], stop) if text}
    if not any(_is_limit(name) for name in below):
        raise sheet.error(
            stop - 1, 0, "No limits of detection follow the samples: the file was cut."
        )
    grid = Grid(sheet, told | below, list(range(start, stop)), assays, quality)
    _check_counts(grid)
    return grid


def _is_limit(name: str) -> bool:
    return bool(re.search(r"\bLOD\b", name))


def _check_counts(grid: Grid) -> None:
    """The head's own counts of samples and plates must be those of the table."""
    plates = {grid.sheet.cell(r, c) for r in grid.samples for c in _quality(grid, "Plate ID")[:1]}
    for name, found in (("# Samples", len(grid.samples)), ("# Plates", len(plates))):
        row = grid.told.get(name)
        said = grid.sheet.cell(row, 1) if row is not None else ""
        if row is not None and said.isdigit() and plates and int(said) != found:
            raise grid.sheet.error(
                row, 1, f"The head tells of {said} ({name}), the table holds {found}."
            )
    for row in grid.samples:
        if not grid.sheet.cell(row, 0):
            raise grid.sheet.error(row, 0, "The row names no sample: its columns are misaligned.")


def _quality(grid: Grid, name: str) -> list[int]:
    wanted = name.lower().replace("_", " ").replace(" ", "")
    row = grid.told["Assay"]
    return [
        c
        for c in grid.quality
        if grid.sheet.cell(row, c).lower().replace("_", " ").replace(" ", "").startswith(wanted)
    ]


def _reading(grid: Grid, others: list[Sheet]) -> PlateReading:
    sheet, rows = grid.sheet, grid.samples
    assays = unique_names(grid.row("Assay", grid.assays), grid.row("OlinkID", grid.assays))
    decimal = "," if sheet.name == TEXT and _has_decimal_commas(grid) else "."
    limits = _limits(grid, decimal)
    columns = _values(grid, assays, limits, decimal)
    samples = [sheet.cell(row, 0) for row in rows]
    kinds = [sample_type(sample).value for sample in samples]
    wells = [f"row {row + 1}" for row in rows]
    plates = [_plate_of(grid, row) for row in rows]
    units = [unit or "NPX" for unit in grid.row("Unit", grid.assays)]
    per = len(assays)
    remarks = _remarks(grid, wells)
    notes = [f"Read as an Olink export, {len(set(plates))} plate(s)."]
    if others:
        notes.append(f"Sheets kept as written: {', '.join(other.name for other in others)}.")
    count: dict[str, Any] = {"well": np.repeat(np.array(wells, dtype=object), per)}
    measurements = frame(
        MEASUREMENT_COLUMNS,
        count
        | {
            "sample": np.repeat(np.array(samples, dtype=object), per),
            "sample_type": np.repeat(np.array(kinds, dtype=object), per),
            "analyte": assays * len(rows),
            "unit": units * len(rows),
            **columns,
        },
    )
    return PlateReading(
        format="olink",
        plate=_plate(grid),
        measurements=measurements,
        wells=frame(
            WELL_COLUMNS,
            {
                "well": wells,
                "plate": plates,
                "sample": samples,
                "sample_type": kinds,
                "remark": [dict(remarks).get(well, "") for well in wells],
            },
        ),
        standards=frame(STANDARD_COLUMNS, {}),
        controls=_controls(measurements),
        analytes=frame(
            ANALYTE_COLUMNS,
            {
                "analyte": assays,
                "unit": units,
                "lloq": limits,
                "uniprot": grid.row("Uniprot ID", grid.assays),
            },
        ),
        remarks=frame(
            REMARK_COLUMNS, {"well": [w for w, _ in remarks], "text": [t for _, t in remarks]}
        ),
        header={
            name: " | ".join(dict.fromkeys(c for c in sheet.rows[row][1:] if c))[:2000]
            for name, row in grid.told.items()
            if row < grid.told["Assay"]
        },
        extra={o.name: o.rows for o in others if sum(len(r) for r in o.rows) <= EXTRA_CELLS}
        | {"quality columns": [[sheet.cell(r, c) for c in (0, *grid.quality)] for r in rows]},
        notes=tuple(notes),
    )


def _has_decimal_commas(grid: Grid) -> bool:
    cells = [grid.sheet.cell(r, c) for r in grid.samples for c in grid.assays]
    comma, point = any("," in cell for cell in cells), any("." in cell for cell in cells)
    if comma and point:
        raise grid.sheet.error(grid.samples[0], 1, "Numbers have both decimal points and commas.")
    return comma


def _values(grid: Grid, assays: list[str], limits: list[float], decimal: str) -> dict[str, Any]:
    texts, values, flags = [], [], []
    for row in grid.samples:
        cells = grid.sheet.rows[row]
        for column, name, limit in zip(grid.assays, assays, limits, strict=True):
            text = cells[column]
            try:
                value, flag = read_value(text, decimal=decimal)
            except ValueError as error:
                raise grid.sheet.error(row, column, f"{name}: {error}") from error
            if flag == Flag.IN_RANGE and value < limit:
                flag = Flag.BELOW_LLOQ
            texts.append(text)
            values.append(value)
            flags.append(flag.value)
    return {"raw_text": texts, "value": values, "flag": flags}


def _limits(grid: Grid, decimal: str) -> list[float]:
    """The limit of detection of each assay: the row LOD or Max LOD, else the highest of the plates'."""
    names = [name for name, row in grid.told.items() if row > grid.samples[-1] and _is_limit(name)]
    chosen = [name for name in ("LOD", "Max LOD", "MaxLOD") if name in names][:1] or names
    found = []
    for column in grid.assays:
        known = []
        for name in chosen:
            text = grid.sheet.cell(grid.told[name], column)
            try:
                known.append(read_value(text, decimal=decimal)[0])
            except ValueError as error:
                raise grid.sheet.error(grid.told[name], column, f"{name}: {error}") from error
        found.append(max((k for k in known if k == k), default=NAN))
    return found


def _plate_of(grid: Grid, row: int) -> str:
    """The plate of a sample; of several panels, their plates one after the other."""
    return " / ".join(
        dict.fromkeys(text for c in _quality(grid, "Plate ID") if (text := grid.sheet.cell(row, c)))
    )


def _remarks(grid: Grid, wells: list[str]) -> list[tuple[str, str]]:
    """Warnings of the vendor's quality control, by well."""
    found = []
    for well, row in zip(wells, grid.samples, strict=True):
        said = {grid.sheet.cell(row, c) for c in _quality(grid, "QC Warning")} - {"", "Pass"}
        if said:
            found.append((well, "QC: " + ", ".join(sorted(said))))
    return found


def _controls(measurements: pd.DataFrame) -> pd.DataFrame:
    rows = measurements[measurements["sample_type"] == SampleType.CONTROL]
    data = {name: rows[name].tolist() for name in ("well", "sample", "analyte")}
    return frame(CONTROL_COLUMNS, data | {"observed": rows["value"].tolist()})


def _plate(grid: Grid) -> Plate:
    sheet = grid.sheet
    software = next((c for c in sheet.rows[0][1:] if c), "") if sheet.rows else ""
    panels = dict.fromkeys(c for c in grid.row("Panel", grid.assays) if c)
    panel = ", ".join(panels) or (sheet.cell(grid.told["Panel"], 1) if "Panel" in grid.told else "")
    version = re.search(r"\(([^()]*)\)\s*$", panel)
    return Plate(
        name=sheet.cell(0, 0),
        instrument="Olink",
        software=software,
        protocol=panel,
        kit=re.sub(r"\s*\([^()]*\)\s*$", "", panel),
        lot=version[1] if version else "",
    )
