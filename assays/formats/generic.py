"""Tables of no instrument, wide or long, with a mapping of their columns.

mapping: {"layout": "long", "sample": COLUMN, "analyte": COLUMN, "value": COLUMN, ...} or
{"layout": "wide", "sample": COLUMN, "analytes": [COLUMN, ...]}; each of FIELDS may name a column.
Besides: "sheet" (of a workbook), "decimal" ("." or ","), "unit_text" (one unit for all values), and for
the plate "name", "instrument", "lot". A long table whose columns already bear the names of FIELDS needs no
mapping.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from assays.formats.assembling import Columns, Wells, build_reading
from assays.formats.errors import PlateFormatError
from assays.formats.factors import factor_of_well
from assays.formats.leaving import LeftOut
from assays.formats.reading import MEASUREMENT_COLUMNS, PlateReading, SampleType, frame
from assays.formats.roles import brightness_of, roles_of
from assays.formats.table import Table, table_of
from assays.formats.table_mapping import FIELDS, NUMERIC, TableMapping, read_table_mapping
from assays.formats.values import NAN, NoValue, optional_number, read_value
from assays.formats.wells import positions
from tabular.message import Message
from tabular.section import near_names
from tabular.source import FileSource

KNOWN = "Luminex xPONENT, Bio-Plex Manager and Olink NPX"


def read(file: FileSource, mapping: Mapping[str, Any] | TableMapping | None) -> PlateReading:
    """Read a table by its mapping; PlateFormatError where it does not fit."""
    said = read_table_mapping(mapping) if isinstance(mapping, Mapping) else mapping
    if said is not None and said.sheet is not None:
        file = replace(file, sheet=said.sheet)
    table = table_of(file)
    if said is None:
        said = _by_names(table.sheet.rows[0])
    return _reading(table, said)


def _by_names(header: list[str]) -> TableMapping:
    """The mapping of a long table whose columns bear the names of FIELDS."""
    named = [name.lower() for name in header]
    if not {"sample", "analyte"} <= set(named) or not {"value", "raw_text"} & set(named):
        raise PlateFormatError(
            Message(
                "file_none_first_line",
                "The file is none of %(known)s, and its first line does not name the columns sample, analyte and value. Give a mapping that tells which column is what.",
                known=KNOWN,
            ),
            line=1,
        )
    columns = {name: header[named.index(name)] for name in FIELDS if name in named}
    if "raw_text" in named:
        columns["value"] = header[named.index("raw_text")]
    return TableMapping(columns)


def _reading(table: Table, said: TableMapping) -> PlateReading:
    header = table.sheet.rows[0]
    if len(set(header)) < len(header):
        again = next(i for i, name in enumerate(header) if name in header[:i])
        raise table.error(
            0,
            again,
            Message(
                "column_stands_twice", "The column “%(name)s” stands twice.", name=header[again]
            ),
        )
    place = {key: _place(table, name, key) for key, name in said.columns.items()}
    cells = _wide(table, place, said.analytes) if said.is_wide else _long(table, place)
    return _assemble(table, cells, place, said)


def _place(table: Table, name: str, key: str) -> int:
    """Where a column that the mapping names stands."""
    header = table.sheet.rows[0]
    if name in header:
        return header.index(name)
    why = Message(
        "table_no_column", "The table has no column “%(name)s” (%(key)s).", name=name, key=key
    )
    if near := near_names(name, header):
        why = Message("near", "%(why)s Did you mean %(names)s?", why=why, names=", ".join(near))
    raise table.error(0, 0, why)


Cell = tuple[int, int, str]
"""Row, column of the value, analyte."""


def _wide(table: Table, place: dict[str, int], analytes: tuple[str, ...]) -> list[Cell]:
    header = table.sheet.rows[0]
    used = place.values()
    names = analytes or [name for i, name in enumerate(header) if name and i not in used]
    places = [(_place(table, name, "analytes"), name) for name in names]
    return [(row, at, name) for row in range(1, len(table.sheet.rows)) for at, name in places]


def _long(table: Table, place: dict[str, int]) -> list[Cell]:
    return [
        (row, place["value"], table.sheet.cell(row, place["analyte"]))
        for row in range(1, len(table.sheet.rows))
    ]


@dataclass
class _Found:
    """Measurements by column, and of each well its sample, its type as told, and its dilution."""

    data: Columns
    wells: dict[str, tuple[str, str | None, float]]


def _assemble(
    table: Table, cells: list[Cell], place: dict[str, int], said: TableMapping
) -> PlateReading:
    if not cells:
        raise PlateFormatError(
            Message("table_no_rows_file", "The table has no rows: the file was cut.")
        )
    sheet, left = table.sheet, LeftOut()
    found = _read_cells(table, cells, place, said, left)
    data, names = found.data, list(dict.fromkeys(found.data["analyte"]))
    units = dict(zip(reversed(data["analyte"]), reversed(data["unit"]), strict=True))
    rows = frame(MEASUREMENT_COLUMNS, data)
    wells = _wells(found, rows)
    kinds = dict(zip(wells.names, wells.kinds, strict=True))
    rows["sample_type"] = [kinds[well] for well in data["well"]]
    used = {*place.values(), *(column for _row, column, _name in cells)}
    rest = [i for i in range(len(sheet.rows[0])) if i not in used]
    notes = [Message("read_as_table_without", "Read as a table without an instrument's format.")]
    if rest:
        notes.append(
            Message(
                "columns_kept_as_written",
                "Columns kept as written: %(names)s.",
                names=", ".join(sheet.rows[0][i] for i in rest),
            )
        )
    return build_reading(
        format="generic",
        plate=said.plate,
        wells=wells,
        measurements=rows,
        analytes={"analyte": names, "unit": [units[name] for name in names]},
        extra={"columns": [[row[i] for i in rest] for row in sheet.rows]} if rest else {},
        notes=notes,
        left=left,
    )


def _read_cells(
    table: Table, cells: list[Cell], place: dict[str, int], said: TableMapping, left: LeftOut
) -> _Found:
    """Every cell as a measurement; one that stands twice is refused."""
    decimal, sheet = said.decimal, table.sheet
    found = _Found({name: [] for name in MEASUREMENT_COLUMNS}, {})
    seen: set[tuple[str, str]] = set()
    for row, column, analyte in cells:
        sample, well = _identity(table, row, place)
        kind = _kind(table, row, place)
        if not analyte or (well, analyte) in seen:
            reason = (
                Message(
                    "value_stands_twice",
                    "“%(analyte)s” of “%(well)s” stands twice.",
                    analyte=analyte,
                    well=well,
                )
                if analyte
                else Message("row_names_nothing", "The row names no analyte.")
            )
            raise table.error(row, column, reason)
        seen.add((well, analyte))
        text = sheet.cell(row, column)
        try:
            value, flag = read_value(text, decimal=decimal)
        except NoValue as error:
            raise table.error(
                row,
                column,
                Message("value_of", "%(analyte)s: %(error)s", analyte=analyte, error=error.message),
            ) from error
        unit = sheet.cell(row, place["unit"]) if "unit" in place else said.unit_text
        numbers = {key: _number(table, row, place.get(key), key, decimal, left) for key in NUMERIC}
        dilution = _dilution(table, row, place, (well, analyte), decimal, left)
        told = (well, sample, kind, analyte, text, value, unit)
        values = dict(zip(MEASUREMENT_COLUMNS[:7], told, strict=True))
        values |= {"flag": flag.value, "dilution": dilution, **numbers}
        for name, one in values.items():
            found.data[name].append(one)
        found.wells.setdefault(well, (sample, kind, dilution))
    return found


def _wells(found: _Found, rows: pd.DataFrame) -> Wells:
    names = list(found.wells)
    samples = [sample for sample, _kind, _dilution in found.wells.values()]
    kinds = [kind for _sample, kind, _dilution in found.wells.values()]
    roles = roles_of(
        samples,
        said=[None if kind is None else SampleType(kind) for kind in kinds],
        brightness=brightness_of(names, rows),
    )
    more = {
        "position": [well if positions(well) else "" for well in names],
        "dilution": [dilution for _sample, _kind, dilution in found.wells.values()],
    }
    return Wells(names, samples, roles, more)


def _identity(table: Table, row: int, place: dict[str, int]) -> tuple[str, str]:
    """Sample and well of a row; without a column of wells the sample (or its row) stands for the well."""
    sample = table.sheet.cell(row, place["sample"])
    written = table.sheet.cell(row, place["well"]) if "well" in place else ""
    if not sample and not written:
        raise table.error(
            row,
            place["sample"],
            Message("row_names_neither_sample", "The row names neither sample nor well."),
        )
    if "well" not in place:
        return sample, sample
    well = positions(written) or written
    if not well:
        raise table.error(
            row, place["well"], Message("row_names_no_well", "The row names no well.")
        )
    return sample, well


def _number(
    table: Table, row: int, place: int | None, key: str, decimal: str, left: LeftOut
) -> float:
    """A number that no value needs; one that cannot be read is left out."""
    if place is None:
        return NAN
    try:
        found = optional_number(table.sheet.cell(row, place), decimal=decimal)
    except NoValue as error:
        left.error(key, table.error(row, place, error.message))
        return NAN
    if key == "bead_count" and found < 0:
        left.error(
            key,
            table.error(
                row,
                place,
                Message("count_beads_cannot_negative", "A count of beads cannot be negative."),
            ),
        )
        return NAN
    return found


def _dilution(
    table: Table,
    row: int,
    place: dict[str, int],
    of: tuple[str, str],
    decimal: str,
    left: LeftOut,
) -> float:
    """The dilution factor of a well and analyte."""
    if (column := place.get("dilution")) is None:
        return NAN

    def refuse(why: Message) -> PlateFormatError:
        return table.error(row, column, why)

    text, (well, analyte) = table.sheet.cell(row, column), of
    return factor_of_well(
        text, well, left, refuse, part="dilution", analyte=analyte, decimal=decimal
    )


def _kind(table: Table, row: int, place: dict[str, int]) -> str | None:
    """The type that a column tells; None where no column does."""
    if "sample_type" not in place:
        return None
    written = table.sheet.cell(row, place["sample_type"]).lower()
    known = {kind.value for kind in SampleType}
    if written in ("", "unknown"):
        return SampleType.SAMPLE.value
    if written not in known:
        raise table.error(
            row,
            place["sample_type"],
            Message(
                "no_type_sample",
                "“%(text)s” is no type of sample (%(known)s).",
                text=written,
                known=", ".join(sorted(known)),
            ),
        )
    return written
