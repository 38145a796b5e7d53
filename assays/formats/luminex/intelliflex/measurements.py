"""The wells of an INTELLIFLEX table -> measurements, standards, controls and remarks."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from assays.formats.assembling import Columns, Wells, build_reading, each, factors_of
from assays.formats.errors import PlateFormatError
from assays.formats.factors import factor_of_well
from assays.formats.leaving import LeftOut, names_factors
from assays.formats.luminex.intelliflex.table import WellTable
from assays.formats.reading import (
    CONTROL_COLUMNS,
    MEASUREMENT_COLUMNS,
    STANDARD_COLUMNS,
    Flag,
    Plate,
    PlateReading,
    SampleType,
    frame,
)
from assays.formats.roles import brightness_of, roles_of
from assays.formats.values import NAN, NoValue, optional_number
from assays.formats.wells import plate_size
from tabular.message import Message
from tabular.moments import day_first, moment

COLUMNS = {"mfi": "MEDIAN", "net_mfi": "NET MEDIAN", "bead_count": "COUNT"}
TYPES = {
    "U": SampleType.SAMPLE,
    "S": SampleType.STANDARD,
    "C": SampleType.CONTROL,
    "B": SampleType.BLANK,
}
WELL_TYPE = re.compile(r"([USCB])\d*")
UNREAD = ("ANALYTE NAME", "REGION", *COLUMNS.values())
FINE = frozenset({"", "completed"})
NOTE = Message(
    "file_holds_fluorescence_only",
    "The file holds fluorescence only: no concentration was computed.",
)


def assemble(table: WellTable) -> PlateReading:
    """The reading of wells that have been checked against each other."""
    left, decimal = LeftOut(), _decimal(table)
    analytes = _analytes(table)
    numbers = _columns(table, analytes, decimal, left)
    wells = _wells(table, analytes, numbers["mfi"], decimal, left)
    times = len(analytes)
    flags = [Flag.MISSING.value] * (times * len(table.names))
    dilution = each(wells.more["dilution"], times)
    measurements = wells.measurements(analytes, {"flag": flags, "dilution": dilution, **numbers})
    plate, extra = _plate(table), _extra(table)
    remarks = zip(table.names, wells.more["remark"], strict=True)
    return build_reading(
        format="xponent",
        plate=plate,
        wells=wells,
        measurements=measurements,
        analytes={"analyte": analytes},
        standards=_of(measurements, SampleType.STANDARD, STANDARD_COLUMNS),
        controls=_of(measurements, SampleType.CONTROL, CONTROL_COLUMNS),
        remarks=[(well, "", text) for well, text in remarks if text],
        header={name: text for name in table.head if (text := table.of_run(name))},
        extra=extra,
        notes=_notes(table, plate, extra),
        left=left,
    )


def _columns(table: WellTable, analytes: list[str], decimal: str, left: LeftOut) -> Columns:
    """Fluorescence and counts, a row per well and analyte."""
    numbers = {
        column: [
            _number(table, row, places.get(name), f"{analyte}, {name}", decimal, left)
            for row in range(1, len(table.names) + 1)
            for analyte, places in zip(analytes, table.analytes.values(), strict=True)
        ]
        for column, name in COLUMNS.items()
    }
    _check_counts(table, analytes, numbers["bead_count"], left)
    return numbers


def _wells(
    table: WellTable, analytes: list[str], mfi: list[float], decimal: str, left: LeftOut
) -> Wells:
    """Wells with what stands in them, by the instrument's word, else by their names and brightness."""
    rows = range(1, len(table.names) + 1)
    samples = [table.cell(row, "SAMPLE ID") for row in rows]
    cells = {
        "well": [name for name in table.names for _analyte in analytes],
        "analyte": analytes * len(rows),
        "mfi": mfi,
    }
    brightness = brightness_of(table.names, frame(MEASUREMENT_COLUMNS, cells))
    roles = roles_of(samples, said=[_read_type(table, row) for row in rows], brightness=brightness)
    told = [_dilution(table, row, decimal, left) for row in rows]
    dilution = factors_of(table.names, told, roles, left)
    statuses = [table.cell(row, "WELL STATUS") for row in rows]
    remark = ["" if status.lower() in FINE else f"Well: {status}" for status in statuses]
    more = {"position": table.names, "dilution": dilution, "remark": remark}
    return Wells(table.names, samples, roles, more)


def _analytes(wells: WellTable) -> list[str]:
    """Names of the analytes, one for each region and reporter: as the wells tell them, else by region; with
    the reporter where there are several. Two names for one region are two plates, or moved columns."""
    table, several = wells.table, len({reporter for _, reporter in wells.analytes}) > 1
    names: list[str] = []
    for (region, reporter), places in wells.analytes.items():
        name = ""
        for row in range(1, len(wells.names) + 1):
            for key, known in (("ANALYTE NAME", name), ("REGION", region)):
                if key not in places:
                    continue
                text = table.sheet.cell(row, places[key])
                if text.lower() in ("", "nan", "n/a", "#n/a"):
                    continue
                if known and text != known:
                    reason = Message(
                        "stands_under_columns_misaligned",
                        "“%(text)s” stands under “%(known)s”: the columns are misaligned.",
                        text=text[:40],
                        known=known,
                    )
                    raise table.error(row, places[key], reason)
                name = name or text if key == "ANALYTE NAME" else name
        name = f"{name or f'R{region}'}{f' {reporter}' if several else ''}"
        if name in names:
            raise table.error(
                0,
                min(places.values()),
                Message(
                    "two_bead_regions_name", "Two bead regions have the name “%(name)s”.", name=name
                ),
            )
        names.append(name)
    return names


