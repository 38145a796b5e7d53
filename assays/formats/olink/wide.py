"""Wide NPX exports: a head, the rows Assay, Uniprot ID and OlinkID, a row for each sample, then the limits
of detection and the frequencies of missing data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from assays.formats.leaving import LeftOut
from assays.formats.olink.grid import TEXT, Grid, grid_of, plain, text_sheet
from assays.formats.olink.limits import Limits, limits_of
from assays.formats.olink.names import role_of, unique_names
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
from assays.formats.roles import notes_of
from assays.formats.values import read_value
from tabular.source import FileSource
from tabular.workbook import Sheet

SIGNS = {"Assay", "OlinkID"}
FINE = frozenset({"", "pass", "na"})
EXTRA_CELLS = 200_000
VERSION = re.compile(r"\s*\(([^()]*)\)\s*$")


def recognizes(file: FileSource) -> bool:
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


def read(file: FileSource) -> PlateReading:
    """Read a wide export; of a workbook with several a person chooses (SheetsToChoose)."""
    sheets = [text_sheet(file.text)] if file.is_text else file.sheets
    npx = [sheet for sheet in sheets if _is_npx(sheet)]
    others = [sheet for sheet in sheets if not _is_npx(sheet) and sheet.has_rows]
    return _reading(grid_of(file.one_of(npx)), others)


def _reading(grid: Grid, others: list[Sheet]) -> PlateReading:
    sheet, rows = grid.sheet, grid.samples
    assays = unique_names(grid.row("Assay", grid.assays), grid.row("OlinkID", grid.assays))
    decimal = "," if sheet.name == TEXT and _has_decimal_commas(grid) else "."
    left = LeftOut()
    limits = limits_of(grid, decimal, left)
    columns = _values(grid, assays, limits, decimal)
    samples = [sheet.cell(row, 0) for row in rows]
    roles = [role_of(sample) for sample in samples]
    kinds = [role.kind.value for role in roles]
    wells = [f"row {row + 1}" for row in rows]
    plates = [_plate_of(grid, row) for row in rows]
    units = [unit or "NPX" for unit in grid.row("Unit", grid.assays)]
    per = len(assays)
    remarks = _remarks(grid, wells, assays)
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
    well_frame = frame(
        WELL_COLUMNS,
        {
            "well": wells,
            "plate": plates,
            "sample": samples,
            "sample_type": kinds,
            "typed_by": [role.typed_by.value for role in roles],
            "remark": _by_well(wells, remarks),
        },
    )
    return PlateReading(
        format="olink",
        plate=_plate(grid),
        measurements=measurements,
        wells=well_frame,
        standards=frame(STANDARD_COLUMNS, {}),
        controls=_controls(measurements),
        analytes=frame(
            ANALYTE_COLUMNS,
            {
                "analyte": assays,
                "unit": units,
                "lloq": limits.shown,
                "uloq": limits.upper,
                "uniprot": grid.row("Uniprot ID", grid.assays),
            },
        ),
        remarks=frame(
            REMARK_COLUMNS, {n: [r[i] for r in remarks] for i, n in enumerate(REMARK_COLUMNS)}
        ),
        header={
            name: " | ".join(dict.fromkeys(c for c in sheet.rows[row][1:] if c))[:2000]
            for name, row in grid.told.items()
            if row < grid.told["Assay"]
        },
        extra={o.name: o.rows for o in others if sum(len(r) for r in o.rows) <= EXTRA_CELLS}
        | {
            "quality columns": [[sheet.cell(r, c) for c in (0, *grid.quality)] for r in rows],
            "rows after the samples": [sheet.rows[row] for _, row in grid.below],
        },
        notes=(
            *_notes(plates, others, limits, _assay_warnings(grid, assays)),
            *notes_of(samples, roles),
            *left.notes(),
        ),
    )


def _has_decimal_commas(grid: Grid) -> bool:
    cells = [grid.sheet.cell(r, c) for r in grid.samples for c in grid.assays]
    comma, point = any("," in cell for cell in cells), any("." in cell for cell in cells)
    if comma and point:
        raise grid.sheet.error(grid.samples[0], 1, "Numbers have both decimal points and commas.")
    return comma


def _values(grid: Grid, assays: list[str], limits: Limits, decimal: str) -> dict[str, Any]:
    texts, values, flags = [], [], []
    for row, lower in zip(grid.samples, limits.lower.tolist(), strict=True):
        cells = grid.sheet.rows[row]
        for column, name, low, high in zip(
            grid.assays, assays, lower, limits.upper.tolist(), strict=True
        ):
            text = cells[column]
            try:
                value, flag = read_value(text, decimal=decimal)
            except ValueError as error:
                raise grid.sheet.error(row, column, f"{name}: {error}") from error
            if flag == Flag.IN_RANGE and value < low:
                flag = Flag.BELOW_LLOQ
            elif flag == Flag.IN_RANGE and value > high:
                flag = Flag.ABOVE_ULOQ
            texts.append(text)
            values.append(value)
            flags.append(flag.value)
    return {"raw_text": texts, "value": values, "flag": flags}


def _assay_warnings(grid: Grid, assays: list[str]) -> list[str]:
    """Assays that the vendor warns of, on some plate."""
    rows = [row for name, row in grid.below if plain(name) == "assaywarning"]
    return [
        name
        for name, column in zip(assays, grid.assays, strict=True)
        if any(grid.sheet.cell(row, column).lower() not in FINE for row in rows)
    ]


def _notes(
    plates: list[str],
    others: list[Sheet],
    limits: Limits,
    warned: list[str],
) -> Iterator[str]:
    yield f"Read as an Olink export, {len(set(plates))} plate(s)."
    if limits.differ:
        yield (
            "Limits of detection differ between plates: each value was held against its own; the analyte "
            "shows the highest."
        )
    if warned:
        yield f"The vendor warns of assays: {', '.join(warned)}."
    if not limits.told:
        yield "The file tells no limits of detection: no value could be held against one."
    if others:
        yield f"Sheets kept as written: {', '.join(other.name for other in others)}."


def _plate_of(grid: Grid, row: int) -> str:
    """The plate of a sample; of several panels, their plates one after the other."""
    return " / ".join(
        dict.fromkeys(text for c in grid.named("Plate ID") if (text := grid.sheet.cell(row, c)))
    )


def _remarks(grid: Grid, wells: list[str], assays: list[str]) -> list[tuple[str, str, str]]:
    """Warnings of the vendor's quality control: of a well, or, where the export has several panels that
    do not agree, of a well and each assay of the panel."""
    found = []
    columns = grid.of_panels("QC Warning")
    for well, row in zip(wells, grid.samples, strict=True):
        said = {c: grid.sheet.cell(row, c) for c in columns if c is not None}
        if len(set(said.values())) == 1:
            text = next(iter(said.values()))
            found += [(well, "", f"QC: {text}")] if text.lower() not in FINE else []
            continue
        for assay, column in zip(assays, columns, strict=True):
            text = said[column] if column is not None else ""
            found += [(well, assay, f"QC: {text}")] if text.lower() not in FINE else []
    return found


def _by_well(wells: list[str], remarks: list[tuple[str, str, str]]) -> list[str]:
    """What is remarked of each well as a whole."""
    told = {well: text for well, analyte, text in remarks if not analyte}
    return [told.get(well, "") for well in wells]


def _controls(measurements: pd.DataFrame) -> pd.DataFrame:
    rows = measurements[measurements["sample_type"] == SampleType.CONTROL]
    data = {name: rows[name].tolist() for name in ("well", "sample", "analyte")}
    return frame(CONTROL_COLUMNS, data | {"observed": rows["value"].tolist()})


def _plate(grid: Grid) -> Plate:
    sheet = grid.sheet
    software = next((c for c in sheet.rows[0][1:] if c), "") if sheet.rows else ""
    written = [c for c in grid.row("Panel", grid.assays) if c]
    panels = list(dict.fromkeys(written or [sheet.cell(grid.told.get("Panel", 0), 1)]))
    versions = [found[1] for panel in panels if (found := VERSION.search(panel))]
    return Plate(
        name=sheet.cell(0, 0),
        instrument="Olink",
        software=software,
        protocol=", ".join(panels) if "Panel" in grid.told else "",
        kit=", ".join(VERSION.sub("", panel) for panel in panels) if "Panel" in grid.told else "",
        lot=", ".join(versions),
    )
