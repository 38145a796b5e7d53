"""The three formats hold the same rows, and no cell of a CSV is a formula."""

import codecs
import io
import json
import shutil
import subprocess
from datetime import date

import pandas as pd
import pyarrow.parquet as pq
import pytest

from exports.selectors.columns import Column, Kind
from exports.selectors.dataset import join_flags, mean_number
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


def test_excel_is_told_the_encoding_and_else_gets_the_same() -> None:
    assert written("excel") == codecs.BOM_UTF8 + written("csv")


R = "d <- read.csv(file('stdin'), encoding='UTF-8'); str(d$os_event); cat(is.logical(d$os_event), d$os_event)"


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed here.")
def test_r_and_pandas_read_truth_as_logical() -> None:
    told = subprocess.run(
        ["Rscript", "-e", R], input=written("csv"), capture_output=True, check=True
    )
    assert told.stdout.decode().splitlines()[-1] == "TRUE TRUE FALSE NA"
    frame = pd.read_csv(io.BytesIO(written("csv")))
    assert frame["os_event"].iloc[:2].tolist() == [True, False]
    assert frame["os_event"].iloc[:2].astype(bool).dtype == bool


def written(name: str) -> bytes:
    return b"".join(WRITERS[name](COLUMNS, BLOCKS, {"yogo.study": "S"}))


@pytest.mark.parametrize("text", ["a\rb", "a\nb", "a\r\nb", 'a"b', "a,b", "a\u2028b", "a\x0bb"])
def test_a_text_of_any_signs_stays_one_cell(text: str) -> None:
    rows = [[(text, date(2020, 4, 1), 1, True, 0.1), ("P2", None, None, None, None)]]
    content = b"".join(WRITERS["csv"](COLUMNS, rows, {}))
    frame = pd.read_csv(io.BytesIO(content), dtype={"subject": str}, keep_default_na=False)
    assert frame["subject"].tolist() == [text, "P2"]
    assert content.endswith(b"\nP2,,,,\n")


def test_csv_is_plain_utf8_with_empty_cells_for_the_unknown() -> None:
    assert written("csv").decode() == (
        "subject,index_date,os_days,os_event,IL6\n"
        "P1,2020-04-01,100,TRUE,0.1\n"
        "予後,2020-04-02,7,FALSE,\n"
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
    elif name in ("csv", "excel"):
        assert list(pd.read_csv(io.BytesIO(content))) == [column.name for column in COLUMNS]
    else:
        assert content == b""


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\tx", "\rx", "\n=1", "＝1", "－1"])
def test_text_that_a_spreadsheet_would_run_is_made_text(text: str) -> None:
    assert csv_cell(text) == f"'{text}"


@pytest.mark.parametrize("value", [-1, -1.5, "<1", ">=50", "1-49", "a=b"])
def test_what_is_no_formula_stays_as_it_is(value: object) -> None:
    assert csv_cell(value) == value


def test_repeats_give_the_mean_of_those_in_range_and_all_their_flags() -> None:
    repeats = [
        (4.0, "extrapolated", None),
        (1.0, "in_range", None),
        (3.0, "in_range", None),
        (None, "below_lloq", 0.5),
    ]
    assert mean_number(repeats) == 2.0
    assert join_flags(repeats) == "in_range+below_lloq+extrapolated"
    assert mean_number([(9.0, "excluded", None)]) is None
    assert join_flags([]) is None


def test_without_a_value_in_range_the_numbers_that_models_take_stand_there() -> None:
    assert mean_number([(4.0, "extrapolated", None), (None, "below_lloq", 1.0)]) == 4.0
    npx = [(0.4, "below_lloq", 1.2)]
    assert (mean_number(npx), join_flags(npx)) == (0.4, "below_lloq+extrapolated")


def test_the_mean_does_not_depend_on_the_order_of_the_repeats() -> None:
    values = [(v, "in_range", None) for v in (0.1, 0.2, 0.3, 1e16)]
    assert mean_number(values) == mean_number(values[::-1])
