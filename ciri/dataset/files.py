"""Exported files as frames, every number with the bits that were written."""

from __future__ import annotations

import csv
import io
import json
from os import PathLike
from pathlib import Path
from typing import IO, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pandas.api.types import is_numeric_dtype

from ciri.covariates.columns import attach, read_covariates
from ciri.dataset.columns import unguard
from ciri.errors import Refused, refuse_damage

TEXTS = ("subject", "site", "cohort", "role")
MAX_CELLS = 100_000_000
"""Cells of a Parquet file: empty ones take no room in the file, and eight bytes each in memory."""
DESCRIPTION = "yogo.covariates"
"""Under which a Parquet file describes its covariates: JSON, as `read_covariates` reads it."""
_PARQUET = b"PAR1"


def read_export(file: str | PathLike[str] | IO[bytes]) -> pd.DataFrame:
    """Read an exported file, CSV, NDJSON or Parquet, every number with the bits that were written.

    Parameters
    ----------
    file : str, path or binary file
        The file.

    Returns
    -------
    DataFrame
        The file's rows and columns, as `freeze_wide` takes them.

    Raises
    ------
    ValueError
        With a sentence where the file is empty, damaged or cut, or is not UTF-8 (a CSV that a spreadsheet
        has saved).
    OSError
        Where it cannot be opened.

    Notes
    -----
    pandas' own defaults take subjects "007" and sites "NA" for something else. Only an empty cell is
    unknown.
    """
    if isinstance(file, str | PathLike):
        with Path(file).open("rb") as opened:
            return read_export(opened)
    content = file.read()
    if content.startswith(_PARQUET):
        return _read_parquet(content)
    text = _decode(content)
    return _read_ndjson(text) if text.startswith("{") else _read_csv(text)


def _read_parquet(content: bytes) -> pd.DataFrame:
    with refuse_damage(
        Refused(
            "export_parquet_damaged",
            "The Parquet file is damaged or was cut; take the export again.",
        )
    ):
        about = pq.read_metadata(io.BytesIO(content))
        if about.num_rows * about.num_columns > MAX_CELLS:
            raise Refused(
                "export_too_large",
                "The Parquet file has %(rows)s rows of %(columns)s columns, which no export has; at "
                "most %(cells)s cells are read.",
                rows=about.num_rows,
                columns=about.num_columns,
                cells=MAX_CELLS,
            )
        table = pq.read_table(io.BytesIO(content))
        table.validate(
            full=True
        )  # else a text that is no UTF-8 is found when it is first looked at
        return _described(table)


def _described(table: pa.Table) -> pd.DataFrame:
    """The table as a frame, which carries what the file says of its covariates."""
    frame = table.to_pandas()
    told = (table.schema.metadata or {}).get(DESCRIPTION.encode())
    return frame if told is None else attach(frame, read_covariates(json.loads(told)))


def _decode(content: bytes) -> str:
    """The text of a CSV or NDJSON file, whose last line is ended: one that was cut may have lost digits."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(
            "export_not_utf8",
            "The file is neither Parquet nor UTF-8 text, as exports are; take the export again, or save "
            "it as “CSV UTF-8”.",
        ) from error
    if not text.strip():
        raise Refused("export_empty", "The file is empty; take the export again.")
    if not text.endswith(("\n", "\r")):
        raise Refused(
            "export_not_ended",
            "The last line of the file is not ended, so the file may have been cut; take the export "
            "again, or end the line if it is whole.",
        )
    return text


def _read_csv(text: str) -> pd.DataFrame:
    _check_rows(text)
    frame = pd.read_csv(
        io.StringIO(text, newline=""),
        keep_default_na=False,
        na_values=[""],
        dtype=dict.fromkeys(TEXTS, str),
        low_memory=False,
    )
    for name in frame.columns[[not is_numeric_dtype(kind) for kind in frame.dtypes]]:
        frame[name] = frame[name].map(_unguard_text, na_action="ignore")
    return frame.rename(columns=unguard)


def _unguard_text(cell: Any) -> Any:
    return unguard(cell) if isinstance(cell, str) else cell


def _check_rows(text: str) -> None:
    """Refuse rows that are not as wide as their header, and two columns of one name: pandas fills up, shifts
    or renames them without a word."""
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(row for row in rows if row)
        if len(set(header)) < len(header):
            raise Refused("export_column_twice", "Two columns of the file have one name.")
        for row in rows:
            if row and len(row) != len(header):
                raise Refused(
                    "export_row_width",
                    "Line %(line)s of the file has %(cells)s cells where the header has %(width)s; take "
                    "the export again.",
                    line=rows.line_num,
                    cells=len(row),
                    width=len(header),
                )
    except csv.Error as error:
        raise Refused(
            "export_line_not_csv",
            "Line %(line)s of the file cannot be divided into cells (%(error)s); take the export again.",
            line=rows.line_num,
            error=str(error),
        ) from error


def _read_ndjson(text: str) -> pd.DataFrame:
    lines = text.split(
        "\n"
    )  # and at no other end of a line: JSON leaves those in texts as they are
    rows = [_read_line(line, number) for number, line in enumerate(lines, 1) if line.strip()]
    for number, row in enumerate(rows, 1):
        if row.keys() != rows[0].keys():
            raise Refused(
                "export_row_names",
                "Row %(number)s of the file has other columns than the first; take the export again.",
                number=number,
            )
    return pd.DataFrame(rows)


def _read_line(line: str, number: int) -> dict[str, Any]:
    damaged = Refused(
        "export_line_not_json",
        "Line %(line)s of the file is not a JSON object of plain values; take the export again.",
        line=number,
    )
    with refuse_damage(damaged):
        row = json.loads(line)
    if not isinstance(row, dict) or any(isinstance(v, list | dict) for v in row.values()):
        raise damaged
    return row
