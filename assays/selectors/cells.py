"""The measurements of many patients and all that is needed to read them, in one statement.

What comes back is COPY's binary stream with one bytea in each row: 40 bytes for a measurement, which numpy
takes as they are (three pairs of small numbers, each in eight bytes, and two numbers), and one row of JSON with the names, plates and exclusions. An object for each of millions of
measurements, or their text, would take several times as long; so would anti-joins with the exclusions: where every
plate and every analyte occurs somewhere among them, PostgreSQL reckons that no row is left, and goes through
those that it does leave one by one.
"""

import io
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from assays.models.measurement import Flag
from clinical.models import Patient

FLAGS = [flag.value for flag in Flag]
CODES = " ".join(f"WHEN '{flag}' THEN {code}" for code, flag in enumerate(FLAGS))
CELL = np.dtype(
    [
        *[("id_flag", ">i8"), ("patient_analyte", ">i8"), ("well_plate", ">i8")],
        *[("value", ">f8"), ("limit", ">f8")],
    ]
)
FLAG_BITS, KEY_BITS = 4, 32
ROW = np.dtype([("fields", ">i2"), ("length", ">i4"), ("cell", CELL)])
START, END = 19, 2  # bytes of COPY's signature and of its trailer
OF_ANALYTES = (
    "WHERE m.analyte_id IN (SELECT id FROM assays_analyte WHERE symbol = ANY (%(analytes)s))"
)
SQL = """
WITH chosen AS MATERIALIZED (
    SELECT id, patient_id FROM assays_specimen
    WHERE timepoint = %(timepoint)s AND patient_id IN ({patients}))
SELECT int8send(m.id << 4 | CASE m.flag {flags} END)
    || int8send(s.patient_id << 32 | m.analyte_id)
    || int8send(coalesce(m.well_id, 0) << 32 | m.plate_run_id)
    || float8send(coalesce(m.value, 'NaN')) || float8send(coalesce(m."limit", 'NaN'))
FROM assays_measurement m JOIN chosen s ON s.id = m.specimen_id {of_analytes}
UNION ALL
SELECT convert_to(json_build_object(
    'patients', (SELECT json_object_agg(id, subject_id) FROM clinical_patient WHERE id IN ({patients})),
    'analytes', (SELECT json_object_agg(id, symbol) FROM assays_analyte),
    'plates', (
        SELECT json_object_agg(id, json_build_array(
            judged_as, panel_id, extract(epoch FROM coalesce(acquired_at, run_on::timestamptz))))
        FROM assays_platerun WHERE study_id IN ({studies})),
    'exclusions', (
        SELECT json_agg(json_build_array(plate_run_id, coalesce(well_id, 0), coalesce(analyte_id, 0)))
        FROM assays_exclusion
        WHERE lifted_at IS NULL
            AND plate_run_id IN (SELECT id FROM assays_platerun WHERE study_id IN ({studies})))
)::text, 'UTF8')
"""


@dataclass(frozen=True)
class Cells:
    """measured: a row per measurement with id, patient, analyte, well (0: none) and plate (keys, below 2^31 but
    for id), flag (its place in FLAGS), value and limit (NaN: none).

    patients, analytes: names by key; plates: judged_as, panel and when it was acquired (seconds, None:
    unknown) by key; exclusions: (n, 3) keys of plate, well and analyte, 0 for all of them.
    """

    measured: pd.DataFrame
    patients: dict[int, str]
    analytes: dict[int, str]
    plates: dict[int, tuple[str, int, float | None]]
    exclusions: np.ndarray


def cells_of(
    patients: QuerySet[Patient], timepoint: str, analytes: Collection[str] | None
) -> Cells:
    """All measurements of the patients' specimens at a timepoint (of the analytes, by symbol)."""
    content = io.BytesIO()
    try:
        with connection.cursor() as cursor:
            parts = {
                "patients": _compile(cursor, patients.order_by().values("pk")),
                "studies": _compile(cursor, patients.order_by().values("study")),
                "flags": CODES,
                "of_analytes": "" if analytes is None else OF_ANALYTES,
            }
            told = {"timepoint": timepoint, "analytes": list(analytes or ())}
            query = cursor.mogrify(SQL.format(**parts), told).decode()
            cursor.copy_expert(f"COPY ({query}) TO STDOUT (FORMAT binary)", content)
    except EmptyResultSet:
        return Cells(_unpack(np.empty(0, CELL)), {}, {}, {}, np.empty((0, 3), np.int64))
    return _read(content.getbuffer()[START:-END])


def _compile(cursor: Any, rows: QuerySet[Patient, Any]) -> str:
    """A whole query as text; its percent signs are no places for parameters any more."""
    text: str = cursor.mogrify(*rows.query.sql_with_params()).decode()
    return text.replace("%", "%%")


def _read(rows: memoryview) -> Cells:
    """Rows of one bytea each; that of JSON is the one with another length."""
    guess = np.frombuffer(rows, ROW, count=len(rows) // ROW.itemsize)
    other = np.flatnonzero(guess["length"] != CELL.itemsize)
    place = int(other[0]) if len(other) else len(guess)
    start = place * ROW.itemsize + 6
    length = int.from_bytes(rows[start - 4 : start], "big")
    head = json.loads(bytes(rows[start : start + length]))
    after = np.frombuffer(rows[start + length :], ROW)
    measured = np.concatenate([guess["cell"][:place], after["cell"]])
    return Cells(
        _unpack(measured),
        _by_key(head["patients"]),
        _by_key(head["analytes"]),
        _by_key(head["plates"]),
        np.array(head["exclusions"] or [], np.int64).reshape(-1, 3),
    )


def _unpack(cells: np.ndarray) -> pd.DataFrame:
    columns: dict[str, np.ndarray] = {}
    for pair, bits in (
        ("id_flag", FLAG_BITS),
        ("patient_analyte", KEY_BITS),
        ("well_plate", KEY_BITS),
    ):
        both = cells[pair].astype(np.int64)
        first, second = pair.split("_")
        columns |= {first: both >> bits, second: both & ((1 << bits) - 1)}
    numbers = {name: cells[name].astype(np.float64) for name in ("value", "limit")}
    return pd.DataFrame(columns | numbers, copy=False)


def _by_key(told: dict[str, Any] | None) -> dict[int, Any]:
    return {int(key): value for key, value in (told or {}).items()}
