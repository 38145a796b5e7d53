"""The wells x analytes of a reading as columns, and as the text of a COPY: one pass, no object per cell."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from assays.formats import Flag, PlateReading
from assays.formats.leaving import UNREAD
from tabular.numbers import number

COPIED = (
    *("specimen_id", "analyte_id", "plate_run_id", "well_id", "replicate", "value_text", "value"),
    *("unit", "flag", '"limit"', "mfi", "net_mfi", "bead_count", "dilution", "expected", "remark"),
    *("range_low", "range_high", "source_id"),
)
COPY = f"COPY assays_measurement ({', '.join(COPIED)}) FROM STDIN"
NUMBERS = ("value", "limit", "mfi", "net_mfi", "bead_count", "dilution", "expected")
RANGES = {"range_low": "low", "range_high": "high"}
NULL = "\\N"
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
LONGEST_REMARK = 200
LIMIT = re.compile(r"[<>]\s*=?\s*(.+)")


@dataclass(frozen=True)
class Cells:
    """Columns of one plate's measurements, a row per well and analyte.

    frame: well (text), analyte (name in the file), value_text, unit, flag, remark: text; NUMBERS: float64,
    NaN where there is none.
    """

    frame: pd.DataFrame

    def of_wells(self, wells: set[str]) -> "Cells":
        return Cells(self.frame[self.frame["well"].isin(wells)])

    def write_copy_text(
        self,
        wells: dict[str, tuple[int, int | None, int]],
        analytes: dict[str, int],
        *,
        plate_run: int,
        source: int | None,
    ) -> str:
        """The rows in PostgreSQL's text format, in the order of COPIED.

        wells: name -> primary keys of well and specimen, and replicate; analytes: name -> primary key.
        """
        frame = self.frame
        found = [wells[name] for name in frame["well"]]
        columns: list[Sequence[str]] = [
            [NULL if specimen is None else str(specimen) for _well, specimen, _n in found],
            [str(analytes[name]) for name in frame["analyte"]],
            [str(plate_run)] * len(frame),
            [str(well) for well, _specimen, _n in found],
            [str(replicate) for _well, _specimen, replicate in found],
            _texts(frame["value_text"]),
            _numbers(frame["value"]),
            _texts(frame["unit"]),
            frame["flag"].tolist(),
            *(_numbers(frame[name]) for name in NUMBERS[1:]),
            _texts(frame["remark"]),
            *(_numbers(frame[name]) for name in RANGES),
            [NULL if source is None else str(source)] * len(frame),
        ]
        return "\n".join(map("\t".join, zip(*columns, strict=True))) + "\n"

    def rows(self, analytes: dict[str, int], positions: dict[str, str]) -> Iterator[tuple]:
        """(position, analyte's primary key) and what is compared with a stored measurement."""
        names = ("value_text", "unit", "flag", "value", "mfi", "net_mfi", "bead_count", "dilution")
        columns = [self.frame[name].tolist() for name in names]
        wells, named = self.frame["well"].tolist(), self.frame["analyte"].tolist()
        for well, analyte, *rest in zip(wells, named, *columns, strict=True):
            said = tuple(None if one != one else one for one in rest)
            yield (positions[well], analytes[analyte]), said


def cells_of(reading: PlateReading, analytes: set[str], *, unit: str) -> Cells:
    """The measurements of these analytes. `unit` stands where the file tells none."""
    m = reading.measurements
    m = m[m["analyte"].isin(analytes)]
    frame = pd.DataFrame(
        {
            "well": m["well"].astype(object),
            "analyte": m["analyte"].astype(object),
            "value_text": m["raw_text"].astype(object).where(m["raw_text"].notna(), ""),
            "unit": m["unit"].astype(object).where(m["unit"].notna() & (m["unit"] != ""), unit),
            "flag": [str(flag) for flag in m["flag"]],
            **{name: m[name] for name in ("value", "mfi", "net_mfi", "bead_count", "dilution")},
        }
    )
    frame["limit"] = _limits(frame["value_text"], frame["flag"])
    keys = list(zip(frame["well"], frame["analyte"], strict=True))
    remarks = _remarks(reading)
    told = {"expected": _look_up([reading.standards, reading.controls], "expected")}
    told |= {name: _look_up([reading.controls], column) for name, column in RANGES.items()}
    for name, known in told.items():
        frame[name] = np.array([known.get(key, np.nan) for key in keys], dtype="float64")
    without = _without_factor(reading)
    frame["remark"] = [
        shorten("; ".join(filter(None, (without.get(key[0]), remarks.get(key)))), LONGEST_REMARK)
        for key in keys
    ]
    return Cells(frame)


def shorten(text: str, longest: int) -> str:
    """A text that fits its column; the file keeps the rest."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _look_up(frames: list[pd.DataFrame], column: str) -> dict[tuple[str, str], float]:
    """What a column of standards or controls says of each well and analyte."""
    found: dict[tuple[str, str], float] = {}
    for frame in frames:
        pairs = zip(frame["well"], frame["analyte"], strict=True)
        found |= dict(zip(pairs, frame[column].tolist(), strict=True))
    return found


def _remarks(reading: PlateReading) -> dict[tuple[str, str], str]:
    r = reading.remarks
    found: dict[tuple[str, str], str] = {}
    for well, analyte, text in zip(r["well"], r["analyte"], r["text"], strict=True):
        if well and analyte:
            before = found.get((well, analyte))
            found[well, analyte] = f"{before}; {text}" if before else text
    return found


def _without_factor(reading: PlateReading) -> dict[str, str]:
    """Wells whose dilution factor could not be read: our own curve asks each of their measurements."""
    r = reading.remarks
    told = zip(r["well"], r["analyte"], r["text"], strict=True)
    return {well: text for well, analyte, text in told if text == UNREAD and not analyte}


def _limits(texts: pd.Series, flags: pd.Series) -> np.ndarray:
    """The number that a text names as limit: "< 3.2" is 3.2; NaN where it names none."""
    limits = np.full(len(texts), np.nan)
    beyond = flags.isin([Flag.BELOW_LLOQ.value, Flag.ABOVE_ULOQ.value]).to_numpy()
    for place in np.flatnonzero(beyond).tolist():
        told = LIMIT.fullmatch(str(texts.iat[place]).strip())
        if told:
            limit = number(told[1])
            limits[place] = number(told[1], decimal=",") if limit is None else limit
    return limits


def _numbers(column: pd.Series) -> list[str]:
    return [NULL if one != one else repr(one) for one in column.tolist()]


def _texts(column: pd.Series) -> list[str]:
    texts = column.tolist()
    escaped = {text: text.translate(ESCAPES) for text in set(texts)}
    return [escaped[text] for text in texts]
