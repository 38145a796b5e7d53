"""The three formats hold the same rows, and no cell of a CSV is a formula."""

import io
import json
from datetime import date

import pandas as pd
import pyarrow.parquet as pq
import pytest

from exports.selectors.columns import Column, Kind
from exports.selectors.dataset import joined_flags, mean_in_range
from exports.services.writers import WRITERS, csv_cell

COLUMNS = [
    Column("subject", Kind.TEXT),
    Column("index_date", Kind.DAY),
    Column("os_days", Kind.WHOLE, "days"),
    Column("os_event", Kind.TRUTH),
    Column("IL6", Kind.NUMBER, "pg/mL"),
]
BLOCKS = [
    [("P1", date(2020, 4, 1), 100, True, 0.1), ("予後", date(2020, 4, 2), 7, False, None)],
    [("=1+1", date(2020, 4, 3), None, None, -3.5)],
]


def written(name: str) -> bytes:
    return b"".join(WRITERS[name](COLUMNS, BLOCKS, {"yogo.study": "S"}))


def test_csv_is_plain_utf8_with_empty_cells_for_the_unknown() -> None:
    assert written("csv").decode() == (
        "subject,index_date,os_days,os_event,IL6\n"
        "P1,2020-04-01,100,true,0.1\n"
        "予後,2020-04-02,7,false,\n"
        "'=1+1,2020-04-03,,,-3.5\n"
    )


def test_ndjson_is_one_object_per_line() -> None:
    lines = [json.loads(line) for line in written("ndjson").decode().splitlines()]
    assert lines[1] == {
        "subject": "予後",
        "index_date": "2020-04-02",
        "os_days": 7,
        "os_event": False,
        "IL6": None,
    }


def test_parquet_has_typed_columns_units_and_a_row_group_per_block() -> None:
    file = pq.ParquetFile(io.BytesIO(written("parquet")))
    assert file.num_row_groups == 2
    assert file.schema_arrow.metadata[b"yogo.study"] == b"S"
    assert file.schema_arrow.field("IL6").metadata == {b"unit": b"pg/mL"}
    assert [tuple(row.values()) for row in file.read().to_pylist()] == [*BLOCKS[0], *BLOCKS[1]]


@pytest.mark.parametrize("name", WRITERS)
def test_no_patients_still_make_a_file_that_can_be_read(name: str) -> None:
    content = b"".join(WRITERS[name](COLUMNS, [], {}))
    if name == "parquet":
        assert pq.read_table(io.BytesIO(content)).num_rows == 0
    elif name == "csv":
        assert list(pd.read_csv(io.BytesIO(content))) == [column.name for column in COLUMNS]
    else:
        assert content == b""


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\tx", "\rx"])
def test_text_that_a_spreadsheet_would_run_is_made_text(text: str) -> None:
    assert csv_cell(text) == f"'{text}"


@pytest.mark.parametrize("value", [-1, -1.5, "<1", ">=50", "1-49", "a=b"])
def test_what_is_no_formula_stays_as_it_is(value: object) -> None:
    assert csv_cell(value) == value


def test_repeats_give_the_mean_of_those_in_range_and_all_their_flags() -> None:
    repeats = [(4.0, "extrapolated"), (1.0, "in_range"), (3.0, "in_range"), (None, "below_lloq")]
    assert mean_in_range(repeats) == 2.0
    assert joined_flags(repeats) == "in_range+below_lloq+extrapolated"
    assert mean_in_range([(9.0, "excluded")]) is None
    assert joined_flags([]) is None


def test_the_mean_does_not_depend_on_the_order_of_the_repeats() -> None:
    values = [(0.1, "in_range"), (0.2, "in_range"), (0.3, "in_range"), (1e16, "in_range")]
    assert mean_in_range(values) == mean_in_range(values[::-1])
