"""Parquet files, measured before they are laid out: one long text that a column repeats takes no room in the
file, and gigabytes once every row holds it."""

from __future__ import annotations

import io

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from tabular.errors import FileError
from tabular.limits import MAX_CELL_CHARS, MAX_COLUMNS, MAX_ROWS, MAX_UNPACKED
from tabular.message import Message


def names_of(content: bytes) -> list[str]:
    """The names of the columns; FileError where the file is damaged."""
    return list(_opened(content).schema_arrow.names)


def text_columns(content: bytes, used: tuple[str, ...] | None = None) -> pa.Table:
    """The used columns (all: None) as dictionaries of different texts, null as ""; FileError where the
    file is damaged, names a column twice, or would fill the memory."""
    file = _opened(content)
    about = file.metadata
    size = sum(about.row_group(i).total_byte_size for i in range(about.num_row_groups))
    if about.num_rows > MAX_ROWS or about.num_columns > MAX_COLUMNS or size > MAX_UNPACKED:
        raise _too_large(about.num_rows, size)
    names = list(file.schema_arrow.names)
    if len(set(names)) < len(names):
        raise FileError(Message("some_column_stands_twice", "A column stands twice."))
    made: dict[str, pa.Array] = {}
    size = 0
    for name in (name for name in names if used is None or name in used):
        made[name], length = _text_column(file, name)
        size += length
        if size > MAX_UNPACKED:
            raise _too_large(about.num_rows, size)
    if any(len(column) != about.num_rows for column in made.values()):
        raise FileError(
            Message(
                "parquet_columns_differ",
                "The Parquet file cannot be read: its columns differ in length.",
            )
        )
    return pa.table(made)


def _opened(content: bytes) -> pyarrow.parquet.ParquetFile:
    try:
        names = pyarrow.parquet.ParquetFile(io.BytesIO(content)).schema_arrow.names
        return pyarrow.parquet.ParquetFile(io.BytesIO(content), read_dictionary=list(names))
    except Exception as error:  # whatever a damaged file makes the reader raise
        raise FileError(
            Message(
                "parquet_file_cannot_read",
                "The Parquet file cannot be read (%(error)s).",
                error=str(error),
            )
        ) from error


def _text_column(file: pyarrow.parquet.ParquetFile, name: str) -> tuple[pa.Array, int]:
    """A column as a dictionary, and the bytes that its texts take when each row has its own."""
    try:
        column = file.read([name])[name]
        column.validate(full=True)
        if not pa.types.is_dictionary(column.type):
            column = pc.dictionary_encode(column.cast(pa.string()))
        column = column.unify_dictionaries()
        if not column.num_chunks:
            return pa.array([], pa.string()).dictionary_encode(), 0
        told = column.chunk(0).dictionary.cast(pa.string())
        codes = pa.chunked_array([chunk.indices for chunk in column.chunks]).combine_chunks()
        codes = pc.fill_null(codes.cast(pa.int32()), len(told))
        words = pa.concat_arrays([pc.fill_null(told, ""), pa.array([""], pa.string())])
        known = words.dictionary_encode()  # a text that stands there twice has one code
        taken = known.indices.take(codes).to_numpy()
        is_used = np.bincount(taken, minlength=len(known.dictionary)) > 0
        codes = pa.array((np.cumsum(is_used) - 1).astype(np.int32)[taken])
        words = known.dictionary.filter(pa.array(is_used))
        lengths = pc.binary_length(words)
    except Exception as error:
        raise FileError(
            Message(
                "parquet_file_cannot_read",
                "The Parquet file cannot be read (%(error)s).",
                error=str(error),
            )
        ) from error
    if (pc.max(lengths).as_py() or 0) > MAX_CELL_CHARS:
        raise FileError(
            Message(
                "cell_longer_than_characters",
                "A cell of “%(name)s” is longer than %(most)s characters.",
                name=name,
                most=f"{MAX_CELL_CHARS:,}",
            )
        )
    if pc.any(pc.match_substring(words, "\0")).as_py():
        raise FileError(
            Message(
                "cell_holds_nul_character",
                "A cell of “%(name)s” holds a NUL character, which no text has.",
                name=name,
            )
        )
    size = pc.sum(lengths.cast(pa.int64()).take(codes)).as_py() or 0
    return pa.DictionaryArray.from_arrays(codes, words), size


def _too_large(rows: int, size: int) -> FileError:
    return FileError(
        Message(
            "table_unpacks_rows_mb",
            "The table unpacks to %(rows)s rows in %(size)s MB; at most %(rows_2)s rows in %(most)s MB are read. Export fewer plates at a time.",
            rows=f"{rows:,}",
            size=f"{size / 1000000.0:,.0f}",
            rows_2=f"{MAX_ROWS:,}",
            most=f"{MAX_UNPACKED / 1000000.0:,.0f}",
        )
    )
