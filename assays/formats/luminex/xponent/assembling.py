"""The blocks of an xPONENT file, checked against each other -> its reading."""

from __future__ import annotations

from dataclasses import dataclass, replace

from assays.formats.assembling import Columns, Wells, build_reading, each, factors_of
from assays.formats.leaving import LeftOut, names_factors
from assays.formats.luminex.xponent.analytes import (
    CONTROLS,
    EXPECTED,
    Tables,
    analyte_columns,
    analyte_table,
    read_sample_types,
    unit_in,
)
from assays.formats.luminex.xponent.blocks import NOT_ANALYTES, Block, WellTable
from assays.formats.luminex.xponent.head import header_of
from assays.formats.luminex.xponent.measurements import columns_of, dilutions_of
from assays.formats.luminex.xponent.numbers import Numbers
from assays.formats.luminex.xponent.remarks import remarks_in, well_remarks
from assays.formats.luminex.xponent.standards import (
    Grid,
    controls_of,
    standards_of,
    wrong_expectations,
)
from assays.formats.reading import MEASUREMENT_COLUMNS, Plate, PlateReading, frame
from assays.formats.roles import brightness_of, roles_of
from assays.formats.wells import plate_size
from tabular.message import Message
from tabular.text import Record

INTERPRETED = {
    *("Median", "Net MFI", "Count"),
    *("Result", "Comments", "% Recovery", "Units", EXPECTED),
    *("Analysis Types", "Analysis Coefficients", "R^2", "Warnings/Errors"),
    *CONTROLS.values(),
}


@dataclass(frozen=True)
class Parts:
    """A file in parts: the head's lines, blocks by name, those by well as tables, and lines of no block."""

    head: list[Record]
    blocks: dict[str, Block]
    tables: dict[str, WellTable]
    outside: list[Record]


def assemble(plate: Plate, parts: Parts, notes: list[Message], left: LeftOut) -> PlateReading:
    """The reading of a file whose blocks have been checked against each other."""
    numbers = Numbers(parts.tables, left)
    median = parts.tables["Median"]
    names = [c for c in parts.blocks["Median"].header.cells[2:] if c.lower() not in NOT_ANALYTES]
    by_analyte = _tables_by_analyte(parts.blocks, left)
    columns = columns_of(parts.tables, list(median), names, numbers)
    wells = _wells(parts, names, by_analyte, columns, numbers)
    units = [unit_in(by_analyte, name) for name in names]
    kinds = [role.kind for role in wells.roles]
    grid = Grid(list(median), list(wells.samples), kinds, names, columns)
    standards = standards_of(grid, by_analyte, parts.tables, numbers)
    wrong = wrong_expectations(standards, notes)
    extra = _extra(parts, notes)
    dilution = each(wells.more["dilution"], len(names))
    return build_reading(
        format="xponent",
        plate=replace(plate, wells=plate.wells or plate_size(list(median))),
        wells=wells,
        measurements=wells.measurements(
            names, {"unit": units * len(median), "dilution": dilution, **columns}
        ),
        analytes=analyte_columns(names, units, by_analyte, columns, numbers),
        standards=standards,
        controls=controls_of(grid, by_analyte, numbers, notes),
        remarks=[*remarks_in(parts.blocks, parts.tables, names, list(median)), *wrong],
        header=header_of(parts.head),
        extra=extra,
        notes=notes,
        left=left,
    )


def _tables_by_analyte(blocks: dict[str, Block], left: LeftOut) -> Tables:
    return {
        name: analyte_table(block, left if name in INTERPRETED else LeftOut())
        for name, block in blocks.items()
        if not block.by_well
    }


def _wells(
    parts: Parts, names: list[str], by_analyte: Tables, columns: Columns, numbers: Numbers
) -> Wells:
    """Wells with what stands in them, by their names, by what the file lists, and by how bright they are."""
    median = parts.tables["Median"]
    wells = list(median)
    samples = [record.cell(1) for record, _cells in median.values()]
    cells = {
        "well": [well for well in wells for _name in names],
        "analyte": names * len(wells),
        "mfi": columns["mfi"],
    }
    brightness = brightness_of(wells, frame(MEASUREMENT_COLUMNS, cells))
    roles = roles_of(samples, known=read_sample_types(by_analyte), brightness=brightness)
    told = dilutions_of(parts.blocks, parts.tables, wells, numbers)
    dilution = factors_of(wells, told, roles, numbers.left)
    remark = well_remarks(parts.blocks, wells)
    return Wells(wells, samples, roles, {"position": wells, "dilution": dilution, "remark": remark})


def _extra(parts: Parts, notes: list[Message]) -> dict[str, list[list[str]]]:
    """What is not interpreted, as written; told in the notes."""
    extra = {
        name: [block.header.cells, *(row.cells for row in block.rows)]
        for name, block in parts.blocks.items()
        if name not in INTERPRETED and not names_factors(name)
    }
    if extra:
        notes.append(
            Message(
                "blocks_kept_as_written",
                "Blocks kept as written: %(names)s.",
                names=", ".join(extra),
            )
        )
    if parts.outside:
        extra["lines of no block"] = [record.cells for record in parts.outside]
    if "Result" not in parts.tables:
        notes.append(
            Message(
                "file_holds_fluorescence_only",
                "The file holds fluorescence only: no concentration was computed.",
            )
        )
    return extra
