"""The wells of an INTELLIFLEX table -> measurements, standards, controls and remarks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

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
from assays.formats.values import optional_number
from assays.formats.wells import plate_size
from assays.formats.xponent_measurements import sample_type
from tabular.moments import day_first, moment

if TYPE_CHECKING:
    from assays.formats.intelliflex import Wells

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
NOTE = "The file holds fluorescence only: no concentration was computed."


def assembled(wells: Wells) -> PlateReading:
    """The reading of wells that have been checked against each other."""
    rows = range(1, len(wells.names) + 1)
    analytes = _analytes(wells)
    per, decimal = len(analytes), _decimal(wells)
    samples = [wells.cell(row, "SAMPLE ID") for row in rows]
    kinds = [_kind(wells, row, sample) for row, sample in zip(rows, samples, strict=True)]
    dilution = [_dilution(wells, row, decimal) for row in rows]
    numbers = {
        column: [
            _number(wells, row, places[name], analyte, decimal)
            for row in rows
            for analyte, places in zip(analytes, wells.analytes.values(), strict=True)
            if name in places
        ]
        for column, name in COLUMNS.items()
    }
    for i, count in enumerate(numbers["bead_count"]):
        if count < 0:
            raise wells.table.error(
                i // per + 1, 0, f"{analytes[i % per]}: a count of {count:g} beads."
            )
    statuses = [wells.cell(row, "WELL STATUS") for row in rows]
    remarks = ["" if status.lower() in FINE else f"Well: {status}" for status in statuses]
    measurements = frame(
        MEASUREMENT_COLUMNS,
        {
            "well": _each(wells.names, per),
            "sample": _each(samples, per),
            "sample_type": _each(kinds, per),
            "analyte": analytes * len(rows),
            "flag": [Flag.MISSING.value] * (per * len(rows)),
            "dilution": _each(dilution, per),
            **{column: values for column, values in numbers.items() if values},
        },
    )
    told = [(well, "", text) for well, text in zip(wells.names, remarks, strict=True) if text]
    plate = _plate(wells)
    extra = _extra(wells)
    return PlateReading(
        format="xponent",
        plate=plate,
        measurements=measurements,
        wells=frame(
            WELL_COLUMNS,
            {
                "well": wells.names,
                "position": wells.names,
                "sample": samples,
                "sample_type": kinds,
                "dilution": dilution,
                "remark": remarks,
            },
        ),
        standards=_of(measurements, SampleType.STANDARD, STANDARD_COLUMNS),
        controls=_of(measurements, SampleType.CONTROL, CONTROL_COLUMNS),
        analytes=frame(ANALYTE_COLUMNS, {"analyte": analytes}),
        remarks=frame(
            REMARK_COLUMNS,
            {name: [row[i] for row in told] for i, name in enumerate(REMARK_COLUMNS)},
        ),
        header={name: text for name in wells.head if (text := wells.told(name))},
        extra=extra,
        notes=tuple(_notes(wells, plate, extra)),
    )


def _each(values: list[Any], times: int) -> list[Any]:
    return [value for value in values for _ in range(times)]


def _analytes(wells: Wells) -> list[str]:
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
                if text.lower() in ("", "nan", "n/a"):
                    continue
                if known and text != known:
                    reason = f"“{text[:40]}” stands under “{known}”: the columns are misaligned."
                    raise table.error(row, places[key], reason)
                name = name or text if key == "ANALYTE NAME" else name
        name = f"{name or f'R{region}'}{f' {reporter}' if several else ''}"
        if name in names:
            raise table.error(0, min(places.values()), f"Two bead regions have the name “{name}”.")
        names.append(name)
    return names


def _decimal(wells: Wells) -> str:
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
        raise wells.table.error(1, places[0], "Numbers have both decimal points and commas.")
    return "," if comma else "."


def _number(wells: Wells, row: int, place: int, what: str, decimal: str) -> float:
    try:
        return optional_number(wells.table.sheet.cell(row, place), decimal=decimal)
    except ValueError as error:
        raise wells.table.error(row, place, f"{what}: {error}") from error


def _dilution(wells: Wells, row: int, decimal: str) -> float:
    text = wells.cell(row, "DILUTION").removeprefix("1:")  # "1:4" is written for 4
    try:
        return optional_number(text, decimal=decimal)
    except ValueError as error:
        raise wells.table.error(row, wells.head["DILUTION"], f"Dilution: {error}") from error


def _kind(wells: Wells, row: int, sample: str) -> str:
    """What stands in a well: by the instrument's own word (U1, S1, C1, B1), else by the sample's name."""
    told = WELL_TYPE.fullmatch(wells.cell(row, "WELL TYPE"))
    return (TYPES[told[1]] if told else sample_type(sample)).value


def _of(measurements: Any, kind: SampleType, columns: tuple[str, ...]) -> Any:
    """Wells of a type in the columns of standards or of controls; nothing is expected of them here."""
    rows = measurements[measurements["sample_type"] == kind.value]
    known = {name: rows[name].tolist() for name in columns if name in rows}
    return frame(columns, known)


def _plate(wells: Wells) -> Plate:
    written = wells.told("PLATE START")
    texts = [
        cell for row in wells.table.sheet.rows[1:] for cell in (row[p] for p in wells.head.values())
    ]
    size = re.search(r"96|384", wells.told("PLATE TYPE NAME") + wells.told("PLATE GEOMETRY"))
    return Plate(
        name=wells.told("PLATE NAME"),
        instrument=wells.told("MODEL NAME") or wells.told("INSTRUMENT TYPE"),
        serial=wells.told("SERIAL NUMBER"),
        software=wells.told("SOFTWARE VERSION").split("/")[0],
        protocol=wells.told("PROTOCOL NAME"),
        kit=wells.told("PANEL NAME"),
        acquired=moment(written, day_first(texts)),
        acquired_text=written,
        wells=int(size[0]) if size else plate_size(wells.names),
    )


def _extra(wells: Wells) -> dict[str, list[list[str]]]:
    """Properties of analytes that are not interpreted, as written, by well."""
    places = [
        place
        for columns in wells.analytes.values()
        for name, place in columns.items()
        if name not in UNREAD
    ]
    well = wells.head["WELL LOCATION"]
    kept = [[row[place] for place in (well, *places)] for row in wells.table.sheet.rows]
    return {"other properties": kept} if places else {}


def _notes(wells: Wells, plate: Plate, extra: dict[str, list[list[str]]]) -> list[str]:
    notes = ["Read as a table of INTELLIFLEX.", NOTE]
    if plate.acquired_text and plate.acquired is None:
        notes.append(
            f"The time “{plate.acquired_text}” is kept as written: the file does not tell day from "
            "month."
        )
    if extra:
        first = next(iter(wells.analytes.values()))
        kept = [name for name in first if name not in UNREAD]
        notes.append(f"Properties kept as written: {', '.join(kept)}.")
    return notes
