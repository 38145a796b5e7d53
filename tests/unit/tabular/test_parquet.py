"""Parquet files say how large they are before anything is unpacked, and are held to it."""

import io
import time
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assays.formats import PlateFormatError, read_plate
from tabular import FileError, parquet
from tabular.source import FileSource
from tabular.table import read_table


def written(columns: dict[str, Any], **options: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out, **options)
    return out.getvalue()


def of_nothing(rows: int, names: list[str]) -> bytes:
    """Columns of unknown texts alone, which take next to no room in a file."""
    nothing = pa.nulls(rows, pa.string())
    return written(
        dict.fromkeys(names, nothing),
        compression="zstd",
        use_dictionary=False,
        write_statistics=False,
        row_group_size=rows,
        data_page_size=1 << 30,
        max_rows_per_page=rows,
    )


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """No column may be unpacked."""

    def refuse(*_arguments: Any, **_options: Any) -> None:
        raise AssertionError("a column was unpacked")

    monkeypatch.setattr(pq.ParquetFile, "read", refuse)


@pytest.mark.usefixtures("unread")
def test_a_table_of_too_many_empty_cells_is_refused_before_a_column_is_unpacked() -> None:
    content = of_nothing(1_000_000, [f"c{i}" for i in range(200)])
    assert len(content) < 50_000
    began = time.perf_counter()
    with pytest.raises(FileError, match="has 1,000,000 rows and 200 columns; at most 5,000,000"):
        read_table(FileSource(content))
    assert time.perf_counter() - began < 1


@pytest.mark.usefixtures("unread")
def test_so_is_a_plate_by_every_reader_that_could_mean_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for names in (["sample", "analyte", "value"], ["SampleID", "OlinkID", "Assay", "NPX"]):
        content = of_nothing(2_000_000, names)
        monkeypatch.setattr(parquet, "MAX_UNPACKED", 7_000_000)
        with pytest.raises(PlateFormatError, match="2,000,000 rows"):
            read_plate(content)


@given(st.integers(1, 40), st.integers(1, 8), st.integers(1, 200))
@settings(max_examples=30, deadline=None)
def test_cells_are_counted_as_a_text_of_them_would_be(rows: int, width: int, most: int) -> None:
    content = of_nothing(rows, [f"c{i}" for i in range(width)])
    size = pq.ParquetFile(io.BytesIO(content)).metadata.row_group(0).total_byte_size
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet, "MAX_UNPACKED", max(most, size))
        if rows * width > max(most, size):
            with pytest.raises(FileError, match="unpacks to"):
                parquet.text_columns(content)
        else:
            assert parquet.text_columns(content).num_rows == rows


@pytest.mark.parametrize(
    "column", [pa.nulls(2, pa.list_(pa.string())), pa.array([{"a": 1}, {"a": 2}]), [["x"], ["y"]]]
)
def test_a_column_of_lists_or_records_is_named(column: Any) -> None:
    content = written({"id": ["1", "2"], "more": column})
    with pytest.raises(FileError, match="The column “more” holds lists or records"):
        read_table(FileSource(content))
    assert parquet.text_columns(content, ("id",))["id"].to_pylist() == ["1", "2"]
