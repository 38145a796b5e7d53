"""The formats of the analysis dataset, each written block by block into chunks of bytes.

CSV      UTF-8 without byte-order mark, comma, "\\n", a header; unknown is empty; numbers in the
         shortest form that reads back to the same bits; TRUE/FALSE, which R and pandas read as logical;
         dates as YYYY-MM-DD. A text cell that begins with = + - @ (of any width, or a tab or a line's end)
         gets an apostrophe in front, so that no spreadsheet takes it for a formula.
Excel    the same after a byte-order mark, without which a Japanese Excel takes UTF-8 for Shift JIS.
NDJSON   one JSON object per line, UTF-8; unknown is null.
Parquet  one row group per block, zstd; units stand in the fields' metadata.
"""

import csv
import io
import json
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ciri.dataset.columns import guard
from exports.selectors.columns import Column, Kind
from exports.selectors.dataset import Row

Blocks = Iterable[list[Row]]
ARROW_TYPES = {
    Kind.TEXT: pa.string(),
    Kind.WHOLE: pa.int64(),
    Kind.NUMBER: pa.float64(),
    Kind.TRUTH: pa.bool_(),
    Kind.DAY: pa.date32(),
}


def csv_cell(value: Any) -> Any:
    """A value as a CSV cell: see the module's text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return guard(value)
    return value.isoformat() if isinstance(value, date) else value


def csv_chunks(columns: Sequence[Column], blocks: Blocks, note: dict[str, str]) -> Iterator[bytes]:
    """A header, then a chunk per block."""
    yield _csv_lines([[column.name for column in columns]])
    for block in blocks:
        yield _csv_lines(block)


def excel_chunks(
    columns: Sequence[Column], blocks: Blocks, note: dict[str, str]
) -> Iterator[bytes]:
    """The same as `csv_chunks`, behind a byte-order mark."""
    yield BOM_UTF8
    yield from csv_chunks(columns, blocks, note)


def _csv_lines(rows: Iterable[Sequence[Any]]) -> bytes:
    """Lines that end in a line feed. The writer is left its own ending, for it puts between quotes only what
    that has: a carriage return inside a text would end the row for R and pandas."""
    lines: list[str] = []
    to_lines = SimpleNamespace(write=lambda line: lines.append(line.removesuffix("\r\n") + "\n"))
    csv.writer(to_lines).writerows([csv_cell(v) for v in row] for row in rows)
    return "".join(lines).encode()


def ndjson_chunks(
    columns: Sequence[Column], blocks: Blocks, note: dict[str, str]
) -> Iterator[bytes]:
    """A chunk of lines per block."""
    names = [column.name for column in columns]
    for block in blocks:
        lines = (
            json.dumps(
                dict(zip(names, row, strict=True)),
                ensure_ascii=False,
                allow_nan=False,
                default=date.isoformat,
            )
            for row in block
        )
        yield "".join(f"{line}\n" for line in lines).encode()


class _Drain(io.RawIOBase):
    """A file that gives away what was written to it, so that a row group is not kept."""

    def __init__(self) -> None:
        self._written = bytearray()
        self._position = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def write(self, content: Any) -> int:
        size = memoryview(content).nbytes
        self._written += content
        self._position += size
        return size

    def take(self) -> bytes:
        content = bytes(self._written)
        self._written.clear()
        return content


def parquet_chunks(
    columns: Sequence[Column], blocks: Blocks, note: dict[str, str]
) -> Iterator[bytes]:
    """A row group per block; `note` becomes the file's metadata."""
    schema = pa.schema(
        [
            pa.field(c.name, ARROW_TYPES[c.kind], metadata={"unit": c.unit} if c.unit else None)
            for c in columns
        ],
        metadata=note,
    )
    drain = _Drain()
    with pq.ParquetWriter(pa.PythonFile(drain, mode="w"), schema, compression="zstd") as writer:
        for block in blocks:
            by_column = list(zip(*block, strict=True))
            arrays = [
                pa.array(values, type=field.type)
                for values, field in zip(by_column, schema, strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            yield drain.take()
    yield drain.take()


Writer = Callable[[Sequence[Column], Blocks, dict[str, str]], Iterator[bytes]]
WRITERS: dict[str, Writer] = {
    "csv": csv_chunks,
    "excel": excel_chunks,
    "parquet": parquet_chunks,
    "ndjson": ndjson_chunks,
}
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "excel": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "ndjson": "application/x-ndjson; charset=utf-8",
}
SUFFIXES = {"csv": "csv", "excel": "csv", "parquet": "parquet", "ndjson": "ndjson"}
