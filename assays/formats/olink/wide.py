"""Wide NPX exports: a head, the rows Assay, Uniprot ID and OlinkID, a row for each sample, then the limits
of detection and the frequencies of missing data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from assays.formats.assembling import Wells, build_reading, controls_of
from assays.formats.leaving import LeftOut
from assays.formats.olink.grid import TEXT, Grid, grid_of, plain, text_sheet
from assays.formats.olink.limits import Limits, limits_of
from assays.formats.olink.names import role_of, unique_names
from assays.formats.reading import Flag, Plate, PlateReading
from assays.formats.values import NoValue, read_value
from tabular.message import Message
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
    sheet, rows, left = grid.sheet, grid.samples, LeftOut()
    assays = unique_names(grid.row("Assay", grid.assays), grid.row("OlinkID", grid.assays))
    decimal = "," if sheet.name == TEXT and _has_decimal_commas(grid) else "."
    limits = limits_of(grid, decimal, left)
    names = [f"row {row + 1}" for row in rows]
    samples = [sheet.cell(row, 0) for row in rows]
    plates = [_plate_of(grid, row) for row in rows]
    remarks = _remarks(grid, names, assays)
    more = {"plate": plates, "remark": _by_well(names, remarks)}
    wells = Wells(names, samples, [role_of(sample) for sample in samples], more)
    units = [unit or "NPX" for unit in grid.row("Unit", grid.assays)]
    columns = _values(grid, assays, limits, decimal)
    measurements = wells.measurements(assays, {"unit": units * len(rows), **columns})
    return build_reading(
        format="olink",
        plate=_plate(grid),
        wells=wells,
        measurements=measurements,
        analytes={
            "analyte": assays,
            "unit": units,
            "lloq": limits.shown,
            "uloq": limits.upper,
            "uniprot": grid.row("Uniprot ID", grid.assays),
        },
        controls=controls_of(measurements),
        remarks=remarks,
        header={
            name: " | ".join(dict.fromkeys(c for c in sheet.rows[row][1:] if c))[:2000]
            for name, row in grid.told.items()
            if row < grid.told["Assay"]
        },
        extra=_extra(grid, others),
        notes=_notes(plates, others, limits, _assay_warnings(grid, assays)),
        left=left,
    )


def _extra(grid: Grid, others: list[Sheet]) -> dict[str, list[list[str]]]:
    """What is not interpreted, as written."""
    sheet = grid.sheet
    kept = {o.name: o.rows for o in others if sum(len(r) for r in o.rows) <= EXTRA_CELLS}
    return kept | {
        "quality columns": [[sheet.cell(r, c) for c in (0, *grid.quality)] for r in grid.samples],
        "rows after the samples": [sheet.rows[row] for _, row in grid.below],
    }


def _has_decimal_commas(grid: Grid) -> bool:
    cells = [grid.sheet.cell(r, c) for r in grid.samples for c in grid.assays]
    comma, point = any("," in cell for cell in cells), any("." in cell for cell in cells)
    if comma and point:
        raise grid.sheet.error(
            grid.samples[0],
            1,
            Message("numbers_both_decimal_points", "Numbers have both decimal points and commas."),
        )
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
            except NoValue as error:
                raise grid.sheet.error(
                    row,
                    column,
                    Message(
                        "value_of", "%(analyte)s: %(error)s", analyte=name, error=error.message
                    ),
                ) from error
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
) -> Iterator[Message]:
    yield Message(
        "read_as_olink_export",
        "Read as an Olink export, %(plates)s plate(s).",
        plates=len(set(plates)),
    )
    if limits.differ:
        yield (
            Message(
                "limits_detection_differ_between",
                "Limits of detection differ between plates: each value was held against its own; the analyte shows the highest.",
            )
        )
    if warned:
        yield Message(
            "vendor_warns_assays", "The vendor warns of assays: %(names)s.", names=", ".join(warned)
        )
    if not limits.told:
        yield Message(
            "no_limits_to_hold_against",
            "The file tells no limits of detection: no value could be held against one.",
        )
    if others:
        yield Message(
            "sheets_kept_as_written",
            "Sheets kept as written: %(names)s.",
            names=", ".join(other.name for other in others),
        )


def _plate_of(grid: Grid, row: int) -> str:
    """The plate of a sample; of several panels, their plates one after the other."""
    return " / ".join(
        dict.fromkeys(
            text for c in grid.find_columns("Plate ID") if (text := grid.sheet.cell(row, c))
        )
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


def _plate(grid: Grid) -> Plate:
    sheet = grid.sheet
    software = next((c for c in sheet.rows[0][1:] if c), "") if sheet.rows else ""
    panels = list(dict.fromkeys(c for c in grid.row("Panel", (1, *grid.assays)) if c))
    versions = [found[1] for panel in panels if (found := VERSION.search(panel))]
    return Plate(
        name=sheet.cell(0, 0),
        instrument="Olink",
        software=software,
        protocol=", ".join(panels),
        kit=", ".join(VERSION.sub("", panel) for panel in panels),
        lot=", ".join(versions),
    )