def _decimal(wells: WellTable) -> str:
    """The decimal mark of the fluorescence; a text that has both is refused."""
    places = [
        columns[name]
        for columns in wells.analytes.values()
        for name in COLUMNS.values()
        if name in columns
    ]
    cells = [row[place] for row in wells.table.sheet.rows[1:] for place in places]
    comma, point = (any(mark in cell for cell in cells) for mark in ",.")
    if comma and point:
        raise wells.table.error(
            1,
            places[0],
            Message("numbers_both_decimal_points", "Numbers have both decimal points and commas."),
        )
    return "," if comma else "."


def _number(
    wells: WellTable, row: int, place: int | None, what: str, decimal: str, left: LeftOut
) -> float:
    """A number; one that is no median is left out where it cannot be read."""
    if place is None:
        return NAN
    try:
        return optional_number(wells.table.sheet.cell(row, place), decimal=decimal)
    except NoValue as error:
        analyte, _, name = what.rpartition(", ")
        refusal = wells.table.error(
            row,
            place,
            Message("value_of", "%(analyte)s: %(error)s", analyte=analyte, error=error.message),
        )
        if name == COLUMNS["mfi"]:
            raise refusal from error
        left.error(name, refusal)
        return NAN


def _check_counts(
    wells: WellTable, analytes: list[str], counts: list[float], left: LeftOut
) -> None:
    """Leave out counts that cannot be."""
    for i in np.flatnonzero(np.asarray(counts) < 0).tolist():
        what = Message(
            "negative_count",
            "%(analyte)s: a count of %(count)g beads",
            analyte=analytes[i % len(analytes)],
            count=counts[i],
        )
        name = COLUMNS["bead_count"]
        place = list(wells.analytes.values())[i % len(analytes)][name]
        left.error(name, wells.table.error(i // len(analytes) + 1, place, what))
        counts[i] = NAN


def _dilution(wells: WellTable, row: int, decimal: str, left: LeftOut) -> float:
    column = next((name for name in wells.head if names_factors(name)), None)
    if column is None:
        return NAN

    def refuse(why: Message) -> PlateFormatError:
        return wells.table.error(row, wells.head[column], why)

    text, well = wells.cell(row, column), wells.names[row - 1]
    return factor_of_well(text, well, left, refuse, part=column, decimal=decimal)


def _read_type(wells: WellTable, row: int) -> SampleType | None:
    """The instrument's own word for a well (U1, S1, C1, B1); None where it has none."""
    told = WELL_TYPE.fullmatch(wells.cell(row, "WELL TYPE"))
    return TYPES[told[1]] if told else None


def _of(measurements: pd.DataFrame, kind: SampleType, columns: tuple[str, ...]) -> Columns:
    """Wells of a type in the columns of standards or of controls; nothing is expected of them here."""
    rows = measurements[measurements["sample_type"] == kind.value]
    return {name: rows[name].tolist() for name in columns if name in rows}


def _plate(wells: WellTable) -> Plate:
    written = wells.of_run("PLATE START")
    texts = [
        cell for row in wells.table.sheet.rows[1:] for cell in (row[p] for p in wells.head.values())
    ]
    size = re.search(r"96|384", wells.of_run("PLATE TYPE NAME") + wells.of_run("PLATE GEOMETRY"))
    return Plate(
        name=wells.of_run("PLATE NAME"),
        instrument=wells.of_run("MODEL NAME") or wells.of_run("INSTRUMENT TYPE"),
        serial=wells.of_run("SERIAL NUMBER"),
        software=wells.of_run("SOFTWARE VERSION").split("/")[0],
        protocol=wells.of_run("PROTOCOL NAME"),
        kit=wells.of_run("PANEL NAME"),
        acquired=moment(written, day_first(texts)),
        acquired_text=written,
        wells=int(size[0]) if size else plate_size(wells.names),
    )


def _extra(wells: WellTable) -> dict[str, list[list[str]]]:
    """Properties of analytes that are not interpreted, as written, by well."""
    places = [
        place
        for columns in wells.analytes.values()
        for name, place in columns.items()
        if name not in UNREAD
    ]
    well = wells.head["WELL LOCATION"]
    kept = [[row[place] for place in (well, *places)] for row in wells.table.sheet.rows]
    found = {"other properties": kept} if places else {}
    if wells.table.trailer:
        found["lines below the wells"] = [[line] for line in wells.table.trailer]
    return found


def _notes(wells: WellTable, plate: Plate, extra: dict[str, list[list[str]]]) -> list[Message]:
    notes = [Message("read_as_table_intelliflex", "Read as a table of INTELLIFLEX."), NOTE]
    if plate.acquired_text and plate.acquired is None:
        notes.append(
            Message(
                "time_kept_as_written",
                "The time “%(text)s” is kept as written: the file does not tell day from month.",
                text=plate.acquired_text,
            )
        )
    missing = [
        name
        for name in ("NET MEDIAN", "COUNT")
        if any(name not in columns for columns in wells.analytes.values())
    ]
    notes += [
        Message(
            "property_not_of_every_analyte", "“%(name)s” is not told of every analyte.", name=name
        )
        for name in missing
    ]
    if wells.table.trailer:
        notes.append(
            Message(
                "lines_below_wells_kept",
                "%(n)s lines below the wells are kept as written: %(first)s.",
                n=len(wells.table.trailer),
                first=wells.table.trailer[0][:60],
            )
        )
    if extra:
        every = [name for columns in wells.analytes.values() for name in columns]
        kept = [name for name in dict.fromkeys(every) if name not in UNREAD]
        notes.append(
            Message(
                "properties_kept_as_written",
                "Properties kept as written: %(names)s.",
                names=", ".join(kept),
            )
        )
    return notes
