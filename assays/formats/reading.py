"""What reading a plate file gives: typed, complete, and with every value as it was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd

from tabular.message import Message


class Flag(StrEnum):
    """How far a written value can be used as a number."""

    IN_RANGE = "in_range"
    BELOW_LLOQ = (
        "below_lloq"  # "< 3.2", "OOR <"; an NPX below the limit of detection keeps its number
    )
    ABOVE_ULOQ = "above_uloq"
    EXTRAPOLATED = "extrapolated"
    MISSING = "missing"
    OUTLIER = "outlier"  # set aside by the instrument's software or its operator


class SampleType(StrEnum):
    """What stood in a well."""

    SAMPLE = "sample"
    STANDARD = "standard"
    CONTROL = "control"
    BLANK = "blank"


MEASUREMENT_COLUMNS = (
    *("well", "sample", "sample_type", "analyte", "raw_text", "value", "unit"),
    *("mfi", "net_mfi", "bead_count", "flag", "dilution"),
)
"""One row per well and analyte. raw_text: the concentration (or NPX) as written; value: its number,
float64, NaN where there is none; mfi, net_mfi: median fluorescence and that less background, float64;
bead_count: float64, NaN where not told; dilution: float64 (1 is undiluted), NaN where not told; the
others: text, never None."""

WELL_COLUMNS = (
    *("well", "plate", "position", "sample", "sample_type", "typed_by", "dilution", "remark"),
)
"""One row per well, in the file's order. well: unique in the file, what measurements name; plate: which
plate of the file ("" where there is only one); position: "A1", "A3,A4" for a pair, "" where not told;
typed_by: how the type is known (assays.formats.roles.TypedBy)."""

STANDARD_COLUMNS = (
    "well",
    "sample",
    "analyte",
    "expected",
    "observed",
    "recovery",
    "mfi",
    "net_mfi",
)
"""Standards, one row per well and analyte: expected and observed concentration in the analyte's unit;
recovery in percent as the vendor computed it; NaN where not told."""

CONTROL_COLUMNS = ("well", "sample", "analyte", "expected", "low", "high", "observed")
"""Controls, one row per well and analyte: expected concentration and the range that the kit allows."""

ANALYTE_COLUMNS = ("analyte", "unit", "lloq", "uloq", "uniprot", "curve", "curve_kind")
"""One row per analyte, in the file's order. lloq, uloq: as the file tells them (for NPX the limit of
detection stands as lloq), NaN where it does not; curve: the vendor's curve as written, "" where not told;
curve_kind: "4PL", "5PL", another name as written, or ""."""

REMARK_COLUMNS = ("well", "analyte", "text")
"""What the instrument remarked of a well ("" analyte) or of a well and analyte: warnings, errors, the
reason for a missing value, a quality flag."""


@dataclass(frozen=True)
class Plate:
    """How, when and by what a plate was read; "" and None where the file does not tell."""

    name: str = ""
    instrument: str = ""
    serial: str = ""
    software: str = ""
    protocol: str = ""
    kit: str = ""
    lot: str = ""
    acquired: datetime | None = None
    """Local time at the instrument, without a zone: no format writes one."""
    acquired_text: str = ""
    wells: int | None = None
    """96 or 384, where the file tells."""


@dataclass(frozen=True)
class PlateReading:
    """A plate file, read whole."""

    format: str
    """"xponent", "bioplex", "olink" or "generic"."""
    plate: Plate
    measurements: pd.DataFrame
    """MEASUREMENT_COLUMNS, in that order, a row per well and analyte, wells in the file's order."""
    wells: pd.DataFrame
    """WELL_COLUMNS."""
    standards: pd.DataFrame
    """STANDARD_COLUMNS."""
    controls: pd.DataFrame
    """CONTROL_COLUMNS."""
    analytes: pd.DataFrame
    """ANALYTE_COLUMNS."""
    remarks: pd.DataFrame
    """REMARK_COLUMNS."""
    header: dict[str, str] = field(default_factory=dict)
    """Everything that the file's head says, as written."""
    extra: dict[str, list[list[str]]] = field(default_factory=dict)
    """Blocks, sheets or columns that this reader does not interpret, as written."""
    notes: tuple[Message, ...] = ()
    """Sentences for the person who looks at the preview: how it was read, what is unusual."""

    def counts(self) -> dict[str, int]:
        """Rows of measurements by flag, every flag named."""
        found = self.measurements["flag"].value_counts()
        return {flag.value: int(found.get(flag.value, 0)) for flag in Flag}


def frame(columns: tuple[str, ...], data: Mapping[str, Any]) -> pd.DataFrame:
    """Columns (sequences of one length) as a frame in this order: those of NUMBERS as float64, the others as text; a column that
    is not given is empty (NaN or "")."""
    length = max((len(values) for values in data.values()), default=0)
    made = {}
    for column in columns:
        if column in NUMBERS:
            values = data.get(column, np.full(length, np.nan))
            made[column] = np.asarray(values, dtype=np.float64)
        else:
            texts = np.empty(length, dtype=object)
            texts[:] = data.get(column, "")
            made[column] = texts
    return pd.DataFrame(made)


NUMBERS = frozenset(
    {
        *("value", "mfi", "net_mfi", "bead_count", "dilution", "expected", "observed", "recovery"),
        *("low", "high", "lloq", "uloq"),
    }
)
