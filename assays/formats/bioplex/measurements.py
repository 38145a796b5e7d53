"""The tables of a Bio-Plex workbook -> measurements, standards, controls, analytes and remarks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from assays.formats.assembling import Columns, Wells, build_reading
from assays.formats.bioplex.table import AnalyteTable, kind_of
from assays.formats.errors import PlateFormatError
from assays.formats.factors import factor_of_well
from assays.formats.leaving import LeftOut
from assays.formats.reading import (
    CONTROL_COLUMNS,
    STANDARD_COLUMNS,
    Flag,
    Plate,
    PlateReading,
    SampleType,
)
from assays.formats.roles import roles_of
from assays.formats.values import NAN, NoValue, optional_number, read_value
from assays.formats.wells import plate_size, positions
from tabular.message import Message
from tabular.moments import moment
from tabular.workbook import Sheet

CODES = re.compile(r"(\d)\s*-\s*([^,]+)")
UNIT = re.compile(r"\(([^()]*/[^()]*)\)")
ACCEPTED = re.compile(r"recovery is\s*(\d+)\s*-\s*(\d+)\s*%")
EXTRA_CELLS = 200_000


@dataclass(frozen=True)
class _Read:
    """Tables, one for each analyte, read: `columns` are theirs, a value for each well."""

    tables: list[AnalyteTable]
    wells: list[str]
    columns: list[Columns]

    @property
    def order(self) -> list[tuple[int, int]]:
        """Table and well of each measurement: well by well."""
        tables = range(len(self.tables))
        return [(t, w) for w in range(len(self.wells)) for t in tables]

    def column(self, name: str) -> list[Any]:
        return [self.columns[t][name][w] for t, w in self.order]


def assemble(tables: list[AnalyteTable], others: list[Sheet], left: LeftOut) -> PlateReading:
    """The reading of tables that have been checked against each other."""
    first = tables[0]
    names = [positions(first.cell(row, "well")) or "" for row in first.rows]
    types = [first.cell(row, "type") for row in first.rows]
    samples = [text or kind for text, kind in zip(descriptions(tables), types, strict=True)]
    roles = roles_of(samples, said=[kind_of(kind) for kind in types])
    read = _Read(tables, names, [_read_table(table, names, left) for table in tables])
    more = {"position": names, "dilution": read.columns[0]["dilution"]}
    wells = Wells(names, samples, roles, more)
    units = [_unit(table) for table in tables]
    dilution = _sample_dilution(read.columns, wells.kinds)
    limits = [
        _limits(table, columns, wells.kinds)
        for table, columns in zip(tables, read.columns, strict=True)
    ]
    told = ("raw_text", "value", "mfi", "net_mfi", "bead_count", "flag", "dilution")
    texts = zip(read.order, read.column("remark"), strict=True)
    return build_reading(
        format="bioplex",
        plate=_plate(first, names),
        wells=wells,
        measurements=wells.measurements(
            [table.analyte for table in tables],
            {"unit": units * len(names), **{name: read.column(name) for name in told}},
        ),
        analytes={
            "analyte": [table.analyte for table in tables],
            "unit": units,
            "lloq": [low * dilution for low, _high in limits],
            "uloq": [high * dilution for _low, high in limits],
            "curve": [_footer(table, "Std. Curve") for table in tables],
            "curve_kind": [_kind(table) for table in tables],
        },
        standards=_of(read, wells.kinds, types, SampleType.STANDARD, STANDARD_COLUMNS),
        controls=_of(read, wells.kinds, types, SampleType.CONTROL, CONTROL_COLUMNS),
        remarks=[(names[w], tables[t].analyte, text) for (t, w), text in texts if text],
        header=first.head,
        extra={
            sheet.name: sheet.rows
            for sheet in others
            if sum(len(row) for row in sheet.rows) <= EXTRA_CELLS
        },
        notes=[*_notes(tables, units, others, _notes_of_limits(limits, dilution))],
        left=left,
    )


def _of(
    read: _Read, kinds: list[str], types: list[str], kind: SampleType, columns: tuple[str, ...]
) -> Columns:
    """Wells of a type in the columns of standards or of controls, under the instrument's names."""
    rows = [(t, w) for t, w in read.order if kinds[w] == kind]
    found: Columns = {
        "well": [read.wells[w] for _t, w in rows],
        "sample": [types[w] for _t, w in rows],
        "analyte": [read.tables[t].analyte for t, _w in rows],
    }
    for name in {"expected", "observed", "recovery", "mfi", "net_mfi"} & set(columns):
        source = "value" if name == "observed" else name
        found[name] = [read.columns[t][source][w] for t, w in rows]
    return found


def _notes(
    tables: list[AnalyteTable], units: list[str], others: list[Sheet], of_limits: list[Message]
) -> Iterator[Message]:
    yield Message("read_as_bioplex_manager", "Read as Bio-Plex Manager.")
    if not any(units):
        yield Message("file_names_no_unit", "The file names no unit of concentration.")
    if not any("obs conc" in table.columns for table in tables):
        yield (
            Message(
                "file_tells_fluorescence_only",
                "The file tells fluorescence only, no concentrations: our own curve gives them where the policy of the panel takes it and the standards' expected concentrations are known.",
            )
        )
    yield from of_limits
    if others:
        yield Message(
            "sheets_kept_as_written",
            "Sheets kept as written: %(names)s.",
            names=", ".join(sheet.name for sheet in others),
        )


def descriptions(tables: list[AnalyteTable]) -> list[str]:
    """What the wells hold, by the first analyte that tells it: sheets may leave it out."""
    told = [[table.cell(row, "description") for row in table.rows] for table in tables]
    return [next((text for text in texts if text), "") for texts in zip(*told, strict=True)]


