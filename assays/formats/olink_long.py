"""Long NPX exports, CSV or Parquet: a row for each sample and assay. Read by columns, for they may have
millions of rows."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from assays.formats.errors import PlateFormatError
from assays.formats.limits import MAX_COLUMNS, MAX_ROWS, MAX_UNPACKED
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
from assays.formats.text import check_ended
from assays.formats.values import NAN, optional_number, read_value

NEEDED = ("SampleID", "OlinkID", "Assay")
VALUES = ("NPX", "Quantified_value")
HEADER = re.compile(
    r'[^\n\r]*"?SampleID"?[^\n\r]*"?OlinkID"?|[^\n\r]*"?OlinkID"?[^\n\r]*"?SampleID"?'
)
USED = (
    *NEEDED, *VALUES, "UniProt", "PlateID", "WellID", "Index", "QC_Warning", "SampleQC", "AssayQC",
    "Assay_Warning", "LOD", "Unit", "Sample_Type", "SampleType", "Panel", "Panel_Lot_Nr",
    "Panel_Version", "PanelDataArchiveVersion", "ExploreVersion",
)  # fmt: skip


def recognizes(file: PlateSource) -> bool:
    """Whether the first line (or the schema) names the columns of a long NPX export."""
    if file.is_parquet:
        return {"SampleID", "OlinkID"} <= set(_parquet(file.content).schema_arrow.names)
    if not file.is_text:
        return False
    first = file.text.lstrip("\ufeff").split("\n", 1)[0]
    return bool(HEADER.match(first))


def _parquet(content: bytes) -> pyarrow.parquet.ParquetFile:
    try:
        return pyarrow.parquet.ParquetFile(io.BytesIO(content))
    except Exception as error:  # whatever a damaged file makes the reader raise
        raise PlateFormatError(f"The Parquet file cannot be read ({error}).") from error


def read(file: PlateSource) -> PlateReading:
    """Read a long export; PlateFormatError with the line otherwise."""
    table = _parquet_table(file.content) if file.is_parquet else _csv_table(file.text)
    for name in NEEDED:
        if name not in table.column_names:
            raise PlateFormatError(f"The column “{name}” is missing.", line=1)
    value = next((name for name in VALUES if name in table.column_names), None)
    if value is None:
        raise PlateFormatError("The column “NPX” is missing.", line=1)
    if not table.num_rows:
        raise PlateFormatError("The table has no rows: the file was cut.", line=1)
    return _Long(table, value).reading()


def _parquet_table(content: bytes) -> pa.Table:
    file = _parquet(content)
    about = file.metadata
    size = sum(about.row_group(i).total_byte_size for i in range(about.num_row_groups))
    if about.num_rows > MAX_ROWS or size > MAX_UNPACKED or about.num_columns > MAX_COLUMNS:
        raise PlateFormatError(
            f"The table unpacks to {about.num_rows:,} rows in {size / 1e6:,.0f} MB; at most "
            f"{MAX_ROWS:,} rows are read. Export fewer plates at a time."
        )
    try:
        table = file.read([name for name in file.schema_arrow.names if name in USED])
        table.validate(full=True)
        return pa.table({n: pc.dictionary_encode(_text(table[n])) for n in table.column_names})
    except Exception as error:
        raise PlateFormatError(f"The Parquet file cannot be read ({error}).") from error


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    return pc.fill_null(column.cast(pa.string()), "")


def _csv_table(text: str) -> pa.Table:
    check_ended(text)
    text = text.lstrip("\ufeff").rstrip() + "\n"
    first = text.split("\n", 1)[0]
    delimiter = max(";,\t", key=first.count)
    try:
        names = next(csv.reader([first], delimiter=delimiter))
    except csv.Error as error:
        raise PlateFormatError(f"The header cannot be divided ({error}).", line=1) from error
    if len(names) > MAX_COLUMNS or text.count("\n") > MAX_ROWS:
        raise PlateFormatError(
            f"The table has more than {MAX_ROWS:,} rows or {MAX_COLUMNS:,} columns."
        )
    if len(set(names)) < len(names):
        raise PlateFormatError("A column stands twice.", line=1)
    used = [name for name in names if name in USED]
    try:
        return pyarrow.csv.read_csv(
            io.BytesIO(text.encode()),
            parse_options=pyarrow.csv.ParseOptions(delimiter=delimiter, ignore_empty_lines=False),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types={name: pa.dictionary(pa.int32(), pa.string()) for name in used},
                include_columns=used,
                strings_can_be_null=False,
            ),
        ).unify_dictionaries()
    except Exception as error:
        row = re.search(r"[Rr]ow #?(\d+)", str(error))
        raise PlateFormatError(
            f"The rows do not fit their header ({str(error)[:150]}).",
            line=int(row[1]) if row else None,
        ) from error


class _Long:
    """The columns of a long table as categories: codes (rows) into few texts."""

    def __init__(self, table: pa.Table, value: str) -> None:
        self.count, self.value_name = table.num_rows, value
        self.codes: dict[str, Any] = {}
        self.texts: dict[str, list[str]] = {}
        for name in table.column_names:
            column = table[name].combine_chunks()
            if isinstance(column, pa.ChunkedArray):
                column = column.chunk(0)
            self.codes[name] = column.indices.to_numpy(zero_copy_only=False)
            self.texts[name] = [str(t or "").strip() for t in column.dictionary.to_pylist()]

    def column(self, name: str) -> Any:
        """A column as text (rows,); empty where the export has no such column."""
        if name not in self.codes:
            return np.full(self.count, "", dtype=object)
        return np.array(self.texts[name], dtype=object)[self.codes[name]]

    def numbers(self, name: str, of: Callable[[str], Any]) -> Any:
        """`of` each text of a column (rows,), each different text read once."""
        if name not in self.codes:
            return np.full(self.count, NAN)
        made = []
        for code, text in enumerate(self.texts[name]):
            try:
                made.append(of(text))
            except ValueError as error:
                line = int(np.argmax(self.codes[name] == code)) + 2
                raise PlateFormatError(f"{name}: {error}", line=line) from error
        return np.array(made)[self.codes[name]]

    def reading(self) -> PlateReading:
        decimal = self._decimal()
        value = self.numbers(self.value_name, lambda t: read_value(t, decimal=decimal)[0])
        limit = self.numbers("LOD", lambda t: optional_number(t, decimal=decimal))
        below = value < limit
        words = self.numbers(self.value_name, lambda t: read_value(t, decimal=decimal)[1].value)
        flags = np.where((words == Flag.IN_RANGE.value) & below, Flag.BELOW_LLOQ.value, words)
        well, wells = self._wells()
        analyte = np.array(
            unique_names(self.column("Assay").tolist(), self.column("OlinkID").tolist()),
            dtype=object,
        )
        self._check_complete(well, analyte)
        kinds = wells["sample_type"].to_numpy()[self._well_codes]
        unit = self.column("Unit")
        rows = frame(
            MEASUREMENT_COLUMNS,
            {
                "well": well,
                "sample": self.column("SampleID"),
                "sample_type": kinds,
                "analyte": analyte,
                "raw_text": self.column(self.value_name),
                "value": value,
                "unit": np.where(unit == "", "NPX", unit),
                "flag": flags.astype(object),
            },
        )
        controls = rows[rows["sample_type"] == SampleType.CONTROL]
        return PlateReading(
            format="olink",
            plate=self._plate(),
            measurements=rows,
            wells=wells,
            standards=frame(STANDARD_COLUMNS, {}),
            controls=frame(
                CONTROL_COLUMNS,
                {n: controls[n].tolist() for n in ("well", "sample", "analyte")}
                | {"observed": controls["value"].tolist()},
            ),
            analytes=self._analytes(analyte, limit, rows["unit"].to_numpy()),
            remarks=self._remarks(well, analyte),
            notes=(f"Read as a long Olink export, {wells['plate'].nunique()} plate(s).",),
        )

    def _decimal(self) -> str:
        texts = self.texts[self.value_name]
        comma, point = any("," in t for t in texts), any("." in t for t in texts)
        if comma and point:
            raise PlateFormatError("Numbers have both decimal points and commas.", line=2)
        return "," if comma else "."

    def _wells(self) -> tuple[Any, pd.DataFrame]:
        """The well of each row, and the frame of wells: plate and well where told, else plate and sample."""
        plate, place, sample = (self.column(name) for name in ("PlateID", "WellID", "SampleID"))
        word = (
            self.column("Sample_Type") if "Sample_Type" in self.codes else self.column("SampleType")
        )
        label = np.where(place == "", sample, place)
        joined = pd.Series(plate + "\t" + label + "\t" + sample)
        codes, different = pd.factorize(joined)
        self._well_codes = codes
        first = pd.Series(np.arange(self.count)).groupby(codes).first().to_numpy()
        names = [" ".join(part for part in text.split("\t")[:2] if part) for text in different]
        if len(set(names)) < len(names):
            again = next(i for i, name in enumerate(names) if name in names[:i])
            raise PlateFormatError(
                f"The well “{names[again]}” holds two samples.", line=int(first[again]) + 2
            )
        wells = frame(
            WELL_COLUMNS,
            {
                "well": names,
                "plate": plate[first],
                "position": place[first],
                "sample": sample[first],
                "sample_type": [
                    sample_type(s, w).value for s, w in zip(sample[first], word[first], strict=True)
                ],
            },
        )
        return np.array(names, dtype=object)[codes], wells

    def _check_complete(self, well: Any, analyte: Any) -> None:
        """Every well of a plate has every assay of that plate's panel, once."""
        pair = pd.factorize(pd.Series(well + "\t" + analyte))[0]
        if len(np.unique(pair)) < self.count:
            row = int(pd.Series(pair).duplicated().to_numpy().argmax())
            raise PlateFormatError(
                f"“{analyte[row]}” of “{well[row]}” stands twice; are two exports joined?",
                line=row + 2,
            )
        sizes = np.bincount(self._well_codes)
        panels = pd.DataFrame({"plate": self.column("PlateID"), "well": self._well_codes})
        panels["size"] = sizes[self._well_codes]
        most = panels.groupby("plate")["size"].transform("max").to_numpy()
        short = panels["size"].to_numpy() < most
        if short.any():
            row = int(np.flatnonzero(self._well_codes == self._well_codes[short.argmax()])[-1])
            raise PlateFormatError(
                f"“{well[row]}” has {panels['size'].iloc[row]} assays where others of its plate have "
                f"{most[row]}: the file was cut or rows are missing.",
                line=row + 2,
            )

    def _analytes(self, analyte: Any, limit: Any, unit: Any) -> pd.DataFrame:
        told = pd.DataFrame(
            {"analyte": analyte, "limit": limit, "unit": unit, "uniprot": self.column("UniProt")}
        )
        by_name = told.groupby("analyte", sort=False)
        return frame(
            ANALYTE_COLUMNS,
            {
                "analyte": list(by_name.groups),
                "unit": by_name["unit"].first().tolist(),
                "lloq": by_name["limit"].max().tolist(),
                "uniprot": by_name["uniprot"].first().tolist(),
            },
        )

    def _remarks(self, well: Any, analyte: Any) -> pd.DataFrame:
        parts = []
        for name, by_analyte in (
            *(("QC_Warning", False), ("SampleQC", False)),
            *(("AssayQC", True), ("Assay_Warning", True)),
        ):
            said = self.column(name)
            bad = ~np.isin(np.char.lower(said.astype(str)), ["", "pass", "na", "nan"])
            part = pd.DataFrame({"well": well[bad], "analyte": analyte[bad] if by_analyte else ""})
            parts.append(part.assign(text=name + ": " + said[bad].astype(str)).drop_duplicates())
        found = pd.concat(parts, ignore_index=True)
        return frame(REMARK_COLUMNS, {name: found[name].tolist() for name in REMARK_COLUMNS})

    def _plate(self) -> Plate:
        def told(*names: str) -> str:
            texts = [t for n in names if n in self.texts for t in self.texts[n] if t]
            return ", ".join(dict.fromkeys(texts))[:200]

        return Plate(
            instrument="Olink",
            software=told("ExploreVersion"),
            protocol=told("Panel"),
            kit=told("Panel"),
            lot=told("Panel_Lot_Nr", "Panel_Version", "PanelDataArchiveVersion")[:100],
        )
