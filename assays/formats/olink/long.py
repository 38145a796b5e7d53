"""Long NPX exports, CSV or Parquet: a row for each sample and assay. Read by columns, for they may have
millions of rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from assays.formats.assembling import Wells, build_reading, controls_of
from assays.formats.errors import PlateFormatError
from assays.formats.leaving import LeftOut
from assays.formats.olink.names import role_of, unique_names
from assays.formats.olink.table import Columns, column_names, columns, texts_of
from assays.formats.reading import MEASUREMENT_COLUMNS, Flag, Plate, PlateReading
from assays.formats.values import NAN, NoValue, optional_number, read_value
from tabular.message import Message
from tabular.source import FileSource

NEEDED = ("SampleID", "OlinkID", "Assay")
PLATE_LIMITS = ("LOD", "PlateLOD", "Plate LOD", "Plate_LOD", "LODNPX", "LOD_NPX")
HIGHEST_LIMITS = ("MaxLOD", "Max LOD", "Max_LOD", "NCLOD", "FixedLOD")
LIMITS = {
    "NPX": (*PLATE_LIMITS, *HIGHEST_LIMITS),
    "PCNormalizedNPX": ("PCNormalizedLOD", "NCPCNormalizedLOD", "FixedPCNormalizedLOD"),
    "Quantified_value": ("LODQuant", *PLATE_LIMITS[:4], *HIGHEST_LIMITS[:3]),
    "Quantified": ("LODQuant", *PLATE_LIMITS[:4], *HIGHEST_LIMITS[:3]),
}
"""Columns that may hold the value, best first, each with the columns that may hold its limit of detection:
the names of NPX Manager, NPX Signature, NPX Explore and NPX Map."""
SAMPLE_TYPES = ("Sample_Type", "SampleType")
SAMPLE_QUALITY, ASSAY_QUALITY = ("QC_Warning", "SampleQC"), ("AssayQC", "Assay_Warning")
LOTS = ("Panel_Lot_Nr", "Panel_Version", "PanelVersion", "DataAnalysisRefID")
USED = (
    *NEEDED, *LIMITS, *(name for names in LIMITS.values() for name in names), *SAMPLE_TYPES, *SAMPLE_QUALITY,
    *ASSAY_QUALITY, *LOTS, "UniProt", "PlateID", "WellID", "Index", "Unit", "Panel", "ExploreVersion",
    "Normalization",
)  # fmt: skip
FINE = frozenset({"", "pass", "na", "nan"})


def recognizes(file: FileSource) -> bool:
    """Whether the first line (or the schema) names the columns of a long NPX export."""
    return {"SampleID", "OlinkID"} <= set(column_names(file))


def read(file: FileSource) -> PlateReading:
    """Read a long export; PlateFormatError with the line otherwise."""
    names = column_names(file)
    for name in NEEDED:
        if name not in names:
            raise PlateFormatError(
                Message("column_missing", "The column “%(name)s” is missing.", name=name), line=1
            )
    value = next((name for name in LIMITS if name in names), None)
    if value is None:
        raise PlateFormatError(
            Message("column_npx_missing", "The column “NPX” is missing."), line=1
        )
    return _Long(columns(file, USED), value).reading()


class _Long:
    """A long table with the well and the analyte of each row as codes."""

    def __init__(self, table: Columns, value: str) -> None:
        self.table, self.value_name, self.left = table, value, LeftOut()
        for name in NEEDED:
            empty = table.words[name].index("").as_py()
            if empty >= 0:
                raise PlateFormatError(
                    Message("column_empty", "“%(name)s” is empty.", name=name),
                    line=table.line(name, empty),
                )
        self.analyte, self.analyte_row = table.together("Assay", "OlinkID")
        self.analytes = unique_names(
            *(table.text(n, self.analyte_row).tolist() for n in ("Assay", "OlinkID"))
        )
        self.keys = ["PlateID", "WellID", "SampleID"]
        self.well, self.well_row = table.together(*self.keys)
        if self._find_repeat() is not None and "Index" in table:
            self.keys.append("Index")  # a control that stands on a plate more than once
            self.well, self.well_row = table.together(*self.keys)
        self.wells = self._names()
        self._check_complete()

    def reading(self) -> PlateReading:
        wells = self._wells()
        rows, limit = self._measurements(wells.kinds)
        told = self.table.distinct_texts
        return build_reading(
            format="olink",
            plate=self._plate(),
            wells=wells,
            measurements=rows,
            analytes={
                "analyte": self.analytes,
                "unit": rows["unit"].iloc[self.analyte_row].tolist(),
                "lloq": self._highest(limit),
                "uniprot": self.table.text("UniProt", self.analyte_row),
            },
            controls=controls_of(rows),
            remarks=self._remarks(),
            header={
                name: ", ".join(found)[:2000]
                for name in ("Panel", *LOTS, "ExploreVersion", "Normalization")
                if (found := told(name))
            },
            notes=self._notes(wells, limit),
            left=self.left,
        )

    def _measurements(self, kinds: list[str]) -> tuple[pd.DataFrame, Any]:
        """The frame of measurements, and each row's limit of detection; kinds: the wells' types."""
        table, name = self.table, self.value_name
        decimal = self._decimal()
        limit = self._limits(decimal)
        flags = list(Flag)
        read: list[int] = []

        def number_of(text: str) -> float:
            number, flag = read_value(text, decimal=decimal)
            read.append(flags.index(flag))
            return number

        value = table.numbers(name, number_of)
        flag = np.array(read, dtype=np.int8)[table.codes[name]]
        below = (flag == flags.index(Flag.IN_RANGE)) & (value < limit)
        flag[below] = flags.index(Flag.BELOW_LLOQ)
        unit = "Unit" if name.startswith("Quantified") and "Unit" in table else None
        none = np.full(table.count, NAN)
        columns = {
            "well": texts_of(self.well, self.wells),
            "sample": table.texts("SampleID"),
            "sample_type": texts_of(self.well, kinds),
            "analyte": texts_of(self.analyte, self.analytes),
            "raw_text": table.texts(name),
            "value": value,
            "unit": table.texts(unit)
            if unit
            else texts_of(np.zeros(table.count, np.int8), ["NPX"]),
            "flag": texts_of(flag, [flag.value for flag in flags]),
        }
        return pd.DataFrame(
            {column: columns.get(column, none) for column in MEASUREMENT_COLUMNS}
        ), limit

    def _limits(self, decimal: str) -> Any:
        """Each row's limit of detection; one that cannot be read is left out."""
        name = self.table.first_of(LIMITS[self.value_name])

        def number_of(text: str) -> float:
            try:
                return optional_number(text, decimal=decimal)
            except NoValue as error:
                self.left.add(str(name), error.message)
                return NAN

        return self.table.numbers(name, number_of)

    def _decimal(self) -> str:
        names = (self.value_name, self.table.first_of(LIMITS[self.value_name]))
        comma, point = (any(self.table.holds(name, mark) for name in names) for mark in ",.")
        if comma and point:
            raise PlateFormatError(
                Message(
                    "numbers_both_decimal_points", "Numbers have both decimal points and commas."
                ),
                line=2,
            )
        return "," if comma else "."

    def _names(self) -> list[str]:
        """Wells by plate and position; by plate and sample where no position is told."""
        at = {name: self.table.text(name, self.well_row) for name in (*self.keys, "Index")}
        names = [
            " ".join(part for part in (plate, place or sample) if part)
            for plate, place, sample in zip(
                at["PlateID"], at["WellID"], at["SampleID"], strict=True
            )
        ]
        if "Index" in self.keys:
            names = [f"{name} ({index})" for name, index in zip(names, at["Index"], strict=True)]
        seen: set[str] = set()
        for name, row in zip(names, self.well_row, strict=True):
            if name in seen:
                raise PlateFormatError(
                    Message(
                        "well_holds_two_samples",
                        "The well “%(name)s” holds two samples.",
                        name=name,
                    ),
                    line=int(row) + 2,
                )
            seen.add(name)
        return names

    def _find_repeat(self) -> int | None:
        """The first row whose well and analyte stand in a row before it."""
        pair = self.well.astype(np.int64) * len(self.analytes) + self.analyte
        ordered = np.sort(pair)
        if not (ordered[1:] == ordered[:-1]).any():
            return None
        return int(pd.Series(pair).duplicated().to_numpy().argmax())

    def _check_complete(self) -> None:
        """Every well of a plate has every assay of that plate's panel, once."""
        row = self._find_repeat()
        if row is not None:
            raise PlateFormatError(
                Message(
                    "value_stands_twice_in_export",
                    "“%(analyte)s” of “%(well)s” stands twice; are two exports joined?",
                    analyte=self.analytes[self.analyte[row]],
                    well=self.wells[self.well[row]],
                ),
                line=row + 2,
            )
        plate = self.table.together("PlateID")[0][self.well_row]
        sizes = np.bincount(self.well)
        most = np.zeros(int(plate.max()) + 1, dtype=np.int64)
        np.maximum.at(most, plate, sizes)
        short = np.flatnonzero(sizes < most[plate])
        if len(short):
            well = int(short[0])
            raise PlateFormatError(
                Message(
                    "assays_where_others_plate",
                    "“%(well)s” has %(assays)s assays where others of its plate have %(others)s: the file was cut or rows are missing.",
                    well=self.wells[well],
                    assays=sizes[well],
                    others=most[plate[well]],
                ),
                line=int(np.flatnonzero(self.well == well)[-1]) + 2,
            )

    def _wells(self) -> Wells:
        rows, word = self.well_row, self.table.first_of(SAMPLE_TYPES) or ""
        samples = self.table.text("SampleID", rows)
        words = self.table.text(word, rows)
        roles = [role_of(s, w) for s, w in zip(samples, words, strict=True)]
        more = {
            "plate": self.table.text("PlateID", rows),
            "position": self.table.text("WellID", rows),
        }
        return Wells(self.wells, samples, roles, more)

    def _highest(self, limit: Any) -> Any:
        """The highest limit of detection of each analyte."""
        found = np.full(len(self.analytes), NAN)
        np.fmax.at(found, self.analyte, limit)
        return found

    def _remarks(self) -> list[tuple[str, str, str]]:
        """What the vendor's quality control says: of a well where it says so of all its assays (a sample
        may fail in one panel only), else of a well and assay."""
        wells, analytes = np.array(self.wells, dtype=object), np.array(self.analytes, dtype=object)
        sizes = np.bincount(self.well)
        found: dict[tuple[str, str, str], None] = {}
        for name in (name for name in (*SAMPLE_QUALITY, *ASSAY_QUALITY) if name in self.table):
            for code, text in enumerate(self.table.words[name].to_pylist()):
                if text.lower() in FINE:
                    continue
                rows = np.flatnonzero(self.table.codes[name] == code)
                whole = np.bincount(self.well[rows], minlength=len(sizes)) == sizes
                said = f"{name}: {text}"
                found |= {(well, "", said): None for well in wells[whole]}
                rows = rows[~whole[self.well[rows]]]
                pairs = zip(wells[self.well[rows]], analytes[self.analyte[rows]], strict=True)
                found |= {(well, analyte, said): None for well, analyte in pairs}
        return list(found)

    def _notes(self, wells: Wells, limit: Any) -> Iterator[Message]:
        plates = len(set(wells.more["plate"]))
        yield Message(
            "read_as_long_olink",
            "Read as a long Olink export of %(value)s, %(plates)s plate(s).",
            value=self.value_name,
            plates=plates,
        )
        lowest = np.full(len(self.analytes), NAN)
        np.fmin.at(lowest, self.analyte, limit)
        if (lowest < self._highest(limit)).any():
            yield (
                Message(
                    "limits_detection_differ_between",
                    "Limits of detection differ between plates: each value was held against its own; the analyte shows the highest.",
                )
            )
        if np.isnan(limit).all():
            yield Message("file_tells_no_limits", "The file tells no limits of detection.")
        if self.table.others:
            yield Message(
                "columns_left_unread",
                "Columns left unread: %(names)s.",
                names=", ".join(self.table.others),
            )

    def _plate(self) -> Plate:
        told = self.table.distinct_texts
        return Plate(
            instrument="Olink",
            software=", ".join(told("ExploreVersion"))[:200],
            protocol=", ".join(told("Panel"))[:200],
            kit=", ".join(told("Panel"))[:200],
            lot=", ".join(told(*LOTS))[:100],
        )