def _read_table(table: AnalyteTable, wells: list[str], left: LeftOut) -> dict[str, list[Any]]:
    """The columns of one analyte, a row per reading of these wells."""
    legend = dict(
        code for line in table.footer for code in CODES.findall(line) if "Low bead" in line
    )
    found: dict[str, list[Any]] = {
        name: []
        for name in (
            *("raw_text", "value", "flag", "mfi", "net_mfi", "bead_count", "dilution"),
            *("expected", "recovery", "remark"),
        )
    }
    for well, row in zip(wells, table.rows, strict=True):
        text = table.cell(row, "obs conc")
        try:
            value, flag = read_value(text)
        except NoValue as error:
            raise table.error(row, "obs conc", error.message) from error
        set_aside = table.cell(row, "outlier").lower() in ("1", "true", "yes")
        if set_aside or (flag == Flag.MISSING and table.cell(row, "fi") == "---"):
            flag = (
                Flag.OUTLIER
            )  # a number that still stands there keeps its place, and is in no model
        found["raw_text"].append(text)
        found["value"].append(value)
        found["flag"].append(flag.value)
        for name, column in (
            ("mfi", "fi"),
            ("net_mfi", "fi - bkgd"),
            ("expected", "exp conc"),
            ("recovery", "(obs/exp) * 100"),
        ):
            found[name].append(_number(table, row, column, left))
        found["dilution"].append(_factor(table, row, well, left))
        count = "bead count" if "bead count" in table.columns else "count"
        found["bead_count"].append(_number(table, row, count, left))
        if found["bead_count"][-1] < 0:
            left.error(
                count,
                table.error(
                    row,
                    count,
                    Message("count_beads_cannot_negative", "A count of beads cannot be negative."),
                ),
            )
            found["bead_count"][-1] = NAN
        errors = table.cell(row, "sampling errors")
        words = [legend.get(code, code) for code in re.findall(r"\d", errors)]
        found["remark"].append("; ".join(word.strip() for word in words) or errors)
    return found


def _limits(
    table: AnalyteTable, columns: dict[str, list[Any]], kinds: list[str]
) -> tuple[float, float]:
    """The lowest and the highest observed concentration of the standards whose recovery the footer calls
    accepted: between them, times a sample's dilution, Bio-Plex Manager says "Conc in Range". NaN where the
    footer does not tell."""
    told = next((found for line in table.footer if (found := ACCEPTED.search(line))), None)
    if told is None:
        return NAN, NAN
    low, high = float(told[1]), float(told[2])
    observed = [
        value
        for value, flag, recovery, kind in zip(
            columns["value"], columns["flag"], columns["recovery"], kinds, strict=True
        )
        if kind == SampleType.STANDARD.value
        and flag == Flag.IN_RANGE.value
        and low <= recovery <= high
    ]
    return min(observed, default=NAN), max(observed, default=NAN)


def _sample_dilution(read: list[dict[str, list[Any]]], kinds: list[str]) -> float:
    """The dilution of all samples; NaN where they differ."""
    found = {
        dilution
        for columns in read
        for dilution, kind in zip(columns["dilution"], kinds, strict=True)
        if kind == SampleType.SAMPLE.value
    }
    return found.pop() if len(found) == 1 else NAN


def _notes_of_limits(limits: list[tuple[float, float]], dilution: float) -> list[Message]:
    if all(low != low for low, _high in limits):
        return []
    if dilution != dilution:
        return [
            Message(
                "samples_diluted_differently_no",
                "Samples are diluted differently, so that no limit of quantification holds for all.",
            )
        ]
    return [
        Message(
            "lloq_uloq_lowest_highest",
            "LLOQ and ULOQ are the lowest and highest observed standard of accepted recovery, times the samples' dilution of %(dilution)g.",
            dilution=dilution,
        )
    ]


def _number(table: AnalyteTable, row: int, column: str, left: LeftOut) -> float:
    """A number of a column; of all but the fluorescence, one that cannot be read is left out."""
    if column not in table.columns:
        return NAN
    try:
        return optional_number(table.cell(row, column))
    except NoValue as error:
        refusal = table.error(row, column, error.message)
        if column == "fi":
            raise refusal from error
        left.error(column, refusal)
        return NAN


def _factor(table: AnalyteTable, row: int, well: str, left: LeftOut) -> float:
    def refuse(why: Message) -> PlateFormatError:
        return table.error(row, "dilution", why)

    text = table.cell(row, "dilution")
    return factor_of_well(text, well, left, refuse, part="dilution", analyte=table.analyte)


def _unit(table: AnalyteTable) -> str:
    found = UNIT.search(table.heading("obs conc")) or UNIT.search(table.heading("exp conc"))
    return found[1].strip() if found else ""


def _footer(table: AnalyteTable, key: str) -> str:
    line = next((line for line in table.footer if line.startswith(key)), "")
    return line.partition(":")[2].strip()


def _kind(table: AnalyteTable) -> str:
    written = _footer(table, "Regression Type")
    found = re.search(r"[45]PL", written)
    return found[0] if found else written


def _plate(table: AnalyteTable, wells: list[str]) -> Plate:
    head = table.head
    written = head.get("Acquisition Date", "")
    file = re.split(r"[\\/]", head.get("File Name", ""))[-1]
    return Plate(
        name=head.get("Plate ID", "") or re.sub(r"\.\w+$", "", file),
        instrument=head.get("Instrument", "") or "Bio-Plex",
        serial=head.get("Reader Serial Number", ""),
        software="Bio-Plex Manager",
        acquired=moment(written, None),
        acquired_text=written,
        wells=plate_size(wells),
    )
